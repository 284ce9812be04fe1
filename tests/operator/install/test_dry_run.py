"""Everything that is installed or shown, by `kubectl apply --dry-run=server` on the tests' API server.

That is Kubernetes 1.20 where Debian's is built: it knows no ValidatingAdmissionPolicy (see test_admission.py), and of the
kinds of others only what foreign.yaml says.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tests.operator.install.values import SETS
from tests.support.kube import Kube
from tests.support.kubetools import ROOT, helm_template, kustomize, objects

EXAMPLES = ROOT / "examples"
#: Jobs of pipelines, files of Prometheus and of ours: no objects of a cluster.
NO_MANIFESTS = {"review", "monitoring"}
MANIFESTS = sorted(path for path in EXAMPLES.rglob("*.yaml") if path.parent.name not in NO_MANIFESTS)


def dry_run(cluster: Kube, text: str, namespace: str = "shop") -> None:
    """Every object by itself, so that one that is refused is named; without those the server is too old for."""
    for one in objects(text):
        if one["kind"] == "CustomResourceDefinition":
            continue  # its rules in CEL are unknown to an old server; the tests' own cluster has it applied
        if one["apiVersion"] == "admissionregistration.k8s.io/v1" and one["kind"].startswith(
            "ValidatingAdmissionPolicy"
        ):
            continue
        command = ["apply", "--dry-run=server", "-f", "-"]
        if "namespace" not in one["metadata"]:
            command += ["-n", namespace]
        done = cluster.run(*command, given=json.dumps(one))
        assert done.returncode == 0, f"{one['kind']} {one['metadata']['name']}: {done.stderr}"


@pytest.mark.parametrize("name", SETS)
def test_what_the_chart_prints_is_accepted(foreign: Kube, name: str) -> None:
    dry_run(foreign, helm_template(SETS[name]))


@pytest.mark.parametrize("directory", ["deploy", "deploy/cluster", "deploy/namespaced"])
def test_what_kustomize_prints_is_accepted(foreign: Kube, directory: str) -> None:
    dry_run(foreign, kustomize(directory))


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: str(path.relative_to(EXAMPLES)))
def test_an_example_is_accepted(foreign: Kube, path: Path) -> None:
    dry_run(foreign, path.read_text(encoding="utf-8"))


def test_what_is_wrong_is_refused(foreign: Kube) -> None:
    """By the same dry run: it can fail."""
    text = (EXAMPLES / "flux" / "schema.yaml").read_text(encoding="utf-8")
    with pytest.raises(AssertionError, match="wiat"):
        dry_run(foreign, text.replace("wait: true", "wiat: true"))
    (deployment,) = [one for one in objects(kustomize("deploy")) if one["kind"] == "Deployment"]
    deployment["spec"]["template"]["spec"]["containers"][0]["ports"][0]["containerPort"] = 80808
    with pytest.raises(AssertionError, match="containerPort"):
        dry_run(foreign, yaml.safe_dump(deployment))


def test_every_example_has_a_readme_that_names_its_files() -> None:
    listed = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    for directory in sorted(path for path in EXAMPLES.iterdir() if path.is_dir() and path.name != "__pycache__"):
        assert f"({directory.name}/)" in listed, directory.name
        if directory.name != "review":  # docs/review.md tells of it
            assert (directory / "README.md").is_file(), directory.name
