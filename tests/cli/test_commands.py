"""inspect, diff, plan and apply on real servers: what they print where, and their exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.support.servers import Database

SCHEMA = """\
CREATE TABLE users (
  id bigint PRIMARY KEY,
  email text NOT NULL
);
"""
NO_CHANGES = "No changes. The database matches the desired schema.\n"


@pytest.fixture
def schema(tmp_path: Path, cli: Cli) -> Path:
    file = tmp_path / "schema.sql"
    file.write_text(SCHEMA)
    return file


def columns(database: Database) -> list[str | None]:
    found = database.query("SELECT column_name FROM information_schema.columns WHERE table_name = 'users' ORDER BY 1")
    return [row[0] for row in found]


def test_from_nothing_to_no_changes(cli: Cli, postgres_database: Database, schema: Path) -> None:
    here = ("--url", postgres_database.url, "--to", schema)
    planned = cli("plan", *here, "--detailed-exitcode")
    assert (planned.code, planned.err) == (2, "")
    assert "  + table public.users" in planned.out
    assert "Plan: 1 to create, 0 to alter, 0 to drop." in planned.out
    applied = cli("apply", *here, "--auto-approve")
    assert applied.code == 0, applied.err
    assert planned.out in applied.out
    assert "[1/1] + table public.users ..." in applied.err
    assert columns(postgres_database) == ["email", "id"]
    again = cli("plan", *here, "--detailed-exitcode")
    assert (again.code, again.out) == (0, NO_CHANGES)
    assert cli("apply", *here) == (0, NO_CHANGES, "")
    inspected = cli("inspect", postgres_database.url)
    (schema.parent / "dump.sql").write_text(inspected.out)
    assert cli("plan", "--url", postgres_database.url, "--to", "dump.sql").out == NO_CHANGES
    assert cli("diff", "dump.sql", schema).out == NO_CHANGES


@pytest.mark.newest_postgres
def test_sources_may_follow_and_are_composed(cli: Cli, postgres_database: Database, schema: Path) -> None:
    Path("index.sql").write_text("CREATE INDEX users_email ON users (email);")
    result = cli("plan", "--url", postgres_database.url, "--to", schema, "index.sql", "--format", "sql")
    assert result.code == 0
    assert "CREATE INDEX" in result.out
    by_input = cli("plan", "--url", postgres_database.url, "--to", "-", stdin=SCHEMA)
    assert "public.users" in by_input.out


@pytest.mark.newest_postgres
def test_losing_data_is_refused_until_it_is_allowed(cli: Cli, postgres_database: Database, schema: Path) -> None:
    postgres_database.execute(SCHEMA + "ALTER TABLE users ADD extra text;")
    here = ("apply", "--url", postgres_database.url, "--to", schema, "--auto-approve")
    refused = cli(*here)
    assert refused.code == 3
    assert "error[E301]" in refused.err
    assert "--allow DROPS_COLUMN" in refused.err
    assert "- column public.users.extra" in refused.out
    assert "extra" in columns(postgres_database)
    assert cli(*here, "--allow", "drops_table").code == 3
    assert cli(*here, "--allow", "drops_table,drops_column").code == 0
    assert "extra" not in columns(postgres_database)


@pytest.mark.newest_postgres
def test_approval(cli: Cli, postgres_database: Database, schema: Path) -> None:
    here = ("apply", "--url", postgres_database.url, "--to", schema)
    unasked = cli(*here, stdin="y\n")
    assert unasked.code == 3
    assert "error[E302]" in unasked.err
    assert "--auto-approve" in unasked.err
    assert "Apply" not in unasked.err
    assert "+ table public.users" in unasked.out
    for answer in ("", "n\n", "\n"):
        assert cli(*here, stdin=answer, tty=True).code == 3
    assert cli(*here, "--dry-run").code == 0
    assert columns(postgres_database) == []
    asked = cli(*here, stdin="y\n", tty=True)
    assert asked.code == 0
    assert "Apply this change? [y/N] " in asked.err
    assert columns(postgres_database)


@pytest.mark.newest_postgres
def test_a_saved_plan_is_applied_once_and_then_stale(cli: Cli, postgres_database: Database, schema: Path) -> None:
    assert cli("plan", "--url", postgres_database.url, "--to", schema, "--out", "plan.json").code == 0
    here = ("apply", "--url", postgres_database.url, "--plan", "plan.json", "--auto-approve")
    assert cli(*here).code == 0
    assert columns(postgres_database)
    stale = cli(*here)
    assert stale.code == 4
    assert "error[E303]" in stale.err
    Path("plan.json").write_text(Path("plan.json").read_text().replace("email", "e_mail"))
    assert "error[E307]" in cli(*here).err
    assert "error[E307]" in cli("apply", "--url", postgres_database.url, "--plan", "none.json").err
    unwritable = cli("plan", "--url", postgres_database.url, "--to", schema, "--out", "no/such/dir.json")
    assert "cannot write no/such/dir.json" in unwritable.err


@pytest.mark.newest_postgres
def test_json(cli: Cli, postgres_database: Database, schema: Path) -> None:
    here = ("--url", postgres_database.url, "--to", schema, "--format", "json")
    plan = json.loads(cli("plan", *here).out)
    assert plan["format_version"] == 1
    outcome = json.loads(cli("apply", *here, "--auto-approve").out)
    assert outcome["steps_done"] == 1
    assert outcome["plan"] == plan
    assert json.loads(cli("apply", *here).out)["steps_done"] == 0
    catalog = json.loads(cli("inspect", postgres_database.url, "--format", "json").out)
    table = next(found for found in catalog["objects"] if found["kind"] == "table")
    assert [column["name"] for column in table["columns"]] == ["id", "email"]


@pytest.mark.newest_postgres
def test_diff_of_files_and_databases(cli: Cli, postgres_database: Database, schema: Path) -> None:
    Path("new.sql").write_text(SCHEMA.replace("email text", "email text, name text"))
    between = cli("diff", schema, "new.sql", "--format", "sql")
    assert between.code == 0, between.err
    assert "ADD COLUMN name text" in between.out
    postgres_database.execute(SCHEMA)
    assert cli("diff", postgres_database.url, schema).out == NO_CHANGES
    assert "+ column public.users.name" in cli("diff", postgres_database.url, "new.sql").out
    assert "- column public.users.name" in cli("diff", "new.sql", postgres_database.url).out


@pytest.mark.newest_postgres
def test_bad_sql_has_a_place_and_a_caret(cli: Cli, postgres_database: Database, schema: Path) -> None:
    schema.write_text("CREATE TABLE a (\n  id int,\n  name text NOT NUL\n);\n")
    result = cli("plan", "--url", postgres_database.url, "--to", "schema.sql")
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith("error[E101]: ")
    assert "schema.sql:3:" in result.err
    lines = result.err.splitlines()
    number = next(n for n, line in enumerate(lines) if "name text NOT NUL" in line)
    caret = lines[number + 1].index("^")
    assert lines[number][caret:] in {"NOT NUL", "NUL"}
    assert f"schema.sql:3:{caret - len('3 | ') + 1}" in result.err


@pytest.mark.newest_postgres
def test_a_wrong_password(cli: Cli, postgres_database: Database, schema: Path) -> None:
    before, _, host = postgres_database.url.rpartition("@")
    user = before.rpartition(":")[0]
    result = cli("plan", "--url", f"{user}:Wr0ng%2Fpw@{host}", "--to", schema)
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith("error[E202]: ")
    assert "Wr0ng" not in result.err


def test_a_host_that_is_not_there(cli: Cli, schema: Path) -> None:
    for host in ("127.0.0.1:1", "nowhere.invalid"):
        result = cli("plan", "--url", f"postgresql://me:S3cret@{host}/d", "--to", schema)
        assert (result.code, result.out) == (1, "")
        assert result.err.startswith("error[E201]: ")
        assert "S3cret" not in result.err


@pytest.mark.newest_postgres
def test_a_database_that_is_not_there(cli: Cli, postgres_database: Database, schema: Path) -> None:
    url = postgres_database.url.rpartition("/")[0] + "/nothing"
    assert "error[E203]" in cli("plan", "--url", url, "--to", schema).err
    assert postgres_database.name not in cli("inspect", url).out


@pytest.mark.newest_postgres
def test_the_digest_of_a_plan_approves_it_and_no_other(cli: Cli, postgres_database: Database, schema: Path) -> None:
    postgres_database.execute(SCHEMA + "ALTER TABLE users ADD extra text;")
    Path("schemactl.toml").write_text('[policy]\ndata-loss = "approve"\n')
    here = ("--url", postgres_database.url, "--to", schema)
    named = cli("apply", *here, "--auto-approve", "--allow", "data-loss")
    assert named.code == 3
    assert "error[E302]" in named.err
    assert "drop column public.users.extra (step 1: DROPS_COLUMN, data-loss)" in named.err
    digest = json.loads(cli("plan", *here, "--format", "json").out)["digest"]
    assert f"--approve-digest sha256:{digest}" in named.err
    assert cli("apply", *here, "--approve-digest", digest[:-1]).code == 64
    postgres_database.execute("ALTER TABLE users ADD more text")
    moved = cli("apply", *here, "--approve-digest", digest)
    assert moved.code == 4
    assert "error[E303]" in moved.err
    postgres_database.execute("ALTER TABLE users DROP more")
    again = json.loads(cli("plan", *here, "--format", "json").out)["digest"]
    assert cli("apply", *here, "--approve-digest", f"sha256:{again}").code == 0
    assert "extra" not in columns(postgres_database)


@pytest.mark.newest_postgres
def test_a_digest_approves_what_is_refused_as_well(cli: Cli, postgres_database: Database, schema: Path) -> None:
    postgres_database.execute(SCHEMA + "ALTER TABLE users ADD extra text;")
    saved = Path("plan.json")
    saved.write_text(cli("plan", "--url", postgres_database.url, "--to", schema, "--format", "json").out)
    digest = json.loads(saved.read_text())["digest"]
    here = ("apply", "--url", postgres_database.url, "--plan", saved)
    assert cli(*here, "--auto-approve").code == 3
    assert cli(*here, "--approve-digest", digest).code == 0
    assert "extra" not in columns(postgres_database)
