#!/bin/bash
# Have pt-online-schema-change, to hand copies over to: percona.sh prints where it is.
#
# PT_ONLINE_SCHEMA_CHANGE names a ready one, and one on the PATH is taken.
# Otherwise it and what its Perl needs are taken out of Debian's packages:
# nothing is installed, and they are kept in the cache.
set -euo pipefail
packages='percona-toolkit libdbi-perl libdbd-mysql-perl libmariadb3'
cache=${XDG_CACHE_HOME:-$HOME/.cache}/schemactl
directory=$cache/percona-toolkit

fail() { echo "percona.sh: $*" >&2; exit 1; }

fetch() {
    local work
    for program in apt-get dpkg-deb perl; do
        command -v $program > /dev/null ||
            fail "there is no pt-online-schema-change, and no $program to have one with: set PT_ONLINE_SCHEMA_CHANGE"
    done
    work=$(mktemp -d "$cache/part.XXXXXX")
    (
        cd "$work"
        # shellcheck disable=SC2086
        apt-get -qq -o APT::Sandbox::User=root download $packages > log 2>&1 ||
            { apt-get -qq update && apt-get -qq -o APT::Sandbox::User=root download $packages; } > log 2>&1
    ) || fail "apt could not fetch $packages: $(tail -n 3 "$work/log")"
    mkdir "$work/done"
    for package in "$work"/*.deb; do dpkg-deb --extract "$package" "$work/done"; done
    cat > "$work/done/pt-online-schema-change" << 'SHELL'
#!/bin/bash
# The packages' own paths, in front of the system's.
root=$(dirname "$(readlink -f "$0")")
libraries=("$root"/usr/lib/*-linux-*)
modules=("${libraries[0]}"/perl5/*)
export PERL5LIB=${modules[0]}:$root/usr/share/perl5
export LD_LIBRARY_PATH=${libraries[0]} MARIADB_PLUGIN_DIR=${libraries[0]}/libmariadb3/plugin
exec perl "$root/usr/bin/pt-online-schema-change" "$@"
SHELL
    chmod +x "$work/done/pt-online-schema-change"
    "$work/done/pt-online-schema-change" --version > "$work/log" 2>&1 ||
        fail "Debian's pt-online-schema-change does not run here: $(tail -n 3 "$work/log")"
    mv "$work/done" "$directory"
    rm -rf "$work"
}

if [ -n "${PT_ONLINE_SCHEMA_CHANGE:-}" ]; then
    [ -x "$PT_ONLINE_SCHEMA_CHANGE" ] || fail 'PT_ONLINE_SCHEMA_CHANGE names what cannot be run'
    echo "$PT_ONLINE_SCHEMA_CHANGE"
    exit
fi
command -v pt-online-schema-change && exit
mkdir -p "$cache"
exec 9> "$cache/percona.lock"
flock 9    # two workers may begin at once
[ -d "$directory" ] || fetch
echo "$directory/pt-online-schema-change"
