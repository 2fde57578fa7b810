#!/usr/bin/env bash
# Makes sure that nmt and what it needs are installed in a Python environment, and puts that environment first on PATH.
#
#     . recipes/setup.sh       from another script or an interactive bash: the environment is active afterwards
#     bash recipes/setup.sh    installs only
#
# The environment is the active one (VIRTUAL_ENV, or CONDA_PREFIX), else .venv in the checkout, made if need be. A stamp
# in it remembers the pyproject.toml it was set up for; while that is unchanged nothing is done, in milliseconds.
#
# NMT_TORCH  optional: what to give pip for torch before the rest is installed. By default pip takes the newest torch,
#            which on Linux brings gigabytes of CUDA. Examples:
#                NMT_TORCH="torch==2.13.0"
#                NMT_TORCH="torch --index-url https://download.pytorch.org/whl/cpu"     (no GPU: much smaller)
# NMT_EXTRAS optional: which extras of pyproject.toml to install besides dev, such as export,hub.
# NMT_VENV   optional: where to make the environment when none is active, in place of .venv.

nmt_say() { printf 'setup: %s\n' "$*" >&2; }

# Prints the first command that is a Python of version 3.11 or later. Each is run: a name on PATH may be an empty shim.
nmt_find_python() {
    local candidate
    for candidate in python3 python3.13 python3.12 python3.11 python3.14 python; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            printf '%s\n' "$candidate"
            return 0
        fi
    done
    nmt_say "no Python 3.11 or later found. Install one (https://www.python.org/downloads) so that 'python3 --version' shows it."
    return 1
}

# Prints the Python of the environment $1: in bin, or on Windows in Scripts, or (conda) beside it.
nmt_python_of() {
    local python
    for python in "$1/bin/python" "$1/Scripts/python.exe" "$1/python.exe"; do
        if [ -x "$python" ]; then
            printf '%s\n' "$python"
            return 0
        fi
    done
    return 1
}

# Makes a virtual environment at $1, where there is none or one whose Python is gone.
nmt_make_environment() {
    local python
    if [ ! -e "$1/pyvenv.cfg" ] && [ -n "$(ls -A -- "$1" 2>/dev/null)" ]; then # --clear deletes everything in it
        nmt_say "$1 holds other files and is no environment. Name a new folder with NMT_VENV, or delete it, if you need nothing in it."
        return 1
    fi
    python="$(nmt_find_python)" || return 1
    if ! "$python" -c 'import venv, ensurepip' >/dev/null 2>&1; then
        nmt_say "$python has no venv module. On Debian or Ubuntu: sudo apt install python3-venv; elsewhere reinstall Python with it."
        return 1
    fi
    nmt_say "making a virtual environment in $1"
    "$python" -m venv --clear "$1"
}

# Installs the checkout $2 into the environment whose Python is $1.
nmt_install() {
    local python="$1" checkout="$2" quiet=""
    if ! "$python" --version >/dev/null 2>&1; then
        nmt_say "$python cannot be run. Deactivate this environment, or make it anew."
        return 1
    fi
    if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
        nmt_say "$python is older than Python 3.11. Deactivate this environment, or activate one with a newer Python."
        return 1
    fi
    if ! "$python" -m pip --version >/dev/null 2>&1 && ! "$python" -m ensurepip >/dev/null 2>&1; then
        nmt_say "$python has no pip. Add pip to this environment, or deactivate it."
        return 1
    fi
    [ -t 2 ] || quiet="--quiet" # in a terminal pip's progress bars are worth their space
    if [ -n "${NMT_TORCH:-}" ]; then
        nmt_say "installing $NMT_TORCH"
        # shellcheck disable=SC2086 # options may follow the requirement
        "$python" -m pip install $quiet --disable-pip-version-check $NMT_TORCH >&2 || return 1
    fi
    nmt_say "installing nmt and what it needs; this takes some minutes, once"
    (cd -- "$checkout" && "$python" -m pip install $quiet --disable-pip-version-check -e ".[dev${NMT_EXTRAS:+,$NMT_EXTRAS}]" >&2) || {
        nmt_say "pip could not install nmt; its message is above. Once that is solved, run the same command again."
        return 1
    }
}

nmt_setup() {
    local checkout environment python bin stamp wanted extras torch
    checkout="$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)" || return 1
    environment="${VIRTUAL_ENV:-${CONDA_PREFIX:-}}"
    if [ -z "$environment" ]; then
        environment="${NMT_VENV:-$checkout/.venv}"
        case "$environment" in
            /* | ?:*) ;;
            *) environment="$PWD/$environment" ;; # it is used from other folders below
        esac
        nmt_python_of "$environment" >/dev/null || nmt_make_environment "$environment" || return 1
        export VIRTUAL_ENV="$environment"
    fi
    if command -v cygpath >/dev/null 2>&1; then # Windows: PATH cannot hold the colon of C:
        environment="$(cygpath -u "$environment")" || return 1
    fi
    python="$(nmt_python_of "$environment")" || {
        nmt_say "$environment is said to be the active environment but has no Python. Deactivate it: unset VIRTUAL_ENV CONDA_PREFIX"
        return 1
    }
    bin="${python%/*}"
    [ "$bin" != "$environment" ] || bin="$environment:$environment/Scripts" # conda on Windows: commands are in Scripts
    stamp="$environment/.nmt-setup"
    wanted="$(cksum <"$checkout/pyproject.toml") $checkout" # an editable install points to its checkout
    # What was installed with; a later call that asks for nothing takes what is there.
    extras="$([ ! -f "$stamp" ] || sed -n 2p "$stamp")"
    torch="$([ ! -f "$stamp" ] || sed -n 3p "$stamp")"
    if [ ! -f "$stamp" ] || [ "$(head -n 1 "$stamp")" != "$wanted" ] ||
        [ "${NMT_EXTRAS:-$extras}" != "$extras" ] || [ "${NMT_TORCH:-$torch}" != "$torch" ]; then
        NMT_EXTRAS="${NMT_EXTRAS:-$extras}" nmt_install "$python" "$checkout" || return 1
        printf '%s\n' "$wanted" "${NMT_EXTRAS:-$extras}" "${NMT_TORCH:-$torch}" >"$stamp"
        nmt_say "ready; the environment is $environment"
    fi
    export PATH="$bin:$PATH"
}

nmt_setup
