"""The runner of scenario files itself: with a stand-in for schemactl that knows no SQL, on a real server."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from schemactl.plan import Plan, encode
from schemactl.plan.document import sealed
from tests.support import catalog
from tests.support.collector import _check, _runs_on
from tests.support.script import Platform, ScenarioError, Script, lines
from tests.support.servers import PASSWORD, Database, Server
from tests.support.txtar import Archive, MalformedArchive

PG17 = Platform("pg", (17,))
Runs = Callable[..., Script]
Differ = Callable[[str, str], tuple[str, str]]


# The format.


def test_an_archive_is_a_script_and_files() -> None:
    text = "# what\nexec a.sql\n-- a.sql --\nSELECT 1;\n-- dir/b.sql --\n-- users --\nSELECT 2;\n-- empty.txt --\n"
    archive = Archive.parse(text)
    assert archive.script == "# what\nexec a.sql\n"
    assert archive.files == {"a.sql": "SELECT 1;\n", "dir/b.sql": "-- users --\nSELECT 2;\n", "empty.txt": ""}
    assert archive.format() == text


def test_an_archive_may_have_no_files_and_lack_the_last_line_break() -> None:
    assert Archive.parse("# what\nschemactl").files == {}
    assert Archive.parse("#\n-- a.sql --").files == {"a.sql": ""}
    assert Archive.parse("#\n-- a.sql --\nx").format() == "#\n-- a.sql --\nx\n"


@pytest.mark.parametrize("name", ["/etc/a.sql", "../a.sql", "b/../../a.sql"])
def test_a_file_stays_in_the_scenarios_directory(name: str) -> None:
    with pytest.raises(MalformedArchive, match="outside"):
        Archive.parse(f"#\n-- {name} --\n")


def test_two_files_of_one_name_are_an_error() -> None:
    with pytest.raises(MalformedArchive, match=r"two files a\.sql"):
        Archive.parse("#\n-- a.sql --\n1\n-- a.sql --\n2\n")


# Guards.


@pytest.mark.parametrize(
    ("guard", "holds"),
    [
        ("[pg]", True),
        ("[!pg]", False),
        ("[mysql]", False),
        ("[!mysql]", True),
        ("[pg17]", True),
        ("[!pg17]", False),
        ("[pg15]", False),
        ("[!pg15]", True),
        ("[pg15+]", True),
        ("[pg17+]", True),
        ("[pg18+]", False),
        ("[!pg18+]", True),
        ("[pg17-]", True),
        ("[pg15-]", False),
        ("[mysql17+]", False),
        ("[pg15+] [pg17-]", True),
        ("[pg15+] [!pg17]", False),
    ],
)
def test_a_guard_names_servers(guard: str, holds: bool) -> None:
    [line] = lines(f"{guard} exec a.sql")
    assert line.applies(PG17) is holds


def test_a_guard_may_name_a_minor_version() -> None:
    mariadb = Platform.of("mariadb:10.11")
    assert mariadb == Platform("mariadb", (10, 11))
    assert mariadb.id == "maria10.11"
    for guard, holds in {"[mariadb10]": True, "[mariadb10.11+]": True, "[mariadb11.8+]": False}.items():
        assert next(lines(f"{guard} exec a.sql")).applies(mariadb) is holds


@pytest.mark.parametrize("guard", ["[oracle]", "[windows17]", "[pg+]"])
def test_an_unknown_guard_is_an_error(guard: str) -> None:
    [line] = lines(f"{guard} exec a.sql")
    with pytest.raises(ScenarioError, match="unknown condition"):
        line.applies(PG17)


@pytest.mark.parametrize("text", ["[pg17", "[PG17] exec a.sql", "[]", "[pg17]", 'exec "a.sql', "! "])
def test_a_malformed_line_is_an_error(text: str) -> None:
    with pytest.raises(ScenarioError, match="line 2"):
        list(lines(f"# what\n{text}\n"))


def test_only_chooses_the_servers() -> None:
    def chosen(script: str) -> list[int]:
        return [version for version in (15, 17, 18) if _runs_on(list(lines(script)), Platform("pg", (version,)))]

    assert chosen("exec a.sql") == [15, 17, 18]
    assert chosen("only [pg17+]") == [17, 18]
    assert chosen("only [pg15] [pg18]") == [15, 18]
    assert chosen("only [pg17+]\nonly [!pg18]") == [17]
    with pytest.raises(ScenarioError, match="only"):
        chosen("only pg17")


# What a collected file must have.


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("exec a.sql\n-- a.sql --\n", "begin with a comment"),
        ("# what\n", "no command"),
        ("# what\nonly [pg]\n", "no command"),
        ("# what\nexec a.sql\n-- a.sql --\n-- plan.sql --\nx\n", r"nothing uses its file plan\.sql"),
    ],
)
def test_a_scenario_that_tests_nothing_is_refused(text: str, complaint: str) -> None:
    archive = Archive.parse(text)
    with pytest.raises(ScenarioError, match=complaint):
        _check(archive, list(lines(archive.script)))


def test_a_file_is_used_if_its_directory_or_another_file_names_it() -> None:
    archive = Archive.parse("# what\nmigrate - schema\n-- schema/a.sql --\n\\ir b.sql\n-- lib/b.sql --\n")
    _check(archive, list(lines(archive.script)))


newest = pytest.mark.newest_postgres

# Commands. The stand-in has one way to migrate: to make everything anew.


def masked(url: str) -> str:
    return re.sub(r"(://\w+:)[^@]*@", r"\1***@", url)


def stand_in(argv: list[str]) -> int:
    command, options = argv[0], argv[1:]
    if command == "echo":
        print(*(masked(option) for option in options))
        return 0
    if command == "tell":
        print(*options)
        return 0
    if command == "say":
        print(sys.stdin.read() or os.environ["WORD"], file=sys.stderr)
        return int(options[0])
    if command == "raise":
        raise SystemExit(int(options[0]))
    if command == "inspect":
        with psycopg.connect(options[0]) as connection:
            print(*connection.execute("SELECT obj_description('public'::regnamespace)").fetchone() or (), end="")
        return 0
    url, after = options[options.index("--url") + 1], Path(options[options.index("--to") + 1]).read_text()
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute("SELECT obj_description('public'::regnamespace)").fetchone()
        pending = row != (after,)
        if "--out" in options:  # what it says that its steps do: nothing
            bare = Plan(tool="", dialect="", server_version="", database="", fingerprint="", desired_digest="")
            Path(options[options.index("--out") + 1]).write_bytes(encode(sealed(bare)))
        if command == "plan" and pending:
            print(f"-- plan for {masked(url)} in 12 ms\nSET lock_timeout = '3s';\n{after}", end="")
            return 2 if "--detailed-exitcode" in options else 0
        if command == "apply":
            connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
            connection.execute(after.encode())
            connection.execute(b"COMMENT ON SCHEMA public IS " + psycopg.sql.quote(after).encode())
    return 0


@pytest.fixture
def run(postgres_server: Server, tmp_path: Path) -> Runs:
    def run(text: str, update: bool = False) -> Script:
        platform, archive = Platform("pg", (postgres_server.version,)), Archive.parse(text)
        applied = False

        def main(argv: list[str]) -> int:
            nonlocal applied
            applied = applied or argv[0] == "apply"
            if argv[0] == "inspect" and not applied:
                print(archive.files["before.sql"], end="")
                return 0
            return stand_in(argv)

        script = Script(archive, tmp_path, platform, postgres_server, main, update)
        script.run()
        return script

    return run


@newest
@pytest.mark.parametrize(
    "text",
    [
        "schemactl echo hello world\nstdout '^hello w'\n! stdout x\n! stderr .\nexit 0",
        "schemactl echo $URL $WORK/a 0.3s 12ms\ncmp stdout a.txt\n-- a.txt --\n$URL $WORK/a $TIME $TIME\n",
        "schemactl echo \"SET lock_timeout = '3s'\"\nstdout \"'3s'$\"",
        "! schemactl say 3\nexit 3\nstderr hi",
        "! schemactl raise 64\nexit 64",
        "stdin a.txt\nschemactl say 0\nstderr 'from the file'\n! stderr hi\n-- a.txt --\nfrom the file\n",
        "schemactl echo a\n! cmp stdout a.txt\n-- a.txt --\nb\n",
        "exec a.sql\nquery b.sql b.txt\n-- a.sql --\nCREATE TABLE t (a int, b bool);\nINSERT INTO t VALUES (1, true), (NULL, NULL);\n"
        "-- b.sql --\nSELECT * FROM t\n-- b.txt --\n1\tt\nNULL\tNULL\n",
        "! exec a.sql\nstderr 'syntax error'\n-- a.sql --\nnonsense\n",
        "expand a.txt\n! cmp a.txt b.txt\ncmp a.txt c.txt\n-- a.txt --\nin $WORK\n-- b.txt --\nin\n-- c.txt --\nin $WORK\n",
        "[!pg] nonsense\n[pg] schemactl echo a\nstdout a",
    ],
)
def test_a_scenario_that_holds(run: Runs, text: str) -> None:
    run(f"# what\nenv WORD=hi\n{text}")


@newest
@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("nonsense", "line 3: nonsense\nunknown command; there are: cmp, env"),
        ("schemactl say 1", "line 3: .*\nexit code 1\nhi"),
        ("! schemactl say 0", "exit code 0"),
        ("schemactl say 0\nexit 1", "line 4: exit 1\nexit code 0"),
        ("schemactl echo a\nstdout b", "'b' not found in:\na"),
        ("schemactl echo a\n! stdout a", "'a' found in:\na"),
        ("schemactl echo a\ncmp stdout a.txt\n-- a.txt --\nb\n", "\n-b\n\\+a\n"),
        ("schemactl echo a\ncmp stdout a.txt", "no file a.txt; `--update` writes it"),
        ("! exit 1", "exit cannot be negated"),
        ("exec a.sql b.sql", "exec was given 2 arguments"),
        ("exec a.sql", "the scenario has no file a.sql"),
        ("exec a.sql\n-- a.sql --\nnonsense\n", "the server rejects a.sql: syntax error"),
        ("! exec a.sql\n-- a.sql --\nSELECT 1\n", "the server accepts it"),
        ("schemactl tell postgresql://u@h/ 'test only: p@ss/w%rd?#+'", "the password of the database is in"),
        ("env WORD='Traceback (most recent call last)'\nschemactl say 0", "a traceback was shown"),
    ],
)
def test_a_scenario_that_does_not_hold(run: Runs, text: str, complaint: str) -> None:
    with pytest.raises(ScenarioError, match=complaint):
        run(f"# what\nenv WORD=hi\n{text}")


@newest
def test_the_password_is_found_however_it_is_written(run: Runs) -> None:
    assert PASSWORD == "test only: p@ss/w%rd?#+"
    with pytest.raises(ScenarioError, match="the password"):
        run("# what\nschemactl tell x$URL")


MIGRATION = """# what
migrate before.sql after.sql plan.sql
-- before.sql --
CREATE TABLE t (a int);
-- after.sql --
CREATE TABLE t (a int, b text);
-- plan.sql --
-- plan for $URL in $TIME
SET lock_timeout = '3s';
CREATE TABLE t (a int, b text);
"""


@newest
def test_a_migration_that_leaves_a_trace_is_found(run: Runs) -> None:
    """The stand-in keeps what it applied in a comment on a schema, and the server's catalogue tells."""
    with pytest.raises(ScenarioError, match=r"the database does not hold what after\.sql says\n(.*\n)+.*comment"):
        run(MIGRATION)


@newest
def test_a_plan_is_compared(run: Runs) -> None:
    with pytest.raises(ScenarioError, match=r"-CREATE TABLE u \(\);\n\+CREATE TABLE t"):
        run(MIGRATION.replace("'3s';\nCREATE TABLE t (a int, b text)", "'3s';\nCREATE TABLE u ()"))


@newest
def test_update_rewrites_the_expectation(run: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Script, "_judge", lambda self, after: None)
    monkeypatch.setattr("tests.support.script.proof.refutation", lambda *_: "")  # the trace of the stand-in
    assert run(MIGRATION, update=True).changed == {}
    [changed] = run(MIGRATION.partition("-- plan.sql")[0], update=True).changed.items()
    assert changed == ("plan.sql", Archive.parse(MIGRATION).files["plan.sql"])


# The judge.


@pytest.fixture
def differ(postgres_server: Server) -> Differ:
    def differ(got: str, want: str) -> tuple[str, str]:
        with postgres_server.database() as one, postgres_server.database() as other:
            one.execute(got)
            other.execute(want)
            there, back = catalog.facts(one), catalog.facts(other)
        return catalog.difference(there, back, want), catalog.difference(back, there, got)

    return differ


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CREATE TABLE t (a int, b int)", "CREATE TABLE t (b int, a int)"),
        ("CREATE TABLE t (a int CONSTRAINT x UNIQUE)", "CREATE TABLE t (a int UNIQUE)"),
        ("CREATE TABLE t (a int); CREATE INDEX x ON t (a)", "CREATE TABLE t (a int); CREATE INDEX ON t (a)"),
        ("CREATE TABLE t (a int); ALTER TABLE t ALTER a SET NOT NULL", "CREATE TABLE t (a int NOT NULL)"),
        ("CREATE TABLE t (a int); GRANT ALL ON t TO CURRENT_USER", "CREATE TABLE t (a int)"),
        (
            "CREATE TABLE p (a int) PARTITION BY LIST (a); CREATE TABLE c (a int);"
            "ALTER TABLE p ATTACH PARTITION c FOR VALUES IN (1)",
            "CREATE TABLE p (a int) PARTITION BY LIST (a); CREATE TABLE c PARTITION OF p FOR VALUES IN (1)",
        ),
    ],
)
def test_the_judge_does_not_mind(differ: Differ, one: str, other: str) -> None:
    assert differ(one, other)[0] == ""


@newest
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("", "CREATE SCHEMA s"),
        ("", "CREATE EXTENSION citext"),
        ("", "COMMENT ON SCHEMA public IS 'x'"),
        ("", "GRANT CREATE ON SCHEMA public TO PUBLIC"),
        ("", "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC"),
        ("", "CREATE PUBLICATION p FOR ALL TABLES"),
        ("CREATE TABLE t (a int)", "CREATE UNLOGGED TABLE t (a int)"),
        ("CREATE TABLE t (a int)", "CREATE TABLE t (a bigint)"),
        ("CREATE TABLE t (a int)", "CREATE TABLE t (a int DEFAULT 1)"),
        ("CREATE TABLE t (a int)", "CREATE TABLE t (a int) WITH (fillfactor = 50)"),
        ("CREATE TABLE t (a int)", "CREATE TABLE t (a int); ALTER TABLE t ENABLE ROW LEVEL SECURITY"),
        ("CREATE TABLE t (a int)", "CREATE TABLE t (a int); GRANT SELECT (a) ON t TO PUBLIC"),
        ("CREATE TABLE t (a int)", "CREATE TABLE t (a int); COMMENT ON COLUMN t.a IS 'x'"),
        ("CREATE TABLE t (a int)", "CREATE TABLE t (a int); CREATE POLICY p ON t USING (a > 1)"),
        ("CREATE TABLE t (a int)", "CREATE TABLE t (a int); CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING"),
        ("CREATE TABLE t (a int)", "CREATE TABLE t (a int GENERATED ALWAYS AS IDENTITY)"),
        ("CREATE TABLE t (a text)", 'CREATE TABLE t (a text COLLATE "C")'),
        ("CREATE TABLE t (a int, b int)", "CREATE TABLE t (a int, b int); CREATE STATISTICS s ON a, b FROM t"),
        ("CREATE TABLE t (a int CONSTRAINT x UNIQUE)", "CREATE TABLE t (a int CONSTRAINT y UNIQUE)"),
        ("CREATE TABLE t (a int UNIQUE)", "CREATE TABLE t (a int UNIQUE DEFERRABLE)"),
        ("CREATE TABLE t (a int UNIQUE)", "CREATE TABLE t (a int UNIQUE NULLS NOT DISTINCT)"),
        ("CREATE TABLE t (a int CHECK (a > 1))", "CREATE TABLE t (a int); ALTER TABLE t ADD CHECK (a > 1) NOT VALID"),
        ("CREATE TABLE t (a int); CREATE INDEX ON t (a)", "CREATE TABLE t (a int); CREATE INDEX ON t (a DESC)"),
        ("CREATE SEQUENCE s", "CREATE SEQUENCE s CYCLE"),
        ("CREATE TABLE t (a int); CREATE SEQUENCE s", "CREATE TABLE t (a int); CREATE SEQUENCE s OWNED BY t.a"),
        ("CREATE VIEW v AS SELECT 1 AS a", "CREATE VIEW v AS SELECT 2 AS a"),
        ("CREATE VIEW v AS SELECT 1 AS a", "CREATE VIEW v WITH (security_barrier) AS SELECT 1 AS a"),
        ("CREATE TYPE e AS ENUM ('a', 'b')", "CREATE TYPE e AS ENUM ('b', 'a')"),
        ("CREATE DOMAIN d AS int", "CREATE DOMAIN d AS int CHECK (VALUE > 1)"),
        ("CREATE DOMAIN d AS int", "CREATE DOMAIN d AS int NOT NULL"),
        ("CREATE TYPE c AS (a int)", "CREATE TYPE c AS (a bigint)"),
        ("CREATE TYPE r AS RANGE (SUBTYPE = int)", "CREATE TYPE r AS RANGE (SUBTYPE = bigint)"),
        (
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql STABLE AS 'SELECT 1'",
        ),
        (
            "CREATE AGGREGATE a (int) (SFUNC = int4pl, STYPE = int, INITCOND = '0')",
            "CREATE AGGREGATE a (int) (SFUNC = int4mul, STYPE = int, INITCOND = '0')",
        ),
        (
            "CREATE TABLE t (a int); CREATE TRIGGER g BEFORE UPDATE ON t FOR EACH ROW"
            " EXECUTE FUNCTION suppress_redundant_updates_trigger(); ALTER TABLE t DISABLE TRIGGER g",
            "CREATE TABLE t (a int); CREATE TRIGGER g BEFORE UPDATE ON t FOR EACH ROW"
            " EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        ),
        ("", "CREATE OPERATOR === (FUNCTION = int4eq, LEFTARG = int, RIGHTARG = int)"),
        ("", "CREATE COLLATION c (PROVIDER = icu, LOCALE = 'de')"),
        ("", "CREATE TEXT SEARCH CONFIGURATION c (COPY = simple)"),
        ("", "CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = simple)"),
        ("", "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w"),
        ("", "CREATE TYPE c AS (a int); CREATE CAST (c AS text) WITH INOUT"),
    ],
)
def test_the_judge_tells_apart(differ: Differ, one: str, other: str) -> None:
    assert all(differ(one, other))


def test_the_judge_leaves_out_what_extensions_bring(postgres_database: Database) -> None:
    postgres_database.execute("CREATE EXTENSION citext; CREATE EXTENSION hstore")
    assert {fact.kind for fact in catalog.facts(postgres_database)} == {"extension", "schema"}
