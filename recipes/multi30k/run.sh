#!/usr/bin/env bash
# Trains the recurrent network and the Transformer on Multi30k, English to German, and compares them.
#
#     bash recipes/multi30k/run.sh [--from DIR] [--fresh]
#
# --from DIR  take the text from a folder of the authors' files, not from the Hugging Face hub (see data/multi30k)
# --fresh     delete the runs and start anew; otherwise a second run takes up what is unfinished, or only compares again
set -euo pipefail
trap 'exit 130' INT # Ctrl-C lets `nmt train` save and end in order; the script must not then go on to the next model

usage() {
    echo "usage: bash recipes/multi30k/run.sh [--from DIR] [--fresh]" >&2
    exit 2
}

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
        *) usage ;;
    esac
done

cd -- "$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)"
runs=runs/multi30k
[ -z "$fresh" ] || rm -rf -- "$runs"

. recipes/setup.sh
if [ -n "$folder" ]; then
    python data/multi30k/prepare.py --from "$folder"
else
    python data/multi30k/prepare.py
fi
nmt train recipes/multi30k/rnn.toml --out "$runs/rnn"
nmt train recipes/multi30k/transformer.toml --out "$runs/transformer"
nmt compare "$runs/rnn" "$runs/transformer" --out "$runs/report"
# The licence of Multi30k does not allow passing on its sentences, so the report that is committed shows none of them.
nmt compare "$runs/rnn" "$runs/transformer" --no-text --out eval/reports/multi30k
