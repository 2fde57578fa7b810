#!/usr/bin/env bash
# Trains the recurrent network and the Transformer on Multi30k, English to German, and compares them.
#
#     bash recipes/multi30k/run.sh [DIRECTION] [--from DIR] [--fresh]
#
# DIRECTION   en-de (the default), de-en or en-fr; French is not on the hub and needs --from
# --from DIR  take the text from a folder of the authors' files, not from the Hugging Face hub (see data/multi30k)
# --fresh     delete the runs and start anew; otherwise a second run takes up what is unfinished, or only compares again
set -euo pipefail
trap 'exit 130' INT # Ctrl-C lets `nmt train` save and end in order; the script must not then go on to the next model

usage() {
    echo "usage: bash recipes/multi30k/run.sh [en-de|de-en|en-fr] [--from DIR] [--fresh]" >&2
    exit 2
}

direction=en-de
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
        en-de | de-en | en-fr)
            direction="$1"
            shift
            ;;
        *) usage ;;
    esac
done

cd -- "$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)"
part="${direction#en-de}" # the recipes and reports of en-de carry no direction in their names
runs="runs/multi30k${part:+/$part}"
if [ -n "$fresh" ]; then
    rm -rf -- "$runs/rnn" "$runs/transformer" "$runs/report"
fi

. recipes/setup.sh
python data/multi30k/prepare.py --languages "${direction%-*}" "${direction#*-}" ${folder:+--from "$folder"}
for model in rnn transformer; do
    nmt train "recipes/multi30k/${part:+$part-}$model.toml" --out "$runs/$model"
done
nmt compare "$runs/rnn" "$runs/transformer" --out "$runs/report"
# The licence of Multi30k does not allow passing on its sentences, so the report that is committed shows none of them.
nmt compare "$runs/rnn" "$runs/transformer" --no-text --out "eval/reports/multi30k${part:+/$part}"
# Beside papers: their text is lower-cased, tokenised by Moses, and its hyphens are split.
for model in rnn transformer; do
    nmt evaluate "$runs/$model" --source "data/multi30k/test.${direction%-*}" --reference "data/multi30k/test.${direction#*-}" \
        --metric BLEU-moses --json "$runs/$model-bleu-moses.json"
done
