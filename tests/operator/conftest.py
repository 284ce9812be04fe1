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
    return kube(request.config.stash[SERVERS].directory, _prepare)


def _prepare(kube: Kube) -> None:
    # Its rules in CEL are unknown to an old kube-apiserver: see tests/infra/README.md.
    kube.kubectl("apply", "--validate=false", "-k", str(ROOT / "crds"))
    # File by file: the kustomize of an old kubectl does not know overlays.
    for part in ("base/namespace", "base/account", "cluster/rbac"):
        kube.kubectl("apply", "-f", str(ROOT / "deploy" / f"{part}.yaml"))
    kube.kubectl("wait", "--for=condition=Established", "crd/atlasschemas.db.atlasgo.io", "--timeout=30s")


def _new_team(cluster: Kube, labels: dict[str, str]) -> Team:
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
    return Team(cluster, name, labels)


@pytest.fixture
def team(cluster: Kube) -> Iterator[Team]:
    """A namespace of the test's own, that no operator looks after but those that the test starts."""
    found = _new_team(cluster, {})
    yield found
    found.kubectl("delete", "atlasschemas", "--all", "--timeout=20s")


@pytest.fixture(scope="session")
def operator(cluster: Kube, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """An operator that many tests share: it looks after all namespaces, and of them what `customer` has."""
    selector = {"operated-by": f"test-{os.getpid()}"}
    arguments = ("--label-selector", ",".join(f"{key}={value}" for key, value in selector.items()))
    log = tmp_path_factory.mktemp("operator") / "shared.log"
    with Running.start(_new_team(cluster, selector), log, arguments, None) as running:
        yield running


@pytest.fixture
def customer(cluster: Kube, operator: Running) -> Iterator[Team]:
    """A namespace of the test's own, that the shared operator looks after."""
    found = _new_team(cluster, {"operated-by": f"test-{os.getpid()}"})
    yield found
    found.kubectl("delete", "atlasschemas", "--all", "--timeout=20s")


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
