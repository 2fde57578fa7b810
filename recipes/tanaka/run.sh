#!/usr/bin/env bash
# Trains the recurrent network and the Transformer on the Tanaka corpus and compares them.
#
#     bash recipes/tanaka/run.sh [DIRECTION] [--from DIR] [--no-verify] [--seeds "1 2 3"] [--fresh]
#
# DIRECTION     ja-en (the default) or en-ja
# --from DIR    take the text from a folder, not from GitHub (see data/tanaka)
# --no-verify   take text of other checksums than those that are known
# --seeds LIST  train each model with each of these seeds; runs are then called rnn-1, rnn-2 ...
# --fresh       delete the runs and start anew; otherwise a second run takes up what is unfinished, or only compares again
set -euo pipefail
trap 'exit 130' INT # Ctrl-C lets `nmt train` save and end in order; the script must not then go on to the next model

# shellcheck source=recipes/options.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../options.sh" tanaka "ja-en en-ja" "$@"
runs="runs/tanaka/$direction"
source="${direction%-*}"
target="${direction#*-}"
. recipes/setup.sh
python data/tanaka/prepare.py ${folder:+--from "$folder"} $verify
# Only now, when new ones can be trained.
if [ -n "$fresh" ]; then
    rm -rf -- "$runs/report" "$runs/report-no-text"
    for model in "${models[@]}"; do
        rm -rf -- "$runs/$model" "$runs/$model-bleu-words.json"
    done
fi
for model in "${models[@]}"; do
    nmt train "recipes/tanaka/$direction-${model%-*}.toml" --out "$runs/$model" ${seeds:+--set "seed=${model#*-}"}
done
nmt compare "${models[@]/#/$runs/}" --out "$runs/report"
nmt compare "${models[@]/#/$runs/}" --no-text --out "$runs/report-no-text" # to publish, as in eval/reports/tanaka
# Natural text is scored above and in the card of each run; beside papers, words as the corpus has them (data/tanaka/words.py).
# Nothing is scored again unless it was trained since.
for model in "${models[@]}"; do
    scores="$runs/$model-bleu-words.json"
    [ "$scores" -nt "$runs/$model/record.json" ] && continue
    nmt evaluate "$runs/$model" --source "data/tanaka/test.$source" --reference "data/tanaka/test.$target"
    nmt translate "$runs/$model" -i "data/tanaka/test.$source" -o "$runs/$model.$target"
    python data/tanaka/words.py "$target" <"$runs/$model.$target" >"$runs/$model.words.$target"
    nmt evaluate --hypotheses "$runs/$model.words.$target" --reference "data/tanaka/test.words.$target" \
        --metric BLEU-words --json "$scores"
done
for model in ${seeds:+rnn transformer}; do # their means over the seeds
    scored=()
    for seed in $seeds; do
        scored+=("$runs/$model-$seed-bleu-words.json")
    done
    python eval/mean_over_seeds.py "${scored[@]}"
done
