"""What tests of the operator ask for: a real API server with the CRD, and a namespace of their own."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.collector import SERVERS
from tests.support.kube import ROOT, Kube, kube

_COUNT = itertools.count(1)


@pytest.fixture(scope="session")
def cluster(request: pytest.FixtureRequest) -> Kube:
    """The API server of the run, with the CRD and the operator's rights."""
    found = kube(request.config.stash[SERVERS].directory)
    found.kubectl("apply", "--validate=false", "-k", str(ROOT / "crds"))
    found.kubectl("apply", "-k", str(ROOT / "deploy"))
    found.kubectl("wait", "--for=condition=Established", "crd/atlasschemas.db.atlasgo.io", "--timeout=30s")
    return found


@pytest.fixture
def namespace(cluster: Kube) -> Iterator[str]:
    """A new namespace. It is left there: no controller would empty it."""
    name = f"t-{os.getpid()}-{next(_COUNT)}"
    cluster.kubectl("create", "namespace", name)
    yield name
    cluster.kubectl("-n", name, "delete", "atlasschemas", "--all", "--timeout=20s")


@pytest.fixture
def log_directory(tmp_path: Path) -> Path:
    return tmp_path
