#!/usr/bin/env bash
# Trains the Multi30k recipes with one thing changed at a time, and writes a table of what each change does.
#
#     bash recipes/multi30k/ablation.sh [--seeds "1 2 3"] [--models "rnn transformer"] [--variants "recipe no-ema ..."]
#                                       [--set KEY=VALUE ...] [--out FILE]
#
# --set goes to every training, such as training.time_limit=600; --out is eval/reports/multi30k/ablation.md by default.
# The text must be there (data/multi30k/prepare.py). Scores are on the dev set, by which changes may be chosen; the test set
# stays for what is chosen. A second run takes up what is unfinished. Three seeds of everything are 63 trainings: 47 hours.
set -euo pipefail
trap 'exit 130' INT # Ctrl-C lets `nmt train` save and end in order; the script must not then go on to the next model

usage() {
    echo "usage: bash recipes/multi30k/ablation.sh [--seeds LIST] [--models LIST] [--variants LIST] [--set KEY=VALUE ...] [--out FILE]" >&2
    exit 2
}

# What is changed, by name; the first is the recipe as it is.
change() {
    case "$1" in
        recipe) ;;
        no-ema) echo training.ema=0 ;;
        no-smoothing) echo training.label_smoothing=0 ;;
        no-dropout) echo model.dropout=0 ;;
        no-word-dropout) echo model.word_dropout=0 ;;
        target-tied) echo model.share_embeddings=target ;;
        untied) echo model.share_embeddings=none ;;
        sampling) echo tokenizer.sampling=0.5 ;;
        small-vocabulary) echo tokenizer.vocab_size=2500 ;;
        r-drop) echo training.r_drop=5 ;;
        unscaled-readout) echo model.decoder.readout_scale=1.0 ;; # a Transformer has no readout
        *) return 1 ;;
    esac
}

seeds="1 2 3"
models="rnn transformer"
variants="recipe no-ema no-smoothing no-dropout no-word-dropout target-tied untied sampling small-vocabulary r-drop unscaled-readout"
out=eval/reports/multi30k/ablation.md
settings=()
while [ $# -gt 0 ]; do
    [ $# -ge 2 ] || usage
    case "$1" in
        --seeds) seeds="$2" ;;
        --models) models="$2" ;;
        --variants) variants="$2" ;;
        --set) settings+=(--set "$2") ;;
        --out) case "$2" in /*) out="$2" ;; *) out="$PWD/$2" ;; esac ;;
        *) usage ;;
    esac
    shift 2
done
case " $variants " in
    " recipe "*) ;;
    *) variants="recipe $(printf ' %s ' "$variants" | sed 's/ recipe / /')" ;; # all others are compared with it
esac
for variant in $variants; do
    change "$variant" >/dev/null || usage
done

cd -- "$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)"
. recipes/setup.sh
results=()
for model in $models; do
    folder="runs/multi30k-ablation/$model"
    runs=()
    for variant in $variants; do
        if [ "$model $variant" = "transformer unscaled-readout" ]; then
            echo "unscaled-readout: left out for the Transformer, which has no readout" >&2
            continue
        fi
        for seed in $seeds; do
            set -- --set "name=$variant" --set "seed=$seed" ${settings[@]+"${settings[@]}"}
            key="$(change "$variant")"
            nmt train "recipes/multi30k/$model.toml" --out "$folder/$variant-$seed" "$@" ${key:+--set "$key"}
            runs+=("$folder/$variant-$seed")
        done
    done
    nmt compare "${runs[@]}" --source data/multi30k/dev.en --reference data/multi30k/dev.de --no-text --out "$folder/report"
    results+=("$folder/report/results.json")
done
python eval/ablation.py "${results[@]}" --out "$out"
echo "Wrote $out"
