#!/bin/bash
# Have the database images that the tests use: build.sh [TAG...], by default
# those of ../servers.list.
#
# What is there is kept.  What is not is pulled, where a registry answers;
# where none does, a stand-in is built from Debian's packages.
set -euo pipefail
cd "$(dirname "$0")"
export DOCKER_BUILDKIT=0    # the builder that needs no plug-in
label=schemactl.stand-in

# TAG KIND ARGUMENT SUITE PACKAGE...
stand_ins='
postgres:15   postgres  PG_MAJOR=15      bookworm postgresql-15
postgres:17   postgres  PG_MAJOR=17      trixie   postgresql-17
postgres:18   postgres  PG_MAJOR=18      forky    postgresql-18
mariadb:10.11 mysql     SERVER=mariadbd  bookworm mariadb-server-core mariadb-client
mariadb:11.8  mysql     SERVER=mariadbd  trixie   mariadb-server-core mariadb-client
mysql:9.7     mysql     SERVER=mysqld    sid      mysql-server-core mysql-client-core
'

fail() { echo "build.sh: $*" >&2; exit 1; }
digest() { cat "$@" | sha256sum | cut -c 1-16; }
base_of() { echo "$label:$(digest rootfs.sh - <<< "$*")"; }    # SUITE PACKAGE...
row() { awk -v tag="$1" '$1 == tag { $1 = ""; print }' <<< "$stand_ins"; }
version_of() {  # KIND ARGUMENT SUITE PACKAGE...: what the label of an up-to-date stand-in says
    local kind=$1 argument=$2
    shift 2
    digest "$kind"/* - <<< "$(base_of "$@") $argument"
}

present() {  # TAG: an image that did not come from here is the real one
    local have
    have=$(docker image inspect --format "{{index .Config.Labels \"$label\"}}" "$1" 2> /dev/null) || return 1
    # shellcheck disable=SC2046  # the row is a list of words
    [ -z "$have" ] || [ "$have" = "$(version_of $(row "$1"))" ]
}

pull() {  # TAG
    local limit=()
    ! command -v timeout > /dev/null || limit=(timeout 300)
    ${limit[@]+"${limit[@]}"} docker pull --quiet "$1" > /dev/null 2>&1
}

build() {  # TAG KIND ARGUMENT SUITE PACKAGE...
    local tag=$1 kind=$2 argument=$3 base want id start=$SECONDS
    shift 3
    base=$(base_of "$@") want=$(version_of "$kind" "$argument" "$@")
    if ! docker image inspect "$base" > /dev/null 2>&1; then
        id=$(./rootfs.sh "$@" | docker import - 2> /dev/null)
        docker tag "$id" "$base"
    fi
    docker build --quiet --network=none --label "$label=$want" --tag "$tag" \
        --build-arg "BASE=$base" --build-arg "$argument" "$kind" > /dev/null \
        2> >(grep -v -e DEPRECATED -e BuildKit -e environment-variable -e '^$' >&2)
    echo "$tag: stand-in built from Debian's packages in $((SECONDS - start)) s"
}

if [ "${1:-}" = --build ]; then
    shift
    build "$@"
    exit
fi

if [ $# -eq 0 ]; then
    # shellcheck disable=SC2046  # tags are words
    set -- $(sed -n 's/^\([a-z][^ ]*\).*/\1/p' ../servers.list)
fi
wanted=() registry=maybe
for tag in "$@"; do
    present "$tag" && continue
    # One pull that fails is enough to know.
    if [ "$registry" = maybe ] && pull "$tag"; then echo "$tag: pulled"; continue; fi
    registry=no
    wanted+=("$tag")
done
[ ${#wanted[@]} -gt 0 ] || exit 0

why=$(./rootfs.sh --check 2>&1) ||
    fail "no image registry gave ${wanted[*]}, and no stand-in can be built from Debian's packages: ${why#rootfs.sh: }"
for tag in "${wanted[@]}"; do
    [ -n "$(row "$tag")" ] || fail "no image registry gave $tag, and there is no stand-in for it"
done
for tag in "${wanted[@]}"; do echo "$tag $(row "$tag")"; done |
    xargs -P "$(nproc)" -L 1 "$PWD/build.sh" --build ||
    fail "no image registry gave ${wanted[*]}, and building stand-ins from Debian's packages failed"
docker image prune --force --filter "label=$label" > /dev/null    # what these replace
