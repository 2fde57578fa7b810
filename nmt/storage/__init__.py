"""Files that a crash leaves old or new, never torn, and that are checked before they are used."""
