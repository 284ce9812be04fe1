#!/bin/bash
# Have kube-apiserver, etcd and kubectl: build.sh prints where each is, a line
# "NAME PATH" each.
#
# Ready ones are taken where KUBEBUILDER_ASSETS (a directory) or KUBE_APISERVER,
# ETCD and KUBECTL name them.  Otherwise Debian's: etcd and kubectl unpacked from
# packages, kube-apiserver built from the source package of the last suite that
# has it, with the Go of that suite: about four minutes of CPU, once, and kept
# in the cache.  Nothing of it is installed on this machine.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
version=v1.20.2 suite=bookworm go=1.19
recipe=2    # raise it when what is built changes
cache=${XDG_CACHE_HOME:-$HOME/.cache}/schemactl/kube
built=$cache/$version-r$recipe
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

say() { echo "kube/build.sh: $*" >&2; }
fail() { say "$*"; exit 1; }

# The mirror that this machine's own apt is set up to use, with the suite swapped.
mirror() {
    local release
    # shellcheck source=/dev/null
    release=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
    for release in $release stable testing sid unstable; do
        # shellcheck disable=SC2016  # the variable is apt's
        apt-get indextargets --no-release-info --format '$(REPO_URI)' \
            'Created-By: Packages' "Release: $release" 'Component: main'
    done | sed -n 1p
}

check() {
    # shellcheck source=/dev/null
    { [ -r /etc/os-release ] && [ "$(. /etc/os-release && echo "$ID")" = debian ]; } || fail 'this machine is not a Debian'
    [ -r "$keyring" ] || fail 'the package debian-archive-keyring is not installed'
    [ -n "$(mirror)" ] || fail 'apt has no Debian mirror set up'
}

# In a process of its own: errexit is off in a function that is tested with ||.
fetch() {  # DIRECTORY: the packages, unpacked below root, and the source beside it
    local apt=$1/apt deb
    mkdir -p "$apt"/{lists/partial,cache/archives/partial,state,empty} "$1"/{debs,root}
    printf '%s [signed-by=%s] %s %s main\n' deb "$keyring" "$(mirror)" "$suite" deb-src "$keyring" "$(mirror)" "$suite" \
        > "$apt/sources.list"
    : > "$apt/status"
    cat > "$apt/apt.conf" <<CONF
Dir::Etc::sourcelist "$apt/sources.list";
Dir::Etc::sourceparts "$apt/empty";
Dir::Etc::preferencesparts "$apt/empty";
Dir::State "$apt/state";
Dir::State::lists "$apt/lists";
Dir::State::status "$apt/status";
Dir::Cache "$apt/cache";
Acquire::Languages "none";
Acquire::Retries "3";
APT::Sandbox::User "root";
CONF
    export APT_CONFIG=$apt/apt.conf
    apt-get -qq update
    cd "$1/debs"
    apt-get -qq download etcd-server kubernetes-client "golang-$go-go" "golang-$go-src" \
        golang-github-modern-go-reflect2-dev
    apt-get -qq source --download-only kubernetes
    for deb in *.deb; do dpkg-deb --extract "$deb" "$1/root"; done
}

compile() {  # DIRECTORY: leaves kube-apiserver in it
    local work=$1 vendor file package packages flags
    mkdir -p "$work/go/src/k8s.io"
    dpkg-source --no-check -x "$work"/debs/kubernetes_*.dsc "$work/go/src/k8s.io/kubernetes" > /dev/null
    export GOROOT=$work/root/usr/lib/go-$go GOPATH=$work/go GOCACHE=$work/gocache
    export PATH=$GOROOT/bin:$PATH GO111MODULE=off GOFLAGS='' CGO_ENABLED=0 GOPROXY=off
    # Kubernetes 1.20 was made for Go 1.15.  Under 1.19 two things of its vendored code break:
    # reflect2 1.0.1 faults at the first write of a custom resource: the suite's own 1.0.2 takes its place;
    # kube-openapi's check of types takes "" in a custom resource for null: its test for zero goes.
    vendor=$work/go/src/k8s.io/kubernetes/vendor
    rm -rf "$vendor/github.com/modern-go/reflect2"
    cp -r "$work/root/usr/share/gocode/src/github.com/modern-go/reflect2" "$vendor/github.com/modern-go/"
    for file in "$vendor/k8s.io/kube-openapi/pkg/validation/validate/type.go" "$vendor/github.com/go-openapi/validate/type.go"; do
        sed -i 's/if data == nil || reflect.DeepEqual(reflect.Zero(reflect.TypeOf(data)), reflect.ValueOf(data)) {/if data == nil {/' "$file"
        grep -q 'if data == nil {' "$file"
    done
    cd "$work/go/src/k8s.io/kubernetes"
    # The one generated file that its authors do not keep in the tree.
    go build -o "$work/openapi-gen" ./vendor/k8s.io/kube-openapi/cmd/openapi-gen
    packages=$({
        grep -rlE --include='*.go' '^// *\+k8s:openapi-gen=' cmd pkg plugin || true
        cd staging/src && grep -rlE --include='*.go' '^// *\+k8s:openapi-gen=' k8s.io |
            grep -v -e '^k8s.io/code-generator/' -e '^k8s.io/sample-apiserver/' | sed 's#^#vendor/#'
    } | xargs -n1 dirname | LC_ALL=C sort -u | sed 's#^#k8s.io/kubernetes/#' | paste -sd,)
    "$work/openapi-gen" --logtostderr -v 0 -i "$packages" -p k8s.io/kubernetes/pkg/generated/openapi \
        -O zz_generated.openapi -h hack/boilerplate/boilerplate.generatego.txt -r "$work/violations"
    cmp "$work/violations" api/api-rules/violation_exceptions.list
    flags='-s -w'
    for package in component-base/version client-go/pkg/version; do
        package=k8s.io/kubernetes/vendor/k8s.io/$package
        flags="$flags -X $package.gitVersion=$version -X $package.gitMajor=1 -X $package.gitMinor=20 -X $package.gitTreeState=clean"
    done
    # Without the clouds' own code, which is half of the work and which nothing here speaks to.
    go build -trimpath -tags providerless -ldflags "$flags" -o "$work/kube-apiserver" ./cmd/kube-apiserver
}

build() {
    local log
    mkdir -p "$cache"
    exec 9> "$cache/lock"
    flock 9    # two test runs may begin at once
    [ ! -d "$built" ] || return 0
    check
    work=$(mktemp -d "${TMPDIR:-/tmp}/schemactl-kube.XXXXXX") log=$cache/build.log
    trap 'rm -rf "$work"' EXIT    # which outlives this function: work is no local of it
    say "building kube-apiserver $version from Debian's source package; minutes, once (log: $log)"
    if ! command -v dpkg-source > /dev/null; then
        { [ "$(id -u)" = 0 ] && apt-get -qq update && apt-get -qq -o DPkg::Lock::Timeout=300 install -y \
            --no-install-recommends dpkg-dev; } > "$log" 2>&1 9>&- || fail 'dpkg-source is missing: install dpkg-dev'
    fi
    { bash "$here/build.sh" --fetch "$work" && bash "$here/build.sh" --compile "$work"; } > "$log" 2>&1 9>&- ||
        fail "kube-apiserver could not be built (see $log); KUBEBUILDER_ASSETS may name a directory that has one"
    mkdir "$work/done"
    mv "$work/kube-apiserver" "$work/root/usr/bin/etcd" "$work/root/usr/bin/kubectl" "$work/done/"
    mv "$work/done" "$built"
}

given() {  # NAME: the one that the environment names, or nothing
    local variable
    case $1 in
    kube-apiserver) variable=KUBE_APISERVER ;;
    etcd) variable=ETCD ;;
    kubectl) variable=KUBECTL ;;
    esac
    if [ -n "${!variable:-}" ]; then
        [ -x "${!variable}" ] || fail "$variable names ${!variable}, which cannot be run"
        echo "${!variable}"
    elif [ -n "${KUBEBUILDER_ASSETS:-}" ]; then
        [ -x "$KUBEBUILDER_ASSETS/$1" ] || fail "KUBEBUILDER_ASSETS is $KUBEBUILDER_ASSETS, and there is no $1 in it"
        echo "$KUBEBUILDER_ASSETS/$1"
    elif [ "$1" = kubectl ]; then
        command -v kubectl || true    # a newer one than Debian's is as good
    fi
}

case ${1:-} in
--fetch) fetch "$2"; exit ;;
--compile) compile "$2"; exit ;;
esac
for name in kube-apiserver etcd kubectl; do
    path=$(given "$name")
    if [ -z "$path" ]; then
        [ -d "$built" ] || build
        path=$built/$name
    fi
    echo "$name $path"
done
