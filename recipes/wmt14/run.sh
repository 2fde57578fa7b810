#!/usr/bin/env bash
# Trains the recurrent network and the Transformer on WMT14, English to German, and compares them. Meant for a GPU.
#
#     bash recipes/wmt14/run.sh
#
# A second run takes up what is unfinished, or only compares again.
set -euo pipefail
trap 'exit 130' INT # Ctrl-C lets `nmt train` save and end in order; the script must not then go on to the next model
if [ $# -gt 0 ]; then
    echo "usage: bash recipes/wmt14/run.sh" >&2
    exit 2
fi
cd -- "$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)"
runs=runs/wmt14

. recipes/setup.sh
python data/wmt14/prepare.py
for model in rnn transformer; do
    nmt train "recipes/wmt14/$model.toml" --out "$runs/$model"
done
nmt compare "$runs/rnn" "$runs/transformer" --out "$runs/report"
nmt compare "$runs/rnn" "$runs/transformer" --no-text --out "$runs/report-no-text" # to publish
