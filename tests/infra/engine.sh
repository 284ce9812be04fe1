#!/bin/bash
# Give the tests a Docker engine: engine.sh up | down | status
#
# Where an engine already answers, "up" leaves it as it is.  Where none does,
# and this is Debian (or one of its kind) and the user is root, it installs the
# distribution's own engine and starts it by hand: such a machine may run no
# service manager.
set -euo pipefail
state=/run/schemactl-engine
data_root=${SCHEMACTL_ENGINE_DATA:-/var/lib/docker}

answers() { docker version --format '{{.Server.Version}}' > /dev/null 2>&1; }
fail() { echo "engine.sh: $*" >&2; exit 1; }

runs() {  # PID NAME: a zombie, or a number that is now another process's, does not count
    case $(readlink "/proc/$1/exe" 2> /dev/null) in */"$2" | */"$2 (deleted)") ;; *) return 1 ;; esac
}

# The daemon does not start while its pid file holds the number of any process,
# and a machine that was stopped, or whose processes were killed, leaves one.
drop_stale() {  # PIDFILE NAME
    if [ -e "$1" ] && ! runs "$(cat "$1")" "$2"; then rm -f "$1"; fi
}

apt_get() { DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@"; }

install_engine() {
    local packages=(docker.io) log=$state/install.log
    echo 'engine.sh: no Docker engine answers; installing docker.io' >&2
    apt_get update > "$log" 2>&1 || true    # one unreachable source of several is no reason to stop
    # From Debian 13 on the client is a package of its own.
    command -v docker > /dev/null || ! apt-cache show docker-cli > /dev/null 2>&1 || packages+=(docker-cli)
    apt_get install -y --no-install-recommends "${packages[@]}" >> "$log" 2>&1 ||
        fail "no Docker engine answers, and apt could not install docker.io (see $log)"
}

start_engine() {
    local pid=
    drop_stale /run/docker.pid dockerd
    drop_stale /run/docker/containerd/containerd.pid containerd
    if [ ! -e /run/docker.pid ]; then    # else one is on its way up
        # Ports are published on loopback, by the engine's own proxy; containers
        # cannot leave the machine, and its firewall stays as it is.  The lock
        # is not handed on: the daemon would hold it for as long as it lives.
        setsid nohup dockerd --data-root "$data_root" --ip 127.0.0.1 \
            --iptables=false --ip-masq=false --ip-forward=false > "$state/log" 2>&1 < /dev/null 9>&- &
        pid=$!
        echo "$pid" > "$state/pid"
    fi
    for _ in $(seq 300); do
        answers && return 0
        [ -z "$pid" ] || kill -0 "$pid" 2> /dev/null || break
        sleep 0.2
    done
    tail -n 5 "$state/log" >&2
    fail "the Docker engine did not start; its log is $state/log"
}

up() {
    answers && return 0
    [ -z "${DOCKER_HOST:-}" ] || fail "no Docker engine answers at DOCKER_HOST=$DOCKER_HOST"
    [ "$(id -u)" = 0 ] || fail 'no Docker engine answers, and only root can install or start one: start Docker, then try again'
    command -v dockerd > /dev/null || command -v apt-get > /dev/null ||
        fail 'no Docker engine answers, and there is no apt-get to install one with: install Docker, then try again'
    mkdir -p "$state"
    exec 9> "$state/lock"
    flock 9    # two test runs may begin at once
    answers && return 0
    command -v dockerd > /dev/null || install_engine
    answers || start_engine    # where there is a service manager, installing it has started it
}

down() {  # only what "up" started
    local pid
    pid=$(cat "$state/pid" 2> /dev/null) || return 0
    runs "$pid" dockerd || return 0
    kill "$pid"
    while runs "$pid" dockerd; do sleep 0.1; done
    rm -f "$state/pid"
}

case ${1:-} in
up | down) "$1" ;;
status) answers || fail 'no Docker engine answers' ;;
*) fail 'usage: engine.sh up | down | status' ;;
esac
