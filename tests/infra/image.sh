#!/bin/bash
# Build the image of the Dockerfile and try it: image.sh [KUBECONFIG]
#
# The base is the one that BASE names, else pulled, else a stand-in made of
# Debian's packages; schemactl and what it needs is fetched by this machine's pip,
# and given to the build by a server on loopback that lives as long as the build.
# With a KUBECONFIG, `schemactl operator` runs in it until it is ready: as its
# own user, with a read-only root and no capability, on the host's network.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
tag=${TAG:-schemactl:trial} base=${BASE:-python:3.13-slim} python=${PYTHON:-python3}
export DOCKER_BUILDKIT=0    # the builder that needs no plug-in
work=$(mktemp -d)
server='' container=''

fail() { echo "image.sh: $*" >&2; exit 1; }
tidy() {
    [ -z "$server" ] || kill "$server"
    [ -z "$container" ] || docker rm --force "$container" > /dev/null
    rm -rf "$work"
}
trap tidy EXIT

"$here/engine.sh" up
if ! docker image inspect "$base" > /dev/null 2>&1 && ! timeout 120 docker pull --quiet "$base" > /dev/null 2>&1; then
    base=schemactl.stand-in:python
    docker image inspect "$base" > /dev/null 2>&1 ||
        "$here/images/rootfs.sh" bookworm python3 python3-venv ca-certificates | docker import - "$base" > /dev/null
fi
version=$(docker run --rm --network=none --entrypoint python3 "$base" -c 'import sys; print("%d.%d" % sys.version_info[:2])')

"$python" - "$root/pyproject.toml" > "$work/needed" << 'PYTHON'
import sys, tomllib
with open(sys.argv[1], "rb") as file:
    found = tomllib.load(file)
project = found["project"]
print(*found["build-system"]["requires"], *project["dependencies"], *project["optional-dependencies"]["operator"], sep="\n")
PYTHON
mkdir "$work/wheels"
"$python" -m pip download --quiet --disable-pip-version-check --dest "$work/wheels" --requirement "$work/needed" \
    --only-binary=:all: --python-version "$version" --implementation cp \
    --platform manylinux2014_x86_64 --platform manylinux_2_17_x86_64 --platform manylinux_2_28_x86_64 2> "$work/log" ||
    fail "pip could not fetch what schemactl needs: $(tail -n 3 "$work/log")"
"$python" -u -m http.server --bind 127.0.0.1 --directory "$work/wheels" 0 > "$work/port" 2> /dev/null &
server=$!
for _ in $(seq 50); do [ -s "$work/port" ] && break; sleep 0.1; done
port=$(sed -n 's/.* port \([0-9]*\).*/\1/p' "$work/port")
docker build --quiet --network=host --build-arg "BASE=$base" --build-arg PIP_NO_INDEX=1 \
    --build-arg "PIP_FIND_LINKS=http://127.0.0.1:$port/" --tag "$tag" "$root" > /dev/null

hard=(--read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges --network host)
docker run --rm "${hard[@]}" "$tag" --version
[ "$(docker run --rm "${hard[@]}" --entrypoint id "$tag" -u)" = 65532 ] || fail 'it does not run as 65532'
! docker run --rm "${hard[@]}" --entrypoint sh "$tag" -c ': > /opt/schemactl/x' 2> /dev/null || fail 'its root file system can be written'
[ $# -gt 0 ] || exit 0

install -m 644 "$1" "$work/kubeconfig"
chmod 755 "$work"
container=$(docker run --detach "${hard[@]}" --volume "$work/kubeconfig:/kubeconfig:ro" --env KUBECONFIG=/kubeconfig \
    "$tag" operator --listen 127.0.0.1:18098 --lease-namespace schemactl)
for _ in $(seq 60); do
    if "$python" -c 'import urllib.request as r; r.urlopen("http://127.0.0.1:18098/readyz", timeout=2)' 2> /dev/null; then
        docker stop --time 30 "$container" > /dev/null
        code=$(docker inspect --format '{{.State.ExitCode}}' "$container")
        [ "$code" = 0 ] || fail "the operator ended with $code: $(docker logs "$container" 2>&1 | tail -n 5)"
        echo 'the operator was ready, and ended when told to'
        exit 0
    fi
    [ "$(docker inspect --format '{{.State.Running}}' "$container")" = true ] || break
    sleep 1
done
fail "the operator did not get ready: $(docker logs "$container" 2>&1 | tail -n 5)"
