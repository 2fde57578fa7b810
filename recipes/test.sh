#!/usr/bin/env bash
# Runs the tests; arguments go to pytest: bash recipes/test.sh -k beam
set -euo pipefail
cd -- "$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)"
. recipes/setup.sh
exec python -m pytest "$@"
