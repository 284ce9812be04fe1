"""An API server that knows the kinds of others as well, and what an operator wrote there of every turn a resource takes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.operator.cluster import Running, Team, schema, secret, until
from tests.support.kube import Kube
from tests.support.servers import Database

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def foreign(cluster: Kube) -> Kube:
    """The namespaces and the kinds of others that what we ship mentions are there."""

    def prepare() -> None:
        names = ("team-a", "team-b", "shop", "argocd", "flux-system")
        cluster.apply(*({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}} for name in names))
        crds = [_crd(**one) for one in yaml.safe_load((HERE / "foreign.yaml").read_text(encoding="utf-8"))]
        cluster.apply(*crds)
        for crd in crds:
            cluster.kubectl("wait", "--for=condition=Established", f"crd/{crd['metadata']['name']}", "--timeout=30s")

    cluster.once("foreign", prepare)
    return cluster


def _crd(
    *, group: str, version: str, kind: str, plural: str, fields: dict[str, str], scope: str = "Namespaced"
) -> dict[str, Any]:
    free = {"x-kubernetes-preserve-unknown-fields": True}
    types: dict[str, dict[str, Any]] = {
        "object": {"type": "object", **free},
        "array": {"type": "array", "items": {"type": "object", **free}},
    }
    spec = {"type": "object", "properties": {name: types.get(type_, {"type": type_}) for name, type_ in fields.items()}}
    shape = {"openAPIV3Schema": {"type": "object", "properties": {"spec": spec}}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}"},
        "spec": {
            "group": group,
            "scope": scope,
            "names": {"kind": kind, "plural": plural},
            "versions": [{"name": version, "served": True, "storage": True, "schema": shape}],
        },
    }


@pytest.fixture
def turns(team: Team, operate: Callable[..., Running], postgres_database: Database) -> dict[str, Any]:
    """A resource as the API server had it at each turn: new, applied, changed but not seen yet, waiting, and so on."""
    found: dict[str, Any] = {}
    broken = schema("broken", "CREATE TABEL users (id integer);")
    team.apply(secret(postgres_database.url), schema("app"), broken)
    found["new"] = team.get("app")
    operator = operate()
    team.wait_applied("app")
    found["applied"] = team.get("app")
    until(lambda: team.condition("broken", "Stalled").get("status") == "True", "the broken one is stalled")
    found["stalled"] = team.get("broken")
    team.patch("app", {"schema": {"sql": "CREATE TABLE users (id integer PRIMARY KEY);"}})
    team.wait_reason("app", "ApprovalPending")
    found["waiting"] = team.get("app")
    team.patch("app", {"suspend": True})
    team.wait_reason("app", "Suspended")
    found["suspended"] = team.get("app")
    team.patch("app", {"suspend": False, "schema": {"sql": "CREATE TABLE users (id integer PRIMARY KEY, nick text);"}})
    team.wait_applied("app")
    operator.stop()
    team.patch("app", {"schema": {"sql": "CREATE TABLE users (id bigint PRIMARY KEY, nick text);"}})
    found["not seen"] = team.get("app")
    return found
