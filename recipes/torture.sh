#!/usr/bin/env bash
# Damages training runs in every way the tests know, many more times than the tests do (about half an hour on two cores).
#
#     bash recipes/torture.sh [--quick] [--only rot,hostile] [--out DIR]
#
# Writes results.json and a README.md; what this repository shows of it is in eval/reports/reliability.
set -euo pipefail
checkout="$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)"
. "$checkout/recipes/setup.sh"
PYTHONPATH="$checkout" python -P -m tests.torture "$@" # -P: a folder `tests` where the caller is would come first
