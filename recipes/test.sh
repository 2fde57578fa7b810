#!/usr/bin/env bash
# Runs the tests; arguments go to pytest: bash recipes/test.sh -k beam
set -euo pipefail
cd -- "$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)"
. recipes/setup.sh
# One process more than the cores that may be used here, since some tests wait; one thread each: models this small gain
# nothing from more.
cores="$(python -c 'from nmt.training.device import available_cores as cores; print(cores())')"
export OMP_NUM_THREADS=1
exec python -m pytest --numprocesses "$((cores + 1))" --dist worksteal "$@"
