"""What the fields of a manifest do, on a real server."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import msgspec
import pytest

from schemactl.errors import ManifestError
from schemactl.reconcile import Kind, Result, announced, resolve
from schemactl.resource import AtlasSchema, Metadata, Spec
from tests.agent.test_reconcile import MEANS, NOW, USERS, WITH_NICK, NoReferences, Resource, columns, kinds
from tests.support.servers import Database

pytestmark = pytest.mark.newest_postgres


def skipping(*kinds_: str) -> dict[str, Any]:
    return {"diff": {"skip": dict.fromkeys(kinds_, True)}}


def test_a_dropped_column_is_left_out(postgres_database: Database) -> None:
    app = Resource(postgres_database.url, WITH_NICK, policy=skipping("drop_column"))
    app.look()
    before = app.status.observed_hash
    app.change(schema={"sql": USERS + "CREATE TABLE more (i integer);"})
    assert kinds(app.look()) == [Kind.APPLIED]
    assert "nick" in columns(postgres_database)
    assert app.status.observed_hash != before
    assert app.condition("ChangesSkipped") == ("True", "PolicyDiffSkip")
    assert app.message("ChangesSkipped") == "drop column public.users.nick"
    assert app.look().report == ()
    app.change(policy={})
    assert kinds(app.look()) == [Kind.WAITING]
    assert app.condition("ChangesSkipped") is None


OLD = """
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE a (id serial PRIMARY KEY, m mood, CHECK (id > 0));
CREATE INDEX a_m ON a (m);
CREATE TABLE b (id integer PRIMARY KEY, a integer CONSTRAINT b_a REFERENCES a (id), note varchar(10));
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW EXECUTE FUNCTION f();
"""
NEW = """
CREATE TABLE b (id integer PRIMARY KEY, a integer, note text, extra integer);
CREATE INDEX b_extra ON b (extra);
CREATE TABLE c (id integer PRIMARY KEY);
ALTER TABLE b ADD CONSTRAINT b_c FOREIGN KEY (id) REFERENCES c (id);
CREATE VIEW d AS SELECT id FROM c;
"""


@pytest.mark.parametrize(
    ("kinds_", "left"),
    [
        (("drop_table", "drop_foreign_key"), {"drop table public.a", "drop constraint public.b.b_a"}),
        (("modify_column",), {"modify column public.b.note"}),
        (
            ("add_table",),
            {
                "add table public.c",
                "b_c of table public.b, which rests on what is left out",
                "add view public.d, which rests on what is left out",
            },
        ),
        (
            ("add_column",),
            {"add column public.b.extra", "b_extra of table public.b, which rests on what is left out"},
        ),
        (("add_index", "add_foreign_key"), {"add index public.b.b_extra", "add constraint public.b.b_c"}),
        (
            ("modify_table", "drop_table"),
            {
                "drop table public.a",
                "drop constraint public.b.b_a",
                "modify column public.b.note",
                "add column public.b.extra",
                "add index public.b.b_extra",
                "add constraint public.b.b_c",
            },
        ),
    ],
)
def test_changes_that_are_left_out(postgres_database: Database, kinds_: tuple[str, ...], left: set[str]) -> None:
    """The rest is carried out, and then there is nothing more to do."""
    postgres_database.execute(OLD)
    policy = skipping(*kinds_) | {"lint": {"destructive": {"error": False}}}
    app = Resource(postgres_database.url, NEW, policy=policy)
    assert kinds(app.look()) == [Kind.APPLIED], app.message("Ready")
    assert set(app.message("ChangesSkipped").split(", ")) == set(", ".join(left).split(", "))
    app.request("now")
    result = app.look()
    assert (result.looked, kinds(result)) == (True, [])
    assert app.condition("Ready") == ("True", "Applied")


def test_all_in_one_transaction_or_not_at_all(postgres_database: Database) -> None:
    app = Resource(postgres_database.url, "CREATE TYPE mood AS ENUM ('sad');" + USERS, txMode="all")
    assert kinds(app.look()) == [Kind.APPLIED]
    grown = "CREATE TYPE mood AS ENUM ('sad', 'ok');" + USERS + "CREATE TABLE t (m mood DEFAULT 'ok');"
    app.change(schema={"sql": grown})
    assert kinds(app.look()) == [Kind.STALLED]
    assert "cannot run in one transaction" in app.message("Ready")
    assert "txMode: file" in app.message("Ready")
    app.change(txMode="file")
    assert kinds(app.look()) == [Kind.APPLIED]


def test_each_statement_commits_by_itself(postgres_database: Database) -> None:
    """What ran before the one that failed stands."""
    app = Resource(postgres_database.url, USERS, txMode="none")
    app.look()
    postgres_database.execute("INSERT INTO users VALUES (1, 'a'), (2, 'a')")
    both = WITH_NICK + "ALTER TABLE users ADD CONSTRAINT c CHECK (id > 1);"
    app.change(schema={"sql": both})
    assert kinds(app.look()) == [Kind.STALLED]
    assert "nick" in columns(postgres_database)
    assert [entry.outcome for entry in app.status.history] == ["Failed", "Applied"]
    app.change(txMode="file", schema={"sql": both + "CREATE TABLE more (i integer);"})
    app.look()
    assert postgres_database.query("SELECT 1 FROM pg_class WHERE relname = 'more'") == []


def test_renames_of_the_spec(postgres_database: Database) -> None:
    app = Resource(postgres_database.url, USERS)
    app.look()
    postgres_database.execute("INSERT INTO users VALUES (1, 'kept')")
    people = "CREATE TABLE people (id integer PRIMARY KEY, full_name text NOT NULL);"
    renames = [
        {"from": "public.users", "to": "public.people"},
        {"from": "public.people.name", "to": "public.people.full_name"},
    ]
    app.change(schema={"sql": people}, renames=renames)
    assert kinds(app.look()) == [Kind.APPLIED], app.message("Ready")
    assert postgres_database.query("SELECT full_name FROM people") == [("kept",)]
    app.request("again")
    assert kinds(app.look()) == []
    app.change(renames=[{"from": "people", "to": "public.people"}])
    assert kinds(app.look()) == [Kind.STALLED]


def test_schemas_by_pattern(postgres_database: Database) -> None:
    postgres_database.execute("CREATE SCHEMA other; CREATE TABLE other.kept (i integer); CREATE SCHEMA tenant_a")
    sql = "CREATE SCHEMA tenant_a; CREATE SCHEMA tenant_b; CREATE TABLE tenant_b.t (i integer);"
    app = Resource(postgres_database.url, sql, target={"schemas": ["tenant_*"]})
    assert kinds(app.look()) == [Kind.APPLIED]
    assert postgres_database.query("SELECT 1 FROM other.kept") == postgres_database.query("SELECT 1 FROM tenant_b.t")


def test_plans_are_proved_on_the_dev_database(postgres_database: Database) -> None:
    app = Resource(postgres_database.url, USERS, devURL="scratch")
    assert kinds(app.look()) == [Kind.APPLIED]
    assert app.status.plan is not None
    assert app.status.plan.proof == "proved"


def test_a_dev_database_that_is_away_is_done_without(postgres_database: Database) -> None:
    app = Resource(postgres_database.url, USERS, devURL="postgres://me:hidden@127.0.0.1:1/dev")
    assert kinds(app.look()) == [Kind.APPLIED]
    assert app.message("FieldsIgnored").startswith("spec.devURL: it is not used: ")
    assert "hidden" not in app.message("FieldsIgnored")


def test_after_too_many_failures_it_is_stalled_and_comes_back(postgres_database: Database) -> None:
    app = Resource("postgresql://me@127.0.0.1:1/nothing", USERS, backoffLimit=2)
    found: list[Result] = [app.look() for _ in range(4)]
    assert [kinds(result) for result in found] == [[Kind.RETRYING], [], [Kind.STALLED], []]
    assert [result.next_look for result in found] == [5, 10, 300, 300]
    assert app.condition("Stalled") == ("True", "BackoffLimitExceeded")
    assert app.condition("Reconciling") is None
    app.change(url=postgres_database.url)
    assert kinds(app.look()) == [Kind.APPLIED]
    assert (app.status.failed, app.condition("Stalled")) == (0, None)


def test_a_look_is_spared_where_nothing_moved(postgres_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    # Roles are the server's, and other tests make some meanwhile.
    monkeypatch.setattr("schemactl_postgres.mark._VIEWS", ("pg_user_mappings",))
    app = Resource(postgres_database.url, USERS)
    app.look()
    looked = []
    for _ in range(24):
        before = app.status
        looked.append(app.look().looked)
        assert app.status == before
    assert 2 <= looked.count(True) <= 4
    to_spared_turns(app)
    app.look()
    postgres_database.execute("COMMENT ON TABLE users IS 'changed'")
    assert kinds(app.look()) == [Kind.DRIFT, Kind.HEALED]


def test_a_look_is_spared_while_a_plan_waits(postgres_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("schemactl_postgres.mark._VIEWS", ("pg_user_mappings",))
    app = Resource(postgres_database.url, WITH_NICK)
    app.look()
    app.change(schema={"sql": USERS})
    to_spared_turns(app)
    assert kinds(app.look()) == [Kind.WAITING]
    waits = app.status
    assert waits.plan is not None
    assert not app.look().looked
    assert app.status == waits
    postgres_database.execute("ALTER TABLE users ADD COLUMN by_hand integer")
    overtaken = app.look()
    assert overtaken.looked
    assert app.status.plan is not None
    assert app.status.plan.digest != waits.plan.digest
    to_spared_turns(app)
    assert not app.look().looked
    app.approve(app.status.plan.digest)
    assert kinds(app.look()) == [Kind.APPLIED]
    assert not {"nick", "by_hand"} & columns(postgres_database)


def to_spared_turns(app: Resource) -> None:
    """On to an hour in which the next looks need not inspect."""
    app.now = NOW + timedelta(hours=1) * next(i for i in range(99) if not spared_turn(app, i))


def spared_turn(app: Resource, hours: int) -> bool:
    from schemactl.reconcile.look import Look
    from schemactl.reconcile.spared import _is_full_ones_turn

    resource = AtlasSchema(metadata=Metadata(name="app"), spec=msgspec.convert(app.spec, Spec))
    inputs = resolve(resource, NoReferences())
    moments = [NOW + timedelta(hours=hours, minutes=5 * n) for n in range(4)]
    looks = [Look(resource=resource, inputs=inputs, before=app.status, now=now, means=MEANS) for now in moments]
    return any(map(_is_full_ones_turn, looks))


def test_a_full_look_can_be_asked_for(postgres_database: Database) -> None:
    app = Resource(postgres_database.url, USERS)
    app.look()
    app.request("2026-11-23T00:00:00Z")
    assert app.look().looked
    assert app.status.handled_request == "2026-11-23T00:00:00Z"


def test_a_look_that_is_to_come_is_announced(postgres_database: Database) -> None:
    app = Resource(postgres_database.url, USERS)
    app.look()
    resource = AtlasSchema(metadata=Metadata(name="app", generation=2), spec=msgspec.convert(app.spec, Spec))
    status = announced(resource, app.status, now=NOW)
    ready = status.condition("Ready")
    assert ready is not None
    assert (ready.status, ready.reason) == ("False", "Reconciling")
    assert (status.observed_generation, status.observed_hash) == (2, app.status.observed_hash)
    app.status = status
    app.change()
    app.look()
    assert app.condition("Ready") == ("True", "Applied")
    assert app.condition("Reconciling") is None


def test_a_long_plan_is_cut_in_the_status_and_whole_beside_it(postgres_database: Database) -> None:
    many = "".join(f"CREATE TABLE t{i} (a integer, b text, c text, d text);" for i in range(300))
    result = Resource(postgres_database.url, many).look()
    plan = result.status.plan
    assert plan is not None
    assert plan.is_cut
    assert "t299" not in plan.sql
    assert "CREATE TABLE public.t299" in result.plan_sql
    assert len(msgspec.json.encode(result.status)) < 16_000


PASSWORD = "s3cr:t/p@ss word"


@pytest.mark.parametrize("work", ["apply", "drift", "fail", "refuse", "wait", "syntax"])
def test_no_password_in_any_place(postgres_database: Database, work: str) -> None:
    """The target's own, in text that SQL, errors and plans quote too, and the dev database's."""
    role = f"keeper_{os.getpid()}_{work}"
    postgres_database.execute(
        f"CREATE ROLE {role} LOGIN SUPERUSER PASSWORD '{PASSWORD}'; COMMENT ON ROLE {role} IS 'of a test'"
    )
    try:
        parts = urlsplit(postgres_database.url)
        host = parts.netloc.rpartition("@")[2]
        url = urlunsplit(parts._replace(netloc=f"{role}:{quote(PASSWORD, safe='')}@{host}"))
        spec: dict[str, Any] = {
            "devURL": f"postgresql://me:{quote(PASSWORD, safe='')}@127.0.0.1:1/dev",
            "vars": [{"key": "token", "value": PASSWORD}],
        }
        quoted = f"COMMENT ON TABLE users IS '{PASSWORD}';"
        app = Resource(url, USERS + quoted, **spec)
        results = [app.look()]
        match work:
            case "drift":
                postgres_database.execute(f"COMMENT ON COLUMN users.name IS '{PASSWORD}'")
            case "fail":
                app.change(schema={"sql": USERS + f"CREATE TABLE t (a text DEFAULT '{PASSWORD}'::nothing);"})
            case "refuse":
                app.change(
                    schema={"sql": USERS}, policy={"hazards": {"breaks-clients": "refuse", "data-loss": "refuse"}}
                )
            case "wait":
                app.change(schema={"sql": quoted.replace("users", "t") + "CREATE TABLE t (i integer);"})
            case "syntax":
                app.change(schema={"sql": f"CREATE ROLE r PASSWORD '{PASSWORD}'; CREATE USER MAPPING '{PASSWORD}'"})
        results += [app.look(), app.look()]
        told = b"\n".join(msgspec.json.encode(result) for result in results).decode()
        for form in (PASSWORD, quote(PASSWORD, safe=""), quote(PASSWORD)):
            assert form not in told
        shown = results[0].status.target
        assert shown.startswith("postgresql://")
        assert shown.endswith(f"/{postgres_database.name}")
        assert role not in shown
    finally:
        postgres_database.execute(f"REASSIGN OWNED BY {role} TO CURRENT_USER; DROP ROLE {role}")


def test_an_unknown_lint_code_is_refused() -> None:
    spec = msgspec.convert(
        {"url": "postgres://h/d", "schema": {"sql": "x"}, "policy": {"lint": {"codes": {"XX999": "error"}}}}, Spec
    )
    with pytest.raises(ManifestError, match="XX999"):
        resolve(AtlasSchema(metadata=Metadata(name="app"), spec=spec), NoReferences())
