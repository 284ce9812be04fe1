"""The mark of the catalogue: it moves with whatever an inspection reads, and holds still otherwise.

That each statement of each plan moves it is shown by the scenarios (`tests/support/said.py`).
"""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from schemactl import engine
from schemactl_postgres.mark import _VIEWS, CATALOGUES, PASSED_OVER
from tests.support.servers import Database

#: Functions and settings that are named like relations, and those of other queries than an inspection's.
_NO_RELATIONS = re.compile(
    r"pg_get_\w+|pg_(catalog|toast|temp|identify_object|encoding_to_char|relation_size)|pg_stat_\w+"
)
_NO_CODE = re.compile(r"--[^\n]*|'(?:[^']|'')*'")
_OTHERS = {"progress.sql", "sizes.sql"}

START = """
CREATE TYPE mood AS ENUM ('sad');
CREATE TABLE t (id integer PRIMARY KEY, a text, m mood);
CREATE INDEX t_a ON t (a);
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();
CREATE VIEW v AS SELECT id FROM t;
CREATE SEQUENCE s;
"""


def mark(database: Database) -> str:
    return engine.mark(engine.target(database.url))


def test_it_covers_all_that_an_inspection_reads() -> None:
    read: set[str] = set()
    for file in files("schemactl_postgres").joinpath("queries").iterdir():
        if file.name.endswith(".sql") and file.name not in _OTHERS:
            code = _NO_CODE.sub("", file.read_text(encoding="utf-8"))
            read |= {name for name in re.findall(r"\bpg_\w+", code) if not _NO_RELATIONS.fullmatch(name)}
    assert read - set(CATALOGUES) - set(_VIEWS) - set(PASSED_OVER) == set()
    assert {"pg_class", "pg_attribute", "pg_depend"} <= read


@pytest.mark.parametrize(
    "change",
    [
        "COMMENT ON COLUMN t.a IS 'x'",
        "GRANT SELECT ON t TO PUBLIC",
        "GRANT SELECT (a) ON t TO PUBLIC",
        "GRANT SELECT (ctid) ON t TO PUBLIC",
        "REVOKE ALL ON FUNCTION f() FROM PUBLIC",
        "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC",
        "ALTER TYPE mood ADD VALUE 'ok'",
        "ALTER TYPE mood RENAME VALUE 'sad' TO 'glum'",
        "ALTER TABLE t DISABLE TRIGGER g",
        "ALTER TABLE t CLUSTER ON t_a",
        "ALTER TABLE t ALTER a SET STATISTICS 10",
        "ALTER TABLE t ALTER a SET STORAGE EXTERNAL",
        "ALTER TABLE t SET (fillfactor = 70)",
        "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE t REPLICA IDENTITY FULL",
        "ALTER TABLE t RENAME a TO b",
        "ALTER INDEX t_a RENAME TO t_b",
        "ALTER FUNCTION f() COST 7",
        "CREATE OR REPLACE VIEW v AS SELECT id, a FROM t",
        "ALTER VIEW v SET (security_barrier)",
        "ALTER SEQUENCE s INCREMENT 2",
        "ALTER SEQUENCE s OWNED BY t.id",
        "CREATE POLICY p ON t",
        "CREATE STATISTICS st ON id, a FROM t",
        "CREATE SCHEMA other",
        "CREATE PUBLICATION pub FOR TABLE t",
        "CREATE FOREIGN DATA WRAPPER w",
        "ALTER TABLE t INHERIT parent",
        "DROP TRIGGER g ON t",
        "ALTER TABLE t DROP COLUMN m",
    ],
)
def test_it_moves(postgres_database: Database, change: str) -> None:
    postgres_database.execute(START + "CREATE TABLE parent (id integer NOT NULL);")
    before = mark(postgres_database)
    postgres_database.execute(change)
    assert mark(postgres_database) != before


def test_it_holds_still(postgres_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows, what vacuum counts, the numbers of sequences and what was taken back are no matter."""
    # Roles are the server's, and other tests make some meanwhile.
    monkeypatch.setattr("schemactl_postgres.mark._VIEWS", ("pg_user_mappings",))
    postgres_database.execute(START)
    before = mark(postgres_database)
    postgres_database.execute("INSERT INTO t SELECT i, 'x' FROM generate_series(1, 5000) i; SELECT nextval('s')")
    with postgres_database.connect() as connection:
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE t")
        connection.autocommit = False
        connection.execute("ALTER TABLE t ADD COLUMN gone text")
        connection.rollback()
    assert mark(postgres_database) == before


def test_dropped_and_made_again_is_not_as_before(postgres_database: Database) -> None:
    postgres_database.execute(START)
    before = mark(postgres_database)
    postgres_database.execute("DROP INDEX t_a; CREATE INDEX t_a ON t (a)")
    assert mark(postgres_database) != before


def test_an_index_that_a_failed_build_left_moves_it(postgres_database: Database) -> None:
    postgres_database.execute(START + "INSERT INTO t VALUES (1, 'x'), (2, 'x')")
    before = mark(postgres_database)
    with postgres_database.connect() as connection:
        connection.autocommit = True
        with pytest.raises(Exception, match="could not create unique index"):
            connection.execute("CREATE UNIQUE INDEX CONCURRENTLY t_u ON t (a)")
    assert mark(postgres_database) != before
    postgres_database.execute("DROP INDEX t_u")
