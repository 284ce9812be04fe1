"""The AtlasSchemas of examples/, word for word, by an operator: each with the Secrets that it refers to, of a real database."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from tests.operator.cluster import Object, Team, columns, secret, until
from tests.support import mysql
from tests.support.kubetools import ROOT, objects
from tests.support.servers import Database

EXAMPLES = ROOT / "examples"
ON_MYSQL = ["mysql/atlasschema.yaml"]
#: And a table that is there once it is applied.
ON_POSTGRES = {
    "approval/atlasschema.yaml": "invoices",
    "argocd/app.yaml": "baskets",
    "cloudnativepg/atlasschema.yaml": "customers",
    "crossplane/atlasschema.yaml": "customers",
    "drift/heal.yaml": "orders",
    "drift/ignore.yaml": "orders",
    "drift/report.yaml": "orders",
    "quickstart/atlasschema.yaml": "order_lines",
}


def atlasschema(path: str) -> Object:
    (found,) = [it for it in objects((EXAMPLES / path).read_text(encoding="utf-8")) if it["kind"] == "AtlasSchema"]
    return found


def paths() -> set[str]:
    texts = {path: path.read_text(encoding="utf-8") for path in EXAMPLES.rglob("*.yaml")}
    return {
        str(path.relative_to(EXAMPLES))
        for path, text in texts.items()
        if any(it.get("kind") == "AtlasSchema" for it in objects(text))
    }


def secrets(example: Object, url: str) -> list[Object]:
    """Those that the example refers to, as whoever runs the database would write them."""
    spec = example["spec"]
    if "urlFrom" in spec:
        ref = spec["urlFrom"]["secretKeyRef"]
        return [secret(url, ref["name"], ref["key"])]
    parts = urlsplit(url)
    pieces = {"userFrom": parts.username, "passwordFrom": unquote(parts.password or ""), "hostFrom": parts.hostname}
    found: dict[str, dict[str, Any]] = {}
    for field, value in pieces.items():
        ref = spec["credentials"][field]["secretKeyRef"]
        found.setdefault(ref["name"], {})[ref["key"]] = value
    return [
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": data}
        for name, data in found.items()
    ]


def test_each_of_them_is_tried() -> None:
    assert paths() == {*ON_POSTGRES, *ON_MYSQL}


@pytest.mark.newest_postgres
@pytest.mark.parametrize("path", ON_POSTGRES)
def test_an_example_of_postgres(customer: Team, postgres_database: Database, path: str) -> None:
    example = atlasschema(path)
    name, credentials = example["metadata"]["name"], example["spec"].get("credentials")
    if credentials is not None:  # the one thing that is not theirs: where the tests' server listens, without TLS
        credentials["port"], credentials["database"] = urlsplit(postgres_database.url).port, postgres_database.name
        credentials["parameters"]["sslmode"] = "disable"
    customer.apply(*secrets(example, postgres_database.url), example)
    if path.startswith("approval/"):
        customer.wait_reason(name, "ApprovalPending")
        assert columns(postgres_database, ON_POSTGRES[path]) == []
        digest = customer.status(name)["plan"]["digest"]
        customer.kubectl("annotate", f"atlasschema/{name}", f"db.atlasgo.io/approved-plan={digest}")
    customer.wait_applied(name)
    assert columns(postgres_database, ON_POSTGRES[path])


@pytest.mark.newest_postgres
@pytest.mark.parametrize("mode", ["heal", "report", "ignore"])
def test_what_becomes_of_changes_made_by_hand(customer: Team, postgres_database: Database, mode: str) -> None:
    """As examples/drift/README.md tells it, with its commands."""
    example = atlasschema(f"drift/{mode}.yaml")
    name = example["metadata"]["name"]
    customer.apply(*secrets(example, postgres_database.url), example)
    customer.wait_applied(name)
    postgres_database.execute("DROP INDEX orders_by_day")
    customer.kubectl("annotate", f"atlasschema/{name}", "--overwrite", "db.atlasgo.io/reconcile-requested-at=now")
    if mode == "heal":
        until(lambda: indexes(postgres_database) == ["orders_by_day", "orders_pkey"], "the index is back")
        return
    until(lambda: customer.condition(name, "Drifted").get("status") == "True", "it is seen")
    assert "orders_by_day" in customer.kubectl("get", "atlasschema", name, "-o", "jsonpath={.status.drift}")
    assert indexes(postgres_database) == ["orders_pkey"]
    told = any(reason == "DriftDetected" for _, reason, _ in customer.events())
    assert told is (mode == "report")


def indexes(database: Database) -> list[str]:
    return [
        str(row[0]) for row in database.query("SELECT indexname FROM pg_indexes WHERE tablename = 'orders' ORDER BY 1")
    ]


@pytest.mark.parametrize("path", ON_MYSQL)
def test_an_example_of_mysql(customer: Team, mysql_database: mysql.Database, path: str) -> None:
    example = atlasschema(path)
    customer.apply(*secrets(example, mysql_database.url), example)
    customer.wait_applied(example["metadata"]["name"])
    assert mysql_database.query("SELECT count(*) FROM users") == [("0",)]
