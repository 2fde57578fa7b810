#!/usr/bin/env bash
# Reads the options that the recipes of a corpus share, and goes to the root of the checkout.
#
#     . recipes/options.sh multi30k "en-de de-en" "$@"
#
# from recipes/multi30k/run.sh, for `run.sh [DIRECTION] [--from DIR] [--no-verify] [--seeds LIST] [--fresh]`. It sets
#     direction   one of those listed; the first where none is given
#     folder      that of --from, in full; else empty
#     verify      --no-verify where it is given; else empty
#     fresh       yes with --fresh; else empty
#     seeds       those of --seeds; else empty
#     models      an array: rnn transformer, or with seeds rnn-1 rnn-2 ... transformer-1 transformer-2 ...
corpus="$1"
directions="$2"
shift 2

usage() {
    echo "usage: bash recipes/$corpus/run.sh [${directions// /|}] [--from DIR] [--no-verify] [--seeds LIST] [--fresh]" >&2
    exit 2
}

direction="${directions%% *}"
folder=""
verify=""
fresh=""
seeds=""
while [ $# -gt 0 ]; do
    case "$1" in
        --from)
            [ $# -ge 2 ] || usage
            # DIR is relative to where the caller is, which is left below.
            folder="$(CDPATH='' cd -- "$2" && pwd)" || exit 2
            shift 2
            ;;
        --no-verify)
            verify=--no-verify
            shift
            ;;
        --seeds)
            [ $# -ge 2 ] || usage
            seeds="$2"
            shift 2
            ;;
        --fresh)
            fresh=yes
            shift
            ;;
        -* | "" | *" "*) usage ;;
        *)
            [[ " $directions " == *" $1 "* ]] || usage
            direction="$1"
            shift
            ;;
    esac
done

models=()
for model in rnn transformer; do
    for seed in ${seeds:-only}; do
        models+=("$model${seeds:+-$seed}")
    done
done
cd -- "$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)" || exit 1
