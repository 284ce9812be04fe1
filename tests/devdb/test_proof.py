"""Plans proved on dev databases of every kind, and plans that are not: on real servers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlalchemy import Connection, make_url

from schemactl import engine
from schemactl.devdb import Address, Claim, Ground, prove
from schemactl.dialect import SourceText, find
from schemactl.errors import NotProvedError, RefutedError, UsageError
from schemactl.plan import Group, Plan, PlannedStep, decode, encode
from schemactl.plan.document import Proof, Verdict, sealed
from tests.cli.conftest import cli  # noqa: F401
from tests.support.containers import PASSWORD, run
from tests.support.mysql import Database as MySQLDatabase
from tests.support.mysql import Server as MySQLServer
from tests.support.servers import Database, Server

BEFORE = """
CREATE TYPE mood AS ENUM ('ok', 'bad');
CREATE TABLE t (id int PRIMARY KEY, mood mood, n text);
CREATE VIEW v AS SELECT id, n FROM t;
"""
AFTER = """
CREATE TYPE mood AS ENUM ('ok', 'sad', 'bad');
CREATE TABLE t (id bigint PRIMARY KEY, mood mood DEFAULT 'sad', n text NOT NULL, CHECK (id > 0));
CREATE INDEX t_n ON t (n);
CREATE VIEW v AS SELECT id, n FROM t;
"""


def source(text: str) -> list[SourceText]:
    return [SourceText(name="schema.sql", text=text)]


def scratch(target: engine.Target, connection: Connection) -> Ground:
    """A scratch database of the target's server."""
    dialect, address = find("postgresql"), Address.parse("scratch")
    return Ground(dialect=dialect, engine=target.engine, connection=connection, scope=target.scope, address=address)


def proof_of(plan: Plan) -> Proof:
    assert plan.proof is not None
    return plan.proof


@dataclass(frozen=True, slots=True)
class Prover:
    """A user of one test's own: whatever database it owns is left of the proof, and not of another test's."""

    database: Database
    name: str

    def url(self, database: Database) -> str:
        return str(make_url(database.url).set(username=self.name).render_as_string(hide_password=False))

    def databases(self) -> list[tuple[str | None, ...]]:
        return self.database.query(f"SELECT datname FROM pg_database WHERE datdba = '{self.name}'::regrole")


@pytest.fixture
def prover(postgres_database: Database) -> Iterator[Prover]:
    name = f"prover_{postgres_database.name}"
    postgres_database.execute(f"CREATE ROLE {name} SUPERUSER LOGIN PASSWORD '{PASSWORD}'")
    yield Prover(postgres_database, name)
    postgres_database.execute(f"DROP ROLE {name}")


def test_on_a_scratch_database_of_the_target(postgres_database: Database, prover: Prover) -> None:
    postgres_database.execute(BEFORE + "INSERT INTO t VALUES (0, 'ok', NULL);")
    target = engine.target(prover.url(postgres_database), dev="scratch")
    plan = engine.plan(target, source(AFTER), proved=True)
    proof = proof_of(plan)
    assert (proof.verdict, proof.why, proof.plan) == (Verdict.PROVED, "", plan.digest)
    assert (proof.rebuilt, proof.steps) == (3, len(plan.steps))
    assert "a scratch database on the target's server" in proof.where
    assert prover.databases() == []
    assert decode(encode(plan)) == plan


def test_the_proof_is_no_part_of_the_digest(postgres_database: Database) -> None:
    target = engine.target(postgres_database.url, dev="scratch")
    assert engine.plan(target, source(AFTER), proved=True).digest == engine.plan(target, source(AFTER)).digest


@pytest.mark.newest_postgres
def test_on_the_embedded_server_where_nothing_is_said(postgres_database: Database) -> None:
    role = f"reader {postgres_database.name}"
    postgres_database.execute(f'{BEFORE} CREATE ROLE "{role}"; GRANT SELECT ON t TO "{role}";')
    try:
        plan = engine.plan(engine.target(postgres_database.url), source(AFTER), proved=True)
    finally:
        postgres_database.execute(f'DROP OWNED BY "{role}"; DROP ROLE "{role}"')
    assert proof_of(plan).verdict is Verdict.PROVED, proof_of(plan).why
    assert "embedded" in proof_of(plan).where


@pytest.mark.postgres(15)
def test_an_embedded_server_of_another_version_proves_nothing(postgres_database: Database) -> None:
    proof = proof_of(engine.plan(engine.target(postgres_database.url), source(AFTER), proved=True))
    assert proof.verdict is Verdict.NOT_PROVED
    assert "the embedded PostgreSQL is 18, the target's 15" in proof.why and "docker://postgres/15" in proof.why
    with pytest.raises(UsageError, match="PostgreSQL 18"):
        engine.plan(engine.target(postgres_database.url, dev="embedded"), source(AFTER), proved=True)


@pytest.mark.newest_postgres
def test_in_a_container_of_dockers(postgres_database: Database) -> None:
    postgres_database.execute(BEFORE)
    target = engine.target(postgres_database.url, dev=f"docker://postgres/{postgres_database.version}")
    proof = proof_of(engine.plan(target, source(AFTER), proved=True))
    assert proof.verdict is Verdict.PROVED, proof.why


def test_on_another_database_of_the_same_server(
    postgres_database: Database, postgres_server: Server, prover: Prover
) -> None:
    postgres_database.execute(BEFORE)
    with postgres_server.database() as dev:
        dev.execute("CREATE TABLE others (id int)")
        target = engine.target(postgres_database.url, dev=prover.url(dev))
        proof = proof_of(engine.plan(target, source(AFTER), proved=True))
        assert proof.verdict is Verdict.PROVED, proof.why
        assert PASSWORD not in proof.where and prover.databases() == []
        assert dev.query("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace") == [("others",)]


def test_the_target_is_known_under_any_url(postgres_database: Database) -> None:
    other = postgres_database.url.replace("127.0.0.1", "localhost")
    with pytest.raises(UsageError, match="the target itself"):
        engine.plan(engine.target(postgres_database.url, dev=other), source(AFTER), proved=True)


def test_a_role_that_the_plan_makes_belongs_to_others_too(postgres_database: Database) -> None:
    role = f"made_{postgres_database.name}"
    text = f"DO $$ BEGIN CREATE ROLE {role}; EXCEPTION WHEN duplicate_object THEN NULL; END $$; {AFTER}"
    proof = proof_of(engine.plan(engine.target(postgres_database.url, dev="scratch"), source(text), proved=True))
    assert (proof.verdict, f"it makes the role {role}" in proof.why) == (Verdict.NOT_PROVED, True)
    assert postgres_database.query(f"SELECT 1 FROM pg_roles WHERE rolname = '{role}'") == []


@pytest.mark.newest_postgres
def test_an_extension_that_the_dev_server_lacks(postgres_database: Database) -> None:
    [(directory,)] = postgres_database.query("SELECT setting FROM pg_config WHERE name = 'SHAREDIR'")
    files = {
        f"{directory}/extension/of_ours.control": "default_version = '1'\nrelocatable = true\n",
        f"{directory}/extension/of_ours--1.sql": "SELECT 1;\n",
    }
    run(postgres_database.container, ["true"], {}, files)
    target = engine.target(postgres_database.url)
    proof = proof_of(engine.plan(target, source(f"CREATE EXTENSION of_ours; {AFTER}"), proved=True))
    assert (proof.verdict, proof.why) == (Verdict.NOT_PROVED, "extension of_ours is not on the dev server")
    with pytest.raises(NotProvedError, match="of_ours"):
        engine.apply(target, source(f"CREATE EXTENSION of_ours; {AFTER}"), proved=True)
    assert postgres_database.query("SELECT 1 FROM pg_extension WHERE extname = 'of_ours'") == []


@pytest.mark.newest_postgres
@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("CREATE COLLATION german (provider = icu, locale = 'de');", "ICU is not supported in this build"),
        ('CREATE TABLE t (a text COLLATE "de-x-icu");', 'collation "de-x-icu" is not on the dev server'),
    ],
)
def test_what_the_dev_server_was_built_without(postgres_database: Database, text: str, why: str) -> None:
    proof = proof_of(engine.plan(engine.target(postgres_database.url), source(text), proved=True))
    assert (proof.verdict, why in proof.why) == (Verdict.NOT_PROVED, True), proof.why


@pytest.mark.newest_postgres
def test_what_rests_on_things_out_of_scope_cannot_be_made_anew(postgres_database: Database) -> None:
    postgres_database.execute("CREATE SCHEMA app; CREATE TABLE public.p (id int PRIMARY KEY);")
    postgres_database.execute("CREATE TABLE app.t (id int REFERENCES public.p)")
    target = engine.target(postgres_database.url, schemas=["app"], dev="scratch")
    proof = proof_of(engine.plan(target, source("CREATE TABLE t (id int REFERENCES public.p, n int);"), proved=True))
    assert proof.verdict is Verdict.NOT_PROVED
    assert "the live schema could not be made anew" in proof.why and "public.p" in proof.why


# -- plans that are false


def changed(plan: Plan, change: Callable[[PlannedStep], list[PlannedStep]]) -> Plan:
    """The plan with other steps, each group for itself, under a digest that fits."""
    groups = (
        Group(transactional=g.transactional, steps=tuple(n for s in g.steps for n in change(s))) for g in plan.groups
    )
    return sealed(replace(plan, groups=tuple(g for g in groups if g.steps), proof=None))


def without_the_check(step: PlannedStep) -> list[PlannedStep]:
    return [] if "CHECK" in step.sql else [step]


def another_default(step: PlannedStep) -> list[PlannedStep]:
    return [replace(step, sql=step.sql.replace("'sad'", "'ok'")) if "SET DEFAULT" in step.sql else step]


def broken(step: PlannedStep) -> list[PlannedStep]:
    return [replace(step, sql=step.sql.replace("(n)", "(nn)")) if "INDEX" in step.sql else step]


def with_a_grant(step: PlannedStep) -> list[PlannedStep]:
    return [step, replace(step, sql="GRANT DELETE ON t TO PUBLIC")] if "CHECK" in step.sql else [step]


@pytest.mark.newest_postgres
@pytest.mark.parametrize(
    ("change", "named"),
    [
        (without_the_check, "create constraint public.t.t_id_check"),
        (another_default, "alter column public.t.mood"),
        (broken, 'it fails in step 7 of 8, create index public.t.t_n: column "nn" does not exist'),
        (with_a_grant, "drop privileges public.t.PUBLIC on table"),
    ],
)
def test_a_false_plan_is_refuted_by_name(
    postgres_database: Database,
    postgres_server: Server,
    change: Callable[[PlannedStep], list[PlannedStep]],
    named: str,
) -> None:
    postgres_database.execute(BEFORE)
    target = engine.target(postgres_database.url)
    plan = engine.plan(target, source(AFTER))
    with postgres_server.database() as goal, target.engine.connect() as connection:
        goal.execute(AFTER)

        def judged(plan: Plan) -> Proof:
            subject = Claim(
                plan=plan,
                actual=engine.inspect(target),
                goal=engine.inspect(engine.target(goal.url)),
                again=lambda _: replace(plan, groups=()),
            )
            return prove(scratch(target, connection), subject)

        assert judged(plan).verdict is Verdict.PROVED
        proof = judged(changed(plan, change))
    assert (proof.verdict, named in proof.why) == (Verdict.REFUTED, True), proof.why


@pytest.mark.newest_postgres
def test_a_plan_that_leaves_something_to_do_is_refuted(postgres_database: Database) -> None:
    target = engine.target(postgres_database.url)
    plan = engine.plan(target, source("CREATE TABLE t (id int);"))
    actual = engine.inspect(target)
    postgres_database.execute("CREATE TABLE t (id int);")
    with target.engine.connect() as connection:
        subject = Claim(plan=plan, actual=actual, goal=engine.inspect(target), again=lambda _: plan)
        proof = prove(scratch(target, connection), subject)
    assert (proof.verdict, proof.why) == (
        Verdict.REFUTED,
        "after it there is still something to do: create table public.t",
    )


@pytest.mark.newest_postgres
def test_a_saved_plan_is_carried_out_only_with_its_own_proof(postgres_database: Database) -> None:
    postgres_database.execute(BEFORE)
    target = engine.target(postgres_database.url, dev="scratch")
    plan = engine.plan(target, source(AFTER), proved=True)
    with pytest.raises(NotProvedError, match="its proof is of another plan"):
        engine.apply_plan(target, replace(changed(plan, another_default), proof=plan.proof), proved=True)
    with pytest.raises(NotProvedError, match="it carries no proof"):
        engine.apply_plan(target, replace(plan, proof=None), proved=True)
    refuted = replace(proof_of(plan), verdict=Verdict.REFUTED, why="it was")
    with pytest.raises(RefutedError, match="it was"):
        engine.apply_plan(target, replace(plan, proof=refuted), proved=True)
    assert engine.apply_plan(target, plan, proved=True).steps_done == len(plan.steps)


@pytest.mark.newest_postgres
def test_the_command_line_says_what_came_of_it(cli, postgres_database: Database, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]  # noqa: F811
    file = tmp_path / "schema.sql"
    file.write_text(AFTER)
    here = ("--url", postgres_database.url, "--to", file)
    assert "Not proved: no proof was asked for (--prove)." in cli("plan", *here).out
    for form in ("text", "sql"):
        shown = cli("plan", *here, "--prove", "--dev-url", "scratch", "--format", form)
        assert shown.code == 0 and "Proved on PostgreSQL" in shown.out
    (tmp_path / "schemactl.toml").write_text('prove = true\ndev-url = "scratch"\n')
    applied = cli("apply", *here, "--auto-approve")
    assert applied.code == 0 and "Proved on PostgreSQL" in applied.out
    assert "No changes" in cli("plan", *here).out


# -- MySQL and MariaDB: their statements may name the database


def test_a_container_has_a_database_of_the_targets_name(
    mysql_database: MySQLDatabase, mysql_server: MySQLServer
) -> None:
    mysql_database.execute("CREATE TABLE a (id int PRIMARY KEY, n varchar(10))")
    text = "CREATE TABLE a (id bigint PRIMARY KEY, n varchar(20) NOT NULL, CHECK (id > 0)); CREATE VIEW v AS SELECT id FROM a;"
    image = f"{'mariadb' if mysql_server.mariadb else 'mysql'}/{'.'.join(map(str, mysql_server.version[:2]))}"
    plan = engine.plan(engine.target(mysql_database.url, dev=f"docker://{image}"), source(text), proved=True)
    assert proof_of(plan).verdict is Verdict.PROVED, proof_of(plan).why
    assert mysql_database.query("SHOW TABLES") == [("a",)]


def test_nothing_is_tried_on_the_targets_own_server(mysql_database: MySQLDatabase, mysql_server: MySQLServer) -> None:
    sources = source("CREATE TABLE a (id int PRIMARY KEY);")
    with mysql_server.database() as dev:
        for address in ("scratch", dev.url):
            with pytest.raises(UsageError, match="cannot be tried on its own server"):
                engine.plan(engine.target(mysql_database.url, dev=address), sources, proved=True)
    proof = proof_of(engine.plan(engine.target(mysql_database.url), sources, proved=True))
    assert proof.verdict is Verdict.NOT_PROVED and "--dev-url docker://" in proof.why
