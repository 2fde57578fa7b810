"""What a run survives: each module damages one thing, a little in the suite and a lot in `recipes/torture.sh`."""
