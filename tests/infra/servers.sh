#!/bin/bash
# Database servers for a developer's own use: servers.sh up|down [NAME...],
# by default those of servers.list.  A name is an image tag, or its version:
# postgres:17 or 17, mariadb:10.11 or 10.11.
#
# They outlive test runs, and no test run touches them.  Each listens on the
# port of 127.0.0.1 that servers.list gives it, for user postgres or root, with
# no password.  Data lives in memory, at most SIZE (2g) for each, so what a
# server holds is gone once it stops.
set -euo pipefail
cd "$(dirname "$0")"

fail() { echo "servers.sh: $*" >&2; exit 1; }

tag_of() { awk -v name="$1" '{ split($1, part, ":") } $1 == name || part[2] == name { print $1 }' servers.list; }
port_of() { awk -v tag="$1" '$1 == tag { print $2 }' servers.list; }
container_of() {  # TAG: schemactl-dev-17, schemactl-dev-mysql-9.7
    local name=${1#postgres:}
    echo "schemactl-dev-${name/:/-}"
}

run() {  # TAG: what `docker run` is told
    case $1 in
    postgres:*)
        set -- 5432 --tmpfs "/pgdata:size=${SIZE:-2g}" --env PGDATA=/pgdata/data --env POSTGRES_HOST_AUTH_METHOD=trust \
            --shm-size 256m "$1" -c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_connections=200
        ;;
    *)
        set -- 3306 --tmpfs "/var/lib/mysql:size=${SIZE:-2g}" \
            --env MYSQL_ALLOW_EMPTY_PASSWORD=1 --env MARIADB_ALLOW_EMPTY_ROOT_PASSWORD=1 \
            "$1" --innodb-flush-log-at-trx-commit=0 --innodb-doublewrite=0 --sync-binlog=0 --max-connections=200
        ;;
    esac
    local inner=$1
    shift
    docker run --detach --name "$name" --publish "127.0.0.1:$port:$inner" "$@" > /dev/null \
        2> >(grep -v 'IPv4 forwarding' >&2)
}

answers() {  # TAG
    # Over TCP: a server that still prepares its data listens on its socket only.
    case $1 in
    postgres:*) set -- psql -h 127.0.0.1 -U postgres -Atqc ;;
    mariadb:*) set -- mariadb --host=127.0.0.1 --user=root -e ;;
    mysql:*) set -- mysql --host=127.0.0.1 --user=root -e ;;
    esac
    docker exec "$name" "$@" 'select 1' > /dev/null 2>&1
}

start() {  # TAG: leaves the URL on standard output
    local name port
    name=$(container_of "$1") port=$(port_of "$1")
    if [ "$(docker container inspect --format '{{.State.Running}}' "$name" 2> /dev/null)" != true ]; then
        docker rm -f -v "$name" > /dev/null 2>&1 || true
        run "$1"
    fi
    for _ in $(seq 300); do
        if answers "$1"; then
            case $1 in
            postgres:*) echo "postgresql://postgres@127.0.0.1:$port/postgres" ;;
            *) echo "${1%%:*}://root@127.0.0.1:$port" ;;
            esac
            return
        fi
        sleep 0.2
    done
    docker logs --tail 20 "$name" >&2
    fail "$1 did not start"
}

command=${1:-}
[ $# -eq 0 ] || shift
if [ $# -eq 0 ]; then
    # shellcheck disable=SC2046  # tags are words
    set -- $(awk '!/^#/ { print $1 }' servers.list)
fi
tags=()
for name in "$@"; do
    tag=$(tag_of "$name")
    [ -n "$tag" ] || fail "$name is no server of servers.list"
    tags+=("$tag")
done
case $command in
up)
    ./engine.sh up
    ./images/build.sh "${tags[@]}" >&2
    for tag in "${tags[@]}"; do start "$tag"; done
    ;;
down)
    for tag in "${tags[@]}"; do container_of "$tag"; done | xargs docker rm -f -v > /dev/null 2>&1 || true
    ;;
*) fail 'usage: servers.sh up|down [NAME...]' ;;
esac
