"""From the pull request to the cluster: the plan that was reviewed and approved in Git is the one that the operator runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.operator.cluster import USERS, Running, Team, columns, schema, secret
from tests.support.elsewhere import git
from tests.support.kube import ROOT
from tests.support.servers import Database

pytestmark = pytest.mark.newest_postgres

LESS = "CREATE TABLE users (id integer PRIMARY KEY);"


def review(top: Path, url: str, *words: str) -> dict[str, Any]:
    """What a pipeline of the repository says, with a URL of its own for the database."""
    paths = os.pathsep.join(path for path in sys.path if path)
    done = subprocess.run(
        [sys.executable, "-m", "schemactl", "review", "--manifests", "deploy", "--no-post", "--format", "json", *words],
        cwd=top,
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{paths}", "SCHEMACTL_SECRET_CREDS_URL": url},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode in (0, 3), done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_merge_of_what_was_reviewed_is_its_approval(
    customer: Team, operator: Running, postgres_database: Database, tmp_path: Path
) -> None:
    manifest = tmp_path / "deploy" / "app.yaml"
    manifest.parent.mkdir()

    def commit(message: str) -> None:
        git(tmp_path, "add", "--all")
        git(tmp_path, "commit", "--quiet", "--message", message)

    def synced() -> None:
        """As Argo CD, Flux or a job does: what is in Git is put into the cluster."""
        customer.apply(yaml.safe_load(manifest.read_text(encoding="utf-8")))

    git(tmp_path, "init", "--quiet", "--initial-branch", "main")
    manifest.write_text(yaml.safe_dump(schema("app", USERS)), encoding="utf-8")
    commit("A table")
    customer.apply(secret(postgres_database.url))
    synced()
    customer.wait_applied("app")

    git(tmp_path, "checkout", "--quiet", "-b", "change")
    manifest.write_text(yaml.safe_dump(schema("app", LESS)), encoding="utf-8")
    commit("One column less")
    base = ("--base", "main", "--no-offline")
    reviewed = review(tmp_path, postgres_database.url, *base)
    assert reviewed["state"] == "approval"
    digest = f"sha256:{reviewed['targets'][0]['plan']['digest']}"
    assert review(tmp_path, postgres_database.url, *base, "--approve", digest)["state"] != "approval"
    commit("Approve the plan")
    git(tmp_path, "checkout", "--quiet", "main")
    git(tmp_path, "merge", "--quiet", "--no-ff", "--no-edit", "change")
    assert columns(postgres_database) == ["id", "nick"], "neither the review nor the merge changes a database"

    synced()
    customer.wait_applied("app")
    assert columns(postgres_database) == ["id"]
    status = customer.status("app")
    assert status["history"][0]["digest"] == digest
    assert customer.condition("app", "Approved")["status"] == "True"
    assert "ApprovalPending" not in {reason for _, reason, _ in customer.events()}, "it never waited"
