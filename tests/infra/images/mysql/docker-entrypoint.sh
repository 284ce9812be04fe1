#!/bin/sh
# Start MySQL or MariaDB ($SERVER) the way the official images' entrypoints do:
# on an empty data directory it first makes the system tables, the users and the
# database, and runs the files of /docker-entrypoint-initdb.d.
set -eu
case ${1:-} in
'' | -*) set -- "$SERVER" "$@" ;;
mysqld | mariadbd) shift; set -- "$SERVER" "$@" ;;
esac
datadir=/var/lib/mysql fresh=/var/lib/mysql-fresh

if [ "$(id -u)" = 0 ]; then
    chown mysql:mysql "$datadir"
    exec setpriv --reuid=mysql --regid=mysql --clear-groups "$0" "$@"
fi
if [ "$1" = make-fresh ]; then
    if [ "$SERVER" = mysqld ]; then
        mysqld --initialize-insecure --datadir="$fresh" --innodb-redo-log-capacity=8M
        rm "$fresh/auto.cnf"    # its identity: each container makes its own
    else
        mariadb-install-db --auth-root-authentication-method=normal --skip-test-db \
            --skip-name-resolve --datadir="$fresh" --innodb-log-file-size=8M > /dev/null
    fi
    exit
fi
[ "$1" = "$SERVER" ] || exec "$@"
[ ! -d "$datadir/mysql" ] || exec "$@"

# MariaDB's own names for the variables win, as in its image.
root_password=${MARIADB_ROOT_PASSWORD-${MYSQL_ROOT_PASSWORD-}}
database=${MARIADB_DATABASE-${MYSQL_DATABASE-}}
user=${MARIADB_USER-${MYSQL_USER-}}
password=${MARIADB_PASSWORD-${MYSQL_PASSWORD-}}
if [ -z "$root_password${MARIADB_ALLOW_EMPTY_ROOT_PASSWORD-${MYSQL_ALLOW_EMPTY_PASSWORD-}}" ]; then
    echo '[ERROR] [Entrypoint]: Database is uninitialized and password option is not specified' >&2
    exit 1
fi
text() { printf "'%s'" "$(printf %s "$1" | sed "s/\\\\/&&/g; s/'/''/g")"; }
# shellcheck disable=SC2016  # a quote of MySQL's
name() { printf '`%s`' "$(printf %s "$1" | sed 's/`/``/g')"; }
init=/tmp/init.sql
{
    [ -z "$database" ] || printf '%s\n' "CREATE DATABASE $(name "$database");"
    if [ -n "$user" ]; then
        printf '%s\n' "CREATE USER $(text "$user")@'%' IDENTIFIED BY $(text "$password");"
        [ -z "$database" ] || printf '%s\n' \
            "GRANT ALL ON $(name "$database" | sed 's/_/\\_/g').* TO $(text "$user")@'%';"
    fi
    # MariaDB makes these too, with no password, and they would hide root@'%' from within the container.
    printf '%s\n' "DROP USER IF EXISTS 'root'@'127.0.0.1', 'root'@'::1';" "CREATE USER 'root'@'%' IDENTIFIED BY $(text "$root_password");" \
        "GRANT ALL ON *.* TO 'root'@'%' WITH GRANT OPTION;" \
        "ALTER USER 'root'@'localhost' IDENTIFIED BY $(text "$root_password");"
} > "$init"
case "$SERVER $*" in
mysqld*--lower[-_]case[-_]table[-_]names=*)
    # MySQL keeps what it was made with.  The official image gives the server's options to --initialize too.
    "$@" --initialize-insecure
    ;;
*) cp -a "$fresh/." "$datadir/" ;;
esac

if [ -z "$(ls /docker-entrypoint-initdb.d)" ]; then
    # The official images make the accounts with a server of their own, so its
    # line is in their logs twice, and what waits for them waits for two.  Here
    # the one server makes them before it listens, and this is the first line.
    echo "[Entrypoint]: $SERVER: ready for connections once it has made the accounts" >&2
    exec "$@" --init-file="$init"
fi

"$@" --skip-networking --init-file="$init" &
[ "$SERVER" = mysqld ] && client=mysql || client=mariadb
client() { MYSQL_PWD=$root_password $client --user=root "$@"; }
until client --execute='SELECT 1' > /dev/null 2>&1; do kill -0 $!; sleep 0.1; done
for f in /docker-entrypoint-initdb.d/*; do
    # shellcheck source=/dev/null
    case $f in
    *.sh) . "$f" ;;
    *.sql) client ${database:+--database="$database"} < "$f" ;;
    *.sql.gz) gunzip -c "$f" | client ${database:+--database="$database"} ;;
    *) echo "ignoring $f" ;;
    esac
done
client --execute=SHUTDOWN
wait $!
exec "$@"
