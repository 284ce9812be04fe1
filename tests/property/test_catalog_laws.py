"""Laws over whole catalogs, with no server: what is printed reads back, and a plan leads where it says.

Catalogs are made from SQL pieces rather than from model objects, so that every value in them is one that a user
could have written.
"""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemactl.dialect import Server, SourceText, find
from schemactl.diff import adopt_names, diff_catalogs
from schemactl.manner import Manner, Online
from schemactl.model import Catalog
from schemactl.plan import ordered

SERVER = Server(name="PostgreSQL", version=(18, 0), database="d", default_schema="public", settings={})
DIALECT = find("postgresql")

TYPES = ("integer", "bigint", "text", "varchar(20)", "numeric(10,2)", "boolean", "timestamptz", "mood", "text[]")
DEFAULTS = {
    "integer": "7",
    "bigint": "-1",
    "text": "'it''s'",
    "varchar(20)": "'x'",
    "numeric(10,2)": "1.5",
    "boolean": "true",
    "timestamptz": "now()",
    "mood": "'ok'",
    "text[]": "'{}'",
}


@st.composite
def columns(draw: st.DrawFn, name: str) -> str:
    kind = draw(st.sampled_from(TYPES))
    text = f"{name} {kind}"
    if draw(st.booleans()):
        text += f" DEFAULT {DEFAULTS[kind]}"
    if draw(st.booleans()):
        text += " NOT NULL"
    return text


@st.composite
def tables(draw: st.DrawFn, name: str) -> str:
    """A table with some of the columns a to e, and constraints and indexes over those it has."""
    names = [c for c in "abcde" if draw(st.booleans())]
    lines = [f"id {draw(st.sampled_from(('integer', 'bigint')))} {draw(st.sampled_from(('', 'NOT NULL')))}".strip()]
    lines += [draw(columns(c)) for c in names]
    if draw(st.booleans()):
        lines.append(f"CONSTRAINT {name}_key PRIMARY KEY (id)")
    elif draw(st.booleans()):
        lines.append(f"CONSTRAINT {name}_key UNIQUE (id)")
    if draw(st.booleans()):
        lines.append(f"CONSTRAINT {name}_check CHECK (id > {draw(st.integers(0, 2))})")
    if draw(st.booleans()):
        lines.append("up integer")
        lines.append(f"CONSTRAINT {name}_up FOREIGN KEY (up) REFERENCES target (id) ON DELETE CASCADE")
    text = f"CREATE TABLE {name} (\n  " + ",\n  ".join(lines) + "\n);\n"
    for column in names:
        match draw(st.integers(0, 5)):
            case 0:
                text += f"CREATE INDEX {name}_{column}_i ON {name} ({column} DESC, id);\n"
            case 1:
                text += f"CREATE UNIQUE INDEX {name}_{column}_i ON {name} ({column}) WHERE {column} IS NOT NULL;\n"
            case 2:
                text += f"COMMENT ON COLUMN {name}.{column} IS 'of {draw(st.sampled_from(('one', 'two')))}';\n"
            case _:
                pass
    return text


@st.composite
def schemas(draw: st.DrawFn) -> str:
    values = draw(st.sampled_from(("'ok'", "'ok', 'sad'", "'fine', 'ok', 'sad'")))
    text = f"CREATE SCHEMA IF NOT EXISTS public;\nCREATE TYPE mood AS ENUM ({values});\n"
    text += "CREATE TABLE target (id integer PRIMARY KEY);\n"
    for name in ("t", "u"):
        if draw(st.booleans()):
            text += draw(tables(name))
    return text


def read(text: str) -> Catalog:
    return DIALECT.read([SourceText(name="x.sql", text=text)], default_schema="public").catalog


def script(before: Catalog, after: Catalog) -> str:
    """The plan from one catalog to the other, as SQL, by the plain ways: those for busy tables are tried on servers."""
    changes = diff_catalogs(before, after)
    steps = ordered(
        DIALECT.steps(changes, desired=after, actual=before, server=SERVER, manner=Manner(online=Online.NEVER))
    )
    return "".join(f"{step.sql};\n" for step in steps if not step.sql.startswith(("SELECT ", "DO ")))


@given(schemas())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_catalog_does_not_differ_from_itself(text: str) -> None:
    assert diff_catalogs(read(text), read(text)) == []


@given(schemas())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_printed_reads_back(text: str) -> None:
    catalog = read(text)
    assert read(script(Catalog(), catalog)) == catalog


@given(schemas(), schemas())
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_plan_leads_where_it_says(one: str, other: str) -> None:
    """The reader plays ALTER and DROP as a server does, so the script of a plan can be played on top of the old text."""
    before, after = read(one), read(other)
    reached = read(one + script(before, after))
    assert diff_catalogs(adopt_names(reached, after), after) == []
