"""What tests of the operator ask for: a real API server with the CRD, a namespace of their own, and operators in it."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.operator.cluster import Running, Team
from tests.support.collector import SERVERS
from tests.support.kube import OPERATOR, ROOT, Kube, kube

_COUNT = itertools.count(1)


@pytest.fixture(scope="session")
def cluster(request: pytest.FixtureRequest) -> Kube:
    """The API server of the run, with the CRD and the operator's rights."""
    found = kube(request.config.stash[SERVERS].directory)
    # Its rules in CEL are unknown to an old kube-apiserver: see tests/infra/README.md.
    found.kubectl("apply", "--validate=false", "-k", str(ROOT / "crds"))
    found.kubectl("apply", "-k", str(ROOT / "deploy"))
    found.kubectl("wait", "--for=condition=Established", "crd/atlasschemas.db.atlasgo.io", "--timeout=30s")
    return found


@pytest.fixture
def team(cluster: Kube) -> Iterator[Team]:
    """A new namespace, in which operators may hold Leases. It is left there: no controller would empty it."""
    name = f"t-{os.getpid()}-{next(_COUNT)}"
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "leases"}
    rules = [{"apiGroups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": ["get", "create", "update"]}]
    group = "rbac.authorization.k8s.io/v1"
    metadata = {"name": "leases", "namespace": name}
    user = {"kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": OPERATOR}
    cluster.apply(
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}},
        {"apiVersion": group, "kind": "Role", "metadata": metadata, "rules": rules},
        {"apiVersion": group, "kind": "RoleBinding", "metadata": metadata, "roleRef": role, "subjects": [user]},
    )
    yield Team(cluster, name)
    cluster.kubectl("-n", name, "delete", "atlasschemas", "--all", "--timeout=20s")


@pytest.fixture
def operate(team: Team, tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Start an operator for the test's namespace: `operate("--workers", "2")`. All are stopped at the end."""
    with ExitStack() as stack:
        count = itertools.count(1)

        def start(*arguments: str, kubeconfig: Path | None = None, scope: tuple[str, ...] | None = None) -> Running:
            log = tmp_path / f"operator-{next(count)}.log"
            more = ("-n", team.name) if scope is None else scope
            return stack.enter_context(Running.start(team, log, (*more, *arguments), kubeconfig))

        yield start
