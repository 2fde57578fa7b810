#!/usr/bin/env bash
# Trains the recurrent network and the Transformer on Multi30k, English to German, and compares them.
#
#     bash recipes/multi30k/run.sh [DIRECTION] [--from DIR] [--no-verify] [--seeds "1 2 3"] [--fresh]
#
# DIRECTION     en-de (the default), de-en or en-fr; French is not on the hub and needs --from
# --from DIR    take the text from a folder of the authors' files, not from the Hugging Face hub (see data/multi30k)
# --no-verify   take text of other checksums than those that are known
# --seeds LIST  train each model with each of these seeds; runs are then called rnn-1, rnn-2 ...
# --fresh       delete the runs and start anew; otherwise a second run takes up what is unfinished, or only compares again
set -euo pipefail
trap 'exit 130' INT # Ctrl-C lets `nmt train` save and end in order; the script must not then go on to the next model

# shellcheck source=recipes/options.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../options.sh" multi30k "en-de de-en en-fr" "$@"
part="${direction#en-de}" # the recipes of en-de carry no direction in their names
runs="runs/multi30k${part:+/$part}"
. recipes/setup.sh
python data/multi30k/prepare.py --languages "${direction%-*}" "${direction#*-}" ${folder:+--from "$folder"} $verify
# Only now, when new ones can be trained.
if [ -n "$fresh" ]; then
    rm -rf -- "$runs/report" "$runs/report-no-text"
    for model in "${models[@]}"; do
        rm -rf -- "$runs/$model" "$runs/$model-bleu-moses.json"
    done
fi
for model in "${models[@]}"; do
    nmt train "recipes/multi30k/${part:+$part-}${model%-*}.toml" --out "$runs/$model" ${seeds:+--set "seed=${model#*-}"}
done
# BLEU-moses is for a figure beside papers: their text is lower-cased, tokenised by Moses, and its hyphens are split.
nmt compare "${models[@]/#/$runs/}" --metric BLEU-moses --out "$runs/report"
# No licence to pass on the sentences of Multi30k is known: a report to publish (as in eval/reports/multi30k) shows none.
nmt compare "${models[@]/#/$runs/}" --metric BLEU-moses --no-text --out "$runs/report-no-text"
for model in "${models[@]}"; do # into the card of each; not again unless it was trained since
    scores="$runs/$model-bleu-moses.json"
    [ "$scores" -nt "$runs/$model/record.json" ] ||
        nmt evaluate "$runs/$model" --source "data/multi30k/test.${direction%-*}" \
            --reference "data/multi30k/test.${direction#*-}" --metric BLEU-moses --json "$scores"
done
