#!/bin/bash
# Postgres servers for a developer's own use: servers.sh up|down [VERSION...],
# by default those of servers.list.
#
# They outlive test runs, and no test run touches them.  Version 17 listens on
# 127.0.0.1:15017, user postgres, no password.  Data lives in memory, so what a
# server holds is gone once it stops.
set -euo pipefail
cd "$(dirname "$0")"

fail() { echo "servers.sh: $*" >&2; exit 1; }

start() {  # VERSION
    local name=schemactl-dev-$1 port=$((15000 + $1))
    if [ "$(docker container inspect --format '{{.State.Running}}' "$name" 2> /dev/null)" != true ]; then
        docker rm -f -v "$name" > /dev/null 2>&1 || true
        docker run --detach --name "$name" --publish "127.0.0.1:$port:5432" \
            --tmpfs /pgdata:size=2g --env PGDATA=/pgdata/data --env POSTGRES_HOST_AUTH_METHOD=trust \
            --shm-size 256m "postgres:$1" -c fsync=off -c full_page_writes=off -c synchronous_commit=off \
            -c max_connections=200 > /dev/null 2> >(grep -v 'IPv4 forwarding' >&2)
    fi
    for _ in $(seq 300); do
        # Over TCP: a server that still prepares its data listens on its socket only.
        if docker exec "$name" psql -h 127.0.0.1 -U postgres -Atqc 'select 1' > /dev/null 2>&1; then
            echo "postgresql://postgres@127.0.0.1:$port/postgres"
            return
        fi
        sleep 0.2
    done
    docker logs --tail 20 "$name" >&2
    fail "postgres $1 did not start"
}

command=${1:-}
[ $# -eq 0 ] || shift
if [ $# -eq 0 ]; then
    # shellcheck disable=SC2046  # versions are words
    set -- $(sed -n 's/^postgres://p' servers.list)
fi
case $command in
up)
    ./engine.sh up
    ./images/build.sh "${@/#/postgres:}" >&2
    for version in "$@"; do start "$version"; done
    ;;
down)
    docker rm -f -v "${@/#/schemactl-dev-}" > /dev/null 2>&1 || true
    ;;
*) fail 'usage: servers.sh up|down [VERSION...]' ;;
esac
