"""The operator on a real API server with real databases, from end to end."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.operator.cluster import Running, Team, assert_no_password, schema, secret, until
from tests.support.servers import Database

pytestmark = pytest.mark.newest_postgres
Operate = Callable[..., Running]


def columns(database: Database, table: str = "users") -> list[str]:
    query = f"SELECT column_name FROM information_schema.columns WHERE table_name = '{table}' ORDER BY 1"
    return [str(row[0]) for row in database.query(query)]


def test_a_manifest_is_applied_and_told_of_without_a_secret(
    team: Team, operate: Operate, postgres_database: Database
) -> None:
    operator = operate()
    team.apply(secret(postgres_database.url), schema("app"))
    team.wait("app")
    assert columns(postgres_database) == ["id", "nick"]
    found = team.get("app")
    assert found["status"]["observedGeneration"] == 1
    assert "annotations" not in found["metadata"] or "kopf" not in str(found["metadata"]["annotations"])
    assert "finalizers" not in found["metadata"]
    until(lambda: any(reason == "Applied" for _, reason, _ in team.events()), "an event of it")
    assert operator.get("/healthz") == (200, "ok\n")
    assert operator.get("/readyz") == (200, "ok\n")
    labels = f'{{name="app",namespace="{team.name}"}}'
    assert operator.metric(f"schemactl_resource_ready{labels}") == 1
    line = next(line for line in operator.lines() if "CREATE" in line["msg"] or line["msg"].startswith("applied"))
    assert (line["namespace"], line["name"], line["generation"]) == (team.name, "app", 1)
    assert operator.stop() == 0
    assert_no_password(operator.text + team.everything(), postgres_database.url)
