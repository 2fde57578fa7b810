"""Training: loss, optimizer, schedule, loop, checkpoints."""
