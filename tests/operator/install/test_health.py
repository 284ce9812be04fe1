"""How Argo CD and Flux would judge what the operator really writes, at each turn of a resource."""

from __future__ import annotations

from typing import Any

import cel
import pytest
from lupa import lua51

from tests.support.kubetools import ROOT, objects

pytestmark = pytest.mark.newest_postgres
ARGO = ROOT / "examples" / "argocd"
FLUX = ROOT / "examples" / "flux" / "schema.yaml"

#: What Argo CD says of each turn, and which of Flux's expressions hold, the first of them counting.
EXPECTED = {
    "new": ("Progressing", "inProgress"),
    "applied": ("Healthy", "current"),
    "stalled": ("Degraded", "failed"),
    "waiting": ("Suspended", None),
    "suspended": ("Suspended", None),
    "not seen": ("Progressing", "inProgress"),
}


def argo(resource: dict[str, Any]) -> tuple[str, str]:
    """Lua 5.1 is what Argo CD's own interpreter speaks; `obj` is what it hands over."""
    lua = lua51.LuaRuntime(unpack_returned_tuples=True)
    lua.globals().obj = lua.table_from(resource, recursive=True)
    found = lua.execute((ARGO / "health.lua").read_text(encoding="utf-8"))
    return found["status"], found["message"]


def flux(resource: dict[str, Any]) -> str | None:
    """The first expression that holds, in the order in which Flux asks; nothing holds: in progress."""
    (kustomization,) = objects(FLUX.read_text(encoding="utf-8"))
    (checks,) = kustomization["spec"]["healthCheckExprs"]
    given = {key: resource.get(key, {}) for key in ("metadata", "spec", "status")}
    for name in ("inProgress", "failed", "current"):
        if cel.evaluate(checks[name], given):
            return name
    return None


def test_each_turn_is_judged_as_it_is(turns: dict[str, Any]) -> None:
    assert turns.keys() == EXPECTED.keys()
    found = {name: (argo(resource)[0], flux(resource)) for name, resource in turns.items()}
    assert found == EXPECTED
    # What was Ready and is not seen yet is the turn that the check of Argo CD's own gets wrong.
    ready = {c["type"]: c["status"] for c in turns["not seen"]["status"]["conditions"]}
    assert ready["Ready"] == "True"
    assert "CREATE TABEL" not in argo(turns["applied"])[1]
    assert argo(turns["stalled"])[1]


def test_one_that_is_being_deleted_is_progressing(turns: dict[str, Any]) -> None:
    gone = {
        **turns["applied"],
        "metadata": {**turns["applied"]["metadata"], "deletionTimestamp": "2026-01-01T00:00:00Z"},
    }
    assert argo(gone)[0] == "Progressing"


def test_argocd_cm_carries_the_same_lua() -> None:
    (config,) = objects((ARGO / "argocd-cm.yaml").read_text(encoding="utf-8"))
    (text,) = config["data"].values()
    assert text == (ARGO / "health.lua").read_text(encoding="utf-8")
