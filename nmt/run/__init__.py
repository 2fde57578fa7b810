"""One training run, from a recipe to a run directory that needs nothing else."""
