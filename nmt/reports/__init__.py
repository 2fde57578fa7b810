"""What was trained, how long it took and how good it is: records of runs, and reports that compare them."""
