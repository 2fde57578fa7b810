#!/usr/bin/env bash
# Damages training runs in every way the tests know, many more times than the tests do (about half an hour on two cores).
#
#     bash recipes/torture.sh [--quick] [--only rot,hostile] [--out DIR]
#
# Writes results.json and a README.md; what this repository shows of it is in eval/reports/reliability.
set -euo pipefail
cd -- "$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)"
. recipes/setup.sh
python -m tests.torture "$@"
