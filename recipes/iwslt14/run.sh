#!/usr/bin/env bash
# Trains the recurrent network and the Transformer on IWSLT14, German to English, and compares them. Meant for a GPU.
#
#     bash recipes/iwslt14/run.sh
#
# A second run takes up what is unfinished, or only compares again.
set -euo pipefail
trap 'exit 130' INT # Ctrl-C lets `nmt train` save and end in order; the script must not then go on to the next model
if [ $# -gt 0 ]; then
    echo "usage: bash recipes/iwslt14/run.sh" >&2
    exit 2
fi
cd -- "$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)"
runs=runs/iwslt14

. recipes/setup.sh
python data/iwslt14/prepare.py
for model in rnn transformer; do
    nmt train "recipes/iwslt14/$model.toml" --out "$runs/$model"
done
# BLEU-words is for a figure beside papers: the text is tokenised and lower-cased already, as theirs is.
nmt compare "$runs/rnn" "$runs/transformer" --metric BLEU-words --out "$runs/report"
nmt compare "$runs/rnn" "$runs/transformer" --metric BLEU-words --no-text --out "$runs/report-no-text" # to publish
for model in rnn transformer; do # not again unless it was trained since
    scores="$runs/$model-bleu-words.json"
    [ "$scores" -nt "$runs/$model/record.json" ] ||
        nmt evaluate "$runs/$model" --source data/iwslt14/test.de --reference data/iwslt14/test.en \
            --metric BLEU-words --json "$scores"
done
