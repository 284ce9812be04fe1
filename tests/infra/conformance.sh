#!/bin/bash
# Replay what other schema tools test, and have the server judge:
# conformance.sh 'VERSION...' [ARGUMENT...], by default on every Postgres of
# servers.list. The arguments go to the suite's own run.py.
set -euo pipefail
cd "$(dirname "$0")/../.."
suite=${CONFORMANCE:-../shared/conformance}

fail() { echo "conformance.sh: $*" >&2; exit 1; }

[ -f "$suite/run.py" ] || fail "the conformance suite is not part of the project, and is not at $suite (CONFORMANCE names another place)"
versions=$1; shift
[ -n "$versions" ] || versions=$(sed -n 's/^postgres://p' tests/infra/servers.list)
# Its runner speaks to MySQL as well, and so imports a client.
.venv/bin/python -c 'import pymysql' 2> /dev/null || .venv/bin/python -m pip install --quiet --disable-pip-version-check PyMySQL
export SCHEMACTL=${SCHEMACTL:-$PWD/.venv/bin/schemactl}
for version in $versions; do
    echo "== PostgreSQL $version"
    url=$(tests/infra/servers.sh up "$version")
    .venv/bin/python "$suite/run.py" --tool schemactl --corpus "$suite"/corpus/*.jsonl --pg "${url%/postgres}" "$@"
done
