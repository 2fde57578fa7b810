"""From text files to sentence pairs: lines, readers, filters."""
