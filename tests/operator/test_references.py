"""Secrets and ConfigMaps that a resource refers to: they come late, change, and are of every kind."""

from __future__ import annotations

import base64
from urllib.parse import unquote, urlsplit

import pytest

from tests.operator.cluster import Running, Team, assert_no_password, columns, config_map, schema, secret, until
from tests.support.servers import Database

pytestmark = pytest.mark.newest_postgres
V1 = "CREATE TABLE users (id integer PRIMARY KEY);"
V2 = "CREATE TABLE users (id integer PRIMARY KEY, phone text);"


def test_a_config_map_that_changes(customer: Team, postgres_database: Database) -> None:
    ref = {"configMapKeyRef": {"name": "schema", "key": "schema.sql"}}
    customer.apply(secret(postgres_database.url), config_map(V1), schema("app", schema=ref, interval="1h"))
    customer.wait_applied("app")
    customer.apply(config_map(V2))
    until(lambda: columns(postgres_database) == ["id", "phone"], "the new schema is applied")
    customer.wait_applied("app")


@pytest.mark.parametrize("watched", [True, False])
def test_a_secret_that_comes_late_and_is_rotated(
    customer: Team, operator: Running, postgres_database: Database, watched: bool
) -> None:
    """One with the label is heard of at once; any other is read again for each look."""
    interval = "1h" if watched else "2s"
    customer.apply(schema("app", V1, interval=interval))
    missing = customer.wait_reason("app", "ReadSchema")
    assert "no key 'url' in a Secret 'creds'" in missing["message"]
    customer.apply(secret(postgres_database.url, watched=watched))
    customer.wait_applied("app")
    customer.apply(secret(_with_password(postgres_database.url, "wrong"), watched=watched))
    customer.kubectl("annotate", "atlasschema/app", "db.atlasgo.io/reconcile-requested-at=1")
    until(lambda: customer.condition("app", "Ready")["status"] == "False", "the password is wrong")
    assert "wrong" not in str(customer.status("app"))
    customer.apply(secret(postgres_database.url, watched=watched))
    customer.wait_applied("app")
    assert_no_password(customer.everything() + operator.text, postgres_database.url)


def test_credentials_in_pieces(customer: Team, operator: Running, postgres_database: Database) -> None:
    """With the keys of a Secret that Crossplane writes: one for each piece."""
    url = urlsplit(postgres_database.url)
    pieces = {"username": url.username, "password": unquote(url.password or ""), "endpoint": url.hostname}
    data = {key: base64.b64encode((value or "").encode()).decode() for key, value in pieces.items()}
    metadata = {"name": "conn", "labels": {"db.atlasgo.io/watch": "Enabled"}}
    customer.apply({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": data})

    def of(key: str) -> dict[str, object]:
        return {"secretKeyRef": {"name": "conn", "key": key}}

    credentials = {
        "scheme": "postgres",
        "userFrom": of("username"),
        "passwordFrom": of("password"),
        "hostFrom": of("endpoint"),
        "port": url.port,
        "database": url.path.strip("/"),
    }
    customer.apply(schema("app", V1, credentials=credentials, interval="1h"))
    customer.wait_applied("app")
    assert columns(postgres_database) == ["id"]
    data["endpoint"] = base64.b64encode(b"127.0.0.256").decode()
    customer.apply({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": data})
    until(lambda: customer.condition("app", "Ready")["status"] == "False", "the host of the Secret is heard of")
    assert_no_password(customer.everything() + operator.text, postgres_database.url)


def _with_password(url: str, password: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=f"{parts.username}:{password}@{parts.hostname}:{parts.port}").geturl()
