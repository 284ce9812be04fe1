"""The Helm chart, rendered by Helm itself: what it prints, what it refuses, and that its README and its CRD are true."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml

import schemactl
from schemactl.cli.operator import command as operator
from tests.operator.install.values import REFUSED, SETS
from tests.support.kubetools import ROOT, helm_template, kustomize, objects, run

CHART = ROOT / "charts" / "schemactl"
CRD = ROOT / "crds" / "db.atlasgo.io_atlasschemas.yaml"
#: What `kubectl apply` keeps in an annotation, and the API server's limit of all annotations together, in bytes.
ANNOTATIONS = 262_144


def of_kind(text: str, kind: str) -> list[dict[str, Any]]:
    return [one for one in objects(text) if one["kind"] == kind]


def rules(role: dict[str, Any]) -> list[tuple[str, str, frozenset[str]]]:
    """Group, resource and verbs of each right."""
    found = role["rules"]
    return sorted((rule["apiGroups"][0], rule["resources"][0], frozenset(rule["verbs"])) for rule in found)


def test_the_crd_has_one_source_and_fits_a_client_side_apply() -> None:
    assert (CHART / "files" / "atlasschemas.yaml").read_bytes() == CRD.read_bytes(), "copy crds/ into the chart"
    crd = yaml.safe_load(CRD.read_text(encoding="utf-8"))
    assert len(json.dumps(crd)) < ANNOTATIONS
    (rendered,) = of_kind(helm_template({}), "CustomResourceDefinition")
    assert rendered["spec"] == crd["spec"]
    assert rendered["metadata"]["annotations"] == {"helm.sh/resource-policy": "keep"}


def test_its_versions_are_those_of_schemactl() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text(encoding="utf-8"))
    assert (chart["version"], chart["appVersion"]) == (schemactl.__version__, schemactl.__version__)
    (deployment,) = of_kind(kustomize("deploy"), "Deployment")
    assert deployment["spec"]["template"]["spec"]["containers"][0]["image"] == f"schemactl:{schemactl.__version__}"


def test_helm_lint_finds_nothing() -> None:
    done = run("helm", "lint", "--strict", "charts/schemactl")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", REFUSED)
def test_values_that_cannot_be_meant_are_refused(name: str) -> None:
    values, why = REFUSED[name]
    with pytest.raises(AssertionError, match=re.escape(why)):
        helm_template(values)


def test_the_readme_the_schema_and_the_values_name_the_same() -> None:
    values = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
    schema = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))
    table = (CHART / "README.md").read_text(encoding="utf-8").partition("## Values")[2]
    told = [
        name for row in table.splitlines() for name in re.findall(r"`(\w+)`", row.split("|")[1] if "|" in row else "")
    ]
    assert set(told) - {"value"} == set(values) == set(schema["properties"]) - {"global"}
    for name, value in values.items():
        inner = schema["properties"][name].get("properties")
        if inner and isinstance(value, dict) and not name.endswith("Probe") and name != "strategy":
            assert set(value) == set(inner), name


@pytest.mark.parametrize("name", SETS)
def test_its_pods_are_restricted_and_write_to_tmp_alone(name: str) -> None:
    for deployment in of_kind(helm_template(SETS[name]), "Deployment"):
        assert_restricted(deployment)


@pytest.mark.parametrize("name", SETS)
def test_the_operator_takes_its_arguments(name: str) -> None:
    texts = [helm_template(SETS[name]), *map(kustomize, ("deploy", "deploy/namespaced"))]
    for deployment in (one for text in texts for one in of_kind(text, "Deployment")):
        pod = deployment["spec"]["template"]["spec"]
        called, *arguments = pod["containers"][0]["args"]
        assert called == operator.name
        given = operator.make_context(called, arguments).params
        assert given["grace"] < pod["terminationGracePeriodSeconds"]


def test_the_pods_of_kustomize_are_restricted() -> None:
    for directory in ("deploy", "deploy/cluster", "deploy/namespaced"):
        (deployment,) = of_kind(kustomize(directory), "Deployment")
        assert_restricted(deployment)


def assert_restricted(deployment: dict[str, Any]) -> None:
    """As the Pod Security Standard of that name has it, as of Kubernetes 1.34."""
    pod = deployment["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] > 0
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.keys()
    (container,) = pod["containers"]
    context = container["securityContext"]
    assert context["allowPrivilegeEscalation"] is False
    assert context["capabilities"] == {"drop": ["ALL"]}
    assert context["readOnlyRootFilesystem"] is True
    assert {"name": "tmp", "emptyDir": {}} in pod["volumes"]
    assert {"name": "tmp", "mountPath": "/tmp"} in container["volumeMounts"]
    assert all(volume.keys() & {"emptyDir", "configMap"} for volume in pod["volumes"])


def test_named_namespaces_bring_no_right_beyond_them() -> None:
    for text in (helm_template(SETS["namespaced"]), kustomize("deploy/namespaced")):
        assert not of_kind(text, "ClusterRole")
        assert not of_kind(text, "ClusterRoleBinding")


def test_the_chart_and_kustomize_grant_the_same() -> None:
    (cluster,) = of_kind(kustomize("deploy/cluster"), "ClusterRole")
    chart = {role["metadata"]["name"]: role for role in of_kind(helm_template({}), "ClusterRole")}
    assert rules(chart["schemactl-demo-schemactl"]) == rules(cluster)
    for text in (helm_template(SETS["namespaced"]), kustomize("deploy/namespaced")):
        roles = [role for role in of_kind(text, "Role") if role["metadata"]["namespace"].startswith("team-")]
        assert roles
        assert all(rules(role) == rules(cluster) for role in roles)
    by_name = helm_template(SETS["secrets by name only"])
    (role,) = of_kind(by_name, "ClusterRole")
    assert ("", "secrets", frozenset({"get"})) in rules(role)


def test_shards_are_deployments_with_selectors_of_their_own() -> None:
    found = of_kind(helm_template(SETS["sharded"]), "Deployment")
    assert [one["metadata"]["name"] for one in found] == [f"demo-schemactl-shard-{i}" for i in range(3)]
    for index, one in enumerate(found):
        labels = one["spec"]["template"]["metadata"]["labels"]
        assert one["spec"]["selector"]["matchLabels"].items() <= labels.items()
        assert labels["schemactl/shard"] == str(index)
        assert f"--shard={index}/3" in one["spec"]["template"]["spec"]["containers"][0]["args"]
