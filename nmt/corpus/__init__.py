"""From text to batches: readers, filters, encoded shards on disk, pools."""
