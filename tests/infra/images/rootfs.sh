#!/bin/bash
# Write a root filesystem of Debian packages, with all that they depend on, to
# standard output as a tar archive: rootfs.sh SUITE PACKAGE...
# Or only say whether this machine can do so: rootfs.sh --check
#
# The packages come from the mirror that this machine's own apt is set up to
# use, with the suite swapped.  Nothing is installed on this machine, and no
# maintainer script runs: the packages are only unpacked.
set -euo pipefail
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

fail() { echo "rootfs.sh: $*" >&2; exit 1; }

mirror() {
    local release uri
    # shellcheck source=/dev/null
    release=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
    for release in $release stable testing sid unstable; do
        # Without --no-release-info, nothing is printed before the first "apt-get update".
        # shellcheck disable=SC2016  # the variable is apt's
        uri=$(apt-get indextargets --no-release-info --format '$(REPO_URI)' \
            'Created-By: Packages' "Release: $release" 'Component: main' | sed -n 1p)
        [ -z "$uri" ] || { echo "$uri"; return; }
    done
    return 1
}

# shellcheck source=/dev/null
{ [ -r /etc/os-release ] && [ "$(. /etc/os-release && echo "$ID")" = debian ]; } || fail 'this machine is not a Debian'
[ -r "$keyring" ] || fail 'the package debian-archive-keyring is not installed'
uri=$(mirror) || fail 'apt has no Debian mirror set up'
[ "${1:-}" != --check ] || exit 0

suite=$1; shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
apt=$work/apt root=$work/root
mkdir -p "$apt"/{lists/partial,cache/archives/partial,state,empty}
: > "$apt/status"
echo "deb [signed-by=$keyring] $uri $suite main" > "$apt/sources.list"
expires=true
case $suite in sid | forky) expires=false ;; esac    # a mirror may hold an older day's; signatures still count

apt_get() {
    apt-get -qq -o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts="$apt/empty" \
        -o Dir::Etc::preferencesparts="$apt/empty" -o Dir::State="$apt/state" \
        -o Dir::State::lists="$apt/lists" -o Dir::State::status="$apt/status" \
        -o Dir::Cache="$apt/cache" -o Acquire::Languages=none -o Acquire::Check-Valid-Until="$expires" \
        -o Acquire::Retries=3 -o APT::Install-Recommends=false -o APT::Sandbox::User=root "$@"
}
apt_get update
apt_get install --download-only -y \
    base-files coreutils dash grep gzip libc-bin sed util-linux "$@" > /dev/null

mkdir -p "$root"/usr/{bin,sbin,lib,lib64} "$root"/{etc,tmp,run,root,var/tmp}
for d in bin sbin lib lib64; do ln -s "usr/$d" "$root/$d"; done
ln -s ../run "$root/var/run"
ln -s /usr/share/zoneinfo/Etc/UTC "$root/etc/localtime"    # pg_timezone_names reads it
chmod 1777 "$root/tmp" "$root/var/tmp"
for deb in "$apt"/cache/archives/*.deb; do
    # Left out: documentation; Perl and systemd, which only maintainer scripts
    # and wrappers use; and PostgreSQL's just-in-time compiler, which brings
    # LLVM: a PostgreSQL without its library does without it.
    case ${deb##*/} in libllvm* | libz3-* | perl_* | perl-modules-* | libperl* | systemd_*) continue ;; esac
    dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$root" --keep-directory-symlink \
        --exclude='./usr/share/doc/*' --exclude='./usr/share/man/*' --exclude='./usr/share/locale/*/*' \
        --exclude='*/llvmjit*' --exclude='./usr/lib/postgresql/*/lib/bitcode'
done
cat > "$root/etc/passwd" <<'USERS'
root:x:0:0:root:/root:/bin/sh
mysql:x:998:998:MySQL:/var/lib/mysql:/bin/sh
postgres:x:999:999:PostgreSQL:/var/lib/postgresql:/bin/sh
nobody:x:65534:65534:nobody:/nonexistent:/bin/false
USERS
printf '%s\n' root:x:0: mysql:x:998: postgres:x:999: nogroup:x:65534: > "$root/etc/group"
tar -c -C "$root" --numeric-owner --owner=0 --group=0 .
