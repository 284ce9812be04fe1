#!/bin/bash
# Replay what other schema tools test, and have the server judge:
# conformance.sh 'NAME...' [ARGUMENT...], by default on every server of
# servers.list. A name is one that servers.sh takes: 18, mysql:9.7. The
# arguments go to the suite's own run.py.
set -euo pipefail
cd "$(dirname "$0")/../.."
suite=${CONFORMANCE:-../shared/conformance}
python=${PYTHON:-.venv/bin/python}

fail() { echo "conformance.sh: $*" >&2; exit 1; }

[ -f "$suite/run.py" ] || fail "the conformance suite is not part of the project, and is not at $suite (CONFORMANCE names another place)"
read -ra names <<< "$1"; shift
# shellcheck disable=SC2207  # tags are words
[ ${#names[@]} -gt 0 ] || names=($(awk '!/^#/ { print $1 }' tests/infra/servers.list))
export SCHEMACTL=${SCHEMACTL:-$PWD/.venv/bin/schemactl}
for name in "${names[@]}"; do
    url=$(tests/infra/servers.sh up "$name")
    echo "== $name, $url"
    case $url in
    postgresql:*) set -- --pg "${url%/postgres}" "$@" ;;
    *) set -- --my "$url" "$@" ;;
    esac
    "$python" "$suite/run.py" --tool schemactl --corpus "$suite"/corpus/*.jsonl "$@"
    shift 2
done
