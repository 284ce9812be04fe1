#!/bin/sh
# Start PostgreSQL the way the official image's entrypoint does: on an empty
# PGDATA it first makes the cluster, the user and the database, and runs the
# files of /docker-entrypoint-initdb.d.
set -eu
case ${1:-} in '' | -*) set -- postgres "$@" ;; esac
[ "$1" = postgres ] || exec "$@"

if [ "$(id -u)" = 0 ]; then
    mkdir -p "$PGDATA"
    chown -R postgres:postgres "$PGDATA"
    exec setpriv --reuid=postgres --regid=postgres --clear-groups "$0" "$@"
fi
[ ! -s "$PGDATA/PG_VERSION" ] || exec "$@"

: "${POSTGRES_USER:=postgres}" "${POSTGRES_PASSWORD:=}" "${POSTGRES_HOST_AUTH_METHOD:=}"
: "${POSTGRES_DB:=$POSTGRES_USER}" "${POSTGRES_INITDB_ARGS:=}"
if [ -z "$POSTGRES_PASSWORD" ] && [ "$POSTGRES_HOST_AUTH_METHOD" != trust ]; then
    echo 'Error: Database is uninitialized and superuser password is not specified.' >&2
    exit 1
fi
mkdir -p "$PGDATA"
chmod 700 "$PGDATA"
pwfile=$(mktemp)
printf '%s\n' "$POSTGRES_PASSWORD" > "$pwfile"
# shellcheck disable=SC2086  # POSTGRES_INITDB_ARGS is a list of words
initdb --no-sync --username="$POSTGRES_USER" ${POSTGRES_PASSWORD:+--pwfile="$pwfile"} $POSTGRES_INITDB_ARGS
rm -f "$pwfile"
printf '\nhost all all all %s\n' "${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" >> "$PGDATA/pg_hba.conf"
if [ "$POSTGRES_DB" != postgres ]; then
    printf 'CREATE DATABASE "%s"\n' "$(printf %s "$POSTGRES_DB" | sed 's/"/""/g')" |
        postgres --single -F -D "$PGDATA" postgres > /dev/null
fi
if [ -n "$(ls /docker-entrypoint-initdb.d)" ]; then
    export PGUSER="$POSTGRES_USER" PGDATABASE="$POSTGRES_DB"
    pg_ctl -D "$PGDATA" -w -o "-c listen_addresses='' -F" start
    for f in /docker-entrypoint-initdb.d/*; do
        # shellcheck source=/dev/null
        case $f in
        *.sh) . "$f" ;;
        *.sql) psql -v ON_ERROR_STOP=1 --no-psqlrc -f "$f" ;;
        *.sql.gz) gunzip -c "$f" | psql -v ON_ERROR_STOP=1 --no-psqlrc ;;
        *) echo "ignoring $f" ;;
        esac
    done
    pg_ctl -D "$PGDATA" -m fast -w stop
fi
echo 'PostgreSQL init process complete; ready for start up.'
exec "$@"
