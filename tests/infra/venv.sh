#!/bin/bash
# Make .venv, or bring it up to date with pyproject.toml: venv.sh EXTRA[,EXTRA...]
#
# It takes a Python of 3.11 or newer (PYTHON names one) with its pip and venv;
# where uv is installed, uv does it, quicker.
set -euo pipefail
cd "$(dirname "$0")/../.."
python=.venv/bin/python

fail() { echo "venv.sh: $*" >&2; exit 1; }

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' > /dev/null 2>&1; }

if ! new_enough "$python"; then
    base=
    candidates=(python3 python3.13 python3.12 python3.11)
    [ -z "${PYTHON:-}" ] || candidates=("$PYTHON")
    for candidate in "${candidates[@]}"; do
        if new_enough "$candidate"; then base=$candidate; break; fi
    done
    [ -n "$base" ] || fail "Python 3.11 or newer is needed, and is not here as ${candidates[*]}"
    if command -v uv > /dev/null; then
        uv venv --quiet --clear --seed --python "$base" .venv
    else
        "$base" -m venv --clear .venv > /dev/null || fail "$base cannot make a virtual environment: on Debian, install python3-venv"
    fi
fi
if command -v uv > /dev/null; then
    uv pip install --quiet --python "$python" --editable ".[$1]"
else
    "$python" -m pip install --quiet --disable-pip-version-check --editable ".[$1]"
fi
