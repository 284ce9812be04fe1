"""The API server that the other tests rest on."""

from __future__ import annotations

from tests.operator.cluster import Team
from tests.support.kube import OPERATOR, Kube


def test_the_crd_is_served_and_the_operator_may_do_what_it_must_and_no_more(cluster: Kube, team: Team) -> None:
    assert "No resources found" in cluster.run("-n", team.name, "get", "atlasschemas").stderr

    def may(verb: str, what: str, *more: str) -> bool:
        done = cluster.run("auth", "can-i", verb, what, *more, "-n", team.name, "--as", OPERATOR)
        return done.stdout.strip() == "yes"

    assert may("get", "secrets")
    assert may("watch", "configmaps")
    assert may("patch", "atlasschemas.db.atlasgo.io", "--subresource=status")
    assert not may("patch", "atlasschemas.db.atlasgo.io")
    assert not may("create", "secrets")
    assert not may("create", "pods")
