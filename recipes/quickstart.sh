#!/usr/bin/env bash
# Trains the recurrent network and the Transformer on the embedded phrasebook, compares them and writes a report.
# A second run takes up what is unfinished, or only compares again; --fresh deletes the runs and starts anew.
set -euo pipefail
trap 'exit 130' INT # Ctrl-C lets `nmt train` save and end in order; the script must not then go on to the next model
cd -- "$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)"

runs=runs/quickstart
case "${1:-}" in
    "") ;;
    --fresh) ;;
    *)
        echo "usage: bash recipes/quickstart.sh [--fresh]" >&2
        exit 2
        ;;
esac

. recipes/setup.sh
python data/phrasebook/prepare.py
[ "${1:-}" != --fresh ] || rm -rf -- "$runs" # only now, when new ones can be trained
nmt train recipes/phrasebook/rnn.toml --out "$runs/rnn"
nmt train recipes/phrasebook/transformer.toml --out "$runs/transformer"
nmt compare "$runs/rnn" "$runs/transformer" --out "$runs/report"
