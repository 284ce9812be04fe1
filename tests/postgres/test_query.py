"""What a view's query names."""

from __future__ import annotations

import pytest

from schemactl.dialect import SourceText
from schemactl_postgres.canonical.query import canonical_query
from schemactl_postgres.confirm_views import takes_all
from schemactl_postgres.read import read
from schemactl_postgres.read.query import relations_in


def uses(script: str) -> set[str]:
    desired = read([SourceText(name="schema.sql", text=script)], default_schema="public")
    view = desired.catalog.objects[-1]
    return {str(key) for key in getattr(view, "uses", ())}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("SELECT * FROM a, b.c", {"a", "b.c"}),
        ('SELECT * FROM "A b" JOIN ONLY c USING (x)', {"A b", "c"}),
        ("WITH a AS (SELECT * FROM a) SELECT * FROM a", {"a"}),
        ("WITH RECURSIVE a AS (SELECT 1 UNION SELECT * FROM a) SELECT * FROM a", set()),
        ("WITH a AS (SELECT 1), b AS (SELECT * FROM a JOIN c ON true) SELECT * FROM b", {"c"}),
        ("SELECT (SELECT 1 FROM s.a) FROM f(1) x, generate_series(1, 2) y", {"s.a"}),
        ("TABLE a", {"a"}),
        ("VALUES (1), (2)", set()),
    ],
)
def test_relations(query: str, names: set[str]) -> None:
    found = relations_in(query)
    assert found is not None
    assert {f"{m.schema}.{m.name}" if m.schema else m.name for m in found} == names


def test_what_cannot_be_parsed_is_scanned_for_names() -> None:
    assert relations_in("SELECT FROM WHERE ((") is None


def test_uses_name_relations_and_types_of_the_script() -> None:
    script = """
        CREATE TYPE mood AS ENUM ('a');
        CREATE SEQUENCE s;
        CREATE TABLE t (id int);
        CREATE VIEW v AS SELECT 'a'::mood, nextval('s'), id FROM t;
        """
    assert uses(script) == {"table public.t", "type public.mood", "sequence public.s"}


def test_white_space_case_and_a_semicolon_do_not_count() -> None:
    assert canonical_query("select A\n from T -- x\n;") == canonical_query("SELECT a FROM t")
    assert canonical_query("SELECT 'A'") != canonical_query("SELECT 'a'")
    assert canonical_query("SELECT 1", ("a",)) != canonical_query("SELECT 1")


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("SELECT * FROM t", True),
        ("SELECT a, t.* FROM t", True),
        ("SELECT DISTINCT * FROM t", True),
        ("TABLE t", True),
        ("SELECT a FROM t NATURAL JOIN u", True),
        ("SELECT count(*), a * b, 2 * (a) FROM t", False),
    ],
)
def test_a_star_takes_whatever_there_is(query: str, answer: bool) -> None:
    assert takes_all(query) is answer
