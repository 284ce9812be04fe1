"""The operator with the rights, the account and the arguments that the chart gives it, as a user that has no name."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.operator.cluster import PATIENCE, Team, columns, schema, secret, until
from tests.support.kube import ROOT, Kube
from tests.support.kubetools import helm_template, objects
from tests.support.servers import Server

pytestmark = pytest.mark.newest_postgres
#: A pod's user has a number and no name: whoever asks for it gets a KeyError.
NAMELESS = """
import pwd, sys
def nobody(uid):
    raise KeyError(uid)
pwd.getpwuid = nobody
from schemactl.cli import main
sys.argv[0] = "schemactl"
sys.exit(main())
"""


@pytest.mark.parametrize("watches", [True, False], ids=["labelled secrets are watched", "secrets by name"])
def test_a_namespaced_release_works_in_its_namespace_and_nowhere_else(
    cluster: Kube, team: Team, postgres_server: Server, tmp_path: Path, watches: bool
) -> None:
    values = {
        "watchNamespaces": [team.name],
        "crds": {"install": False},
        "fullnameOverride": "keeper",
        "rbac": {"watchSecrets": watches},
    }
    rendered = objects(helm_template(values, namespace=team.name))
    cluster.apply(*rendered)
    (deployment,) = [one for one in rendered if one["kind"] == "Deployment"]
    arguments = deployment["spec"]["template"]["spec"]["containers"][0]["args"]
    arguments[arguments.index("--listen=:8080")] = "--listen=127.0.0.1:0"
    account = f"system:serviceaccount:{team.name}:keeper"
    other = cluster.run("auth", "can-i", "get", "secrets", "-n", "default", "--as", account)
    assert other.stdout.strip() == "no"
    lists = cluster.run("auth", "can-i", "list", "secrets", "-n", team.name, "--as", account)
    assert lists.stdout.strip() == ("yes" if watches else "no")
    config = kubeconfig(cluster, team.name, "keeper", tmp_path / "kubeconfig")
    environment = {
        key: value for key, value in os.environ.items() if key not in {"USER", "LOGNAME", "LNAME", "USERNAME"}
    }
    log = tmp_path / "log"
    with log.open("w") as stream:
        process = subprocess.Popen(
            [sys.executable, "-c", NAMELESS, *arguments],
            cwd=ROOT,
            env={**environment, "KUBECONFIG": str(config), "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
    try:
        with postgres_server.database() as first, postgres_server.database() as second:
            # One that nobody watches is read again at each look; of one with the label the operator hears before that.
            team.apply(secret(first.url), schema("app", interval="1h" if watches else "1s"))
            until(lambda: team.is_current("app") or process.poll() is not None, "it is applied")
            assert process.poll() is None, log.read_text()
            assert columns(first) == ["id", "nick"]
            until(lambda: team.events(), "an event, which takes a right as well")
            team.apply(secret(second.url))
            until(lambda: columns(second) == ["id", "nick"], "the Secret names another database now")
    finally:
        process.terminate()
        process.wait(PATIENCE)
    said = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert [it for it in said if it["level"] != "info"] == []
    assert "orbidden" not in log.read_text(encoding="utf-8")


def kubeconfig(cluster: Kube, namespace: str, account: str, path: Path) -> Path:
    """That of a service account, with a token as a pod is given one."""
    asked = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"expirationSeconds": 3600}}
    where = f"/api/v1/namespaces/{namespace}/serviceaccounts/{account}/token"
    token = json.loads(cluster.kubectl("create", "--raw", where, "-f", "-", given=json.dumps(asked)))["status"]["token"]
    config: dict[str, Any] = yaml.safe_load(cluster.operator.read_text(encoding="utf-8"))
    config["users"][0]["user"] = {"token": token}
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    return path
