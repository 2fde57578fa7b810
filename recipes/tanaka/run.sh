#!/usr/bin/env bash
# Trains the recurrent network and the Transformer on the Tanaka corpus and compares them.
#
#     bash recipes/tanaka/run.sh [DIRECTION] [--from DIR] [--fresh]
#
# DIRECTION   ja-en (the default) or en-ja
# --from DIR  take the text from a folder, not from GitHub (see data/tanaka)
# --fresh     delete the runs and start anew; otherwise a second run takes up what is unfinished, or only compares again
set -euo pipefail
trap 'exit 130' INT # Ctrl-C lets `nmt train` save and end in order; the script must not then go on to the next model

usage() {
    echo "usage: bash recipes/tanaka/run.sh [ja-en|en-ja] [--from DIR] [--fresh]" >&2
    exit 2
}

direction=ja-en
folder=""
fresh=""
while [ $# -gt 0 ]; do
    case "$1" in
        --from)
            [ $# -ge 2 ] || usage
            # DIR is relative to where the caller is, which this script leaves below.
            folder="$(CDPATH='' cd -- "$2" && pwd)" || exit 2
            shift 2
            ;;
        --fresh)
            fresh=yes
            shift
            ;;
        ja-en | en-ja)
            direction="$1"
            shift
            ;;
        *) usage ;;
    esac
done

cd -- "$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)"
runs="runs/tanaka/$direction"
source="${direction%-*}"
target="${direction#*-}"
if [ -n "$fresh" ]; then
    rm -rf -- "$runs"
fi

. recipes/setup.sh
python data/tanaka/prepare.py ${folder:+--from "$folder"}
for model in rnn transformer; do
    nmt train "recipes/tanaka/$direction-$model.toml" --out "$runs/$model"
done
nmt compare "$runs/rnn" "$runs/transformer" --out "$runs/report"
nmt compare "$runs/rnn" "$runs/transformer" --no-text --out "eval/reports/tanaka/$direction"
# Beside papers: on the words as the corpus has them (see data/tanaka/words.py).
for model in rnn transformer; do
    nmt translate "$runs/$model" -i "data/tanaka/test.$source" -o "$runs/$model.$target"
    python data/tanaka/words.py "$target" <"$runs/$model.$target" >"$runs/$model.words.$target"
    nmt evaluate --hypotheses "$runs/$model.words.$target" --reference "data/tanaka/test.words.$target" \
        --metric BLEU-words --json "$runs/$model-bleu-words.json"
done
