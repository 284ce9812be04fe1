"""What people write and what the server makes of it read alike; what means something else does not."""

from __future__ import annotations

import pytest

from schemactl.model import Catalog, Check, Column, DataType, Enum, Expression, Kind, ObjectKey, Table
from schemactl_postgres.canonical import canonicalise
from tests.support.servers import Database

COLUMNS = {
    "id": "bigint",
    "age": "integer",
    "small": "smallint",
    "price": "numeric(10,2)",
    "ratio": "double precision",
    "part": "real",
    "name": "text",
    "code": "character varying(20)",
    "flag": "character(3)",
    "active": "boolean",
    "born": "date",
    "seen": "timestamp without time zone",
    "made": "timestamp with time zone",
    "doc": "jsonb",
    "tags": "text[]",
    "state": "public.state",
    "ref": "uuid",
    "select": "integer",
}
STATE = Enum(schema="public", name="state", values=("new", "old"))


def canonical(text: str, target: str | None = None, *, default_schema: str = "public") -> str:
    """As a check, or with a target as the default of a column of that type."""
    columns = [Column(name=name, type=DataType(text=kind)) for name, kind in COLUMNS.items()]
    checks: tuple[Check, ...] = ()
    if target is None:
        checks = (Check(name="c", expression=Expression(text=text)),)
    else:
        columns.append(Column(name="target", type=DataType(text=target), default=Expression(text=text)))
    table = Table(schema="public", name="t", columns=tuple(columns), constraints=checks)
    found = canonicalise(Catalog(objects=(STATE, table)), default_schema=default_schema).tables()[0]
    if target is None:
        check = found.constraints[0]
        assert isinstance(check, Check)
        return check.expression.canonical
    default = found.columns[-1].default
    return default.canonical if default else ""


#: Expressions over COLUMNS that the static form alone must recognise in the server's words.
CHECKS = [
    "age > 0",
    "AGE>0 AND (id < 10 OR price >= 1.5)",
    "price > 0",
    "price > -1",
    "ratio <= 1",
    "age / 2.0 > 1",
    "name IN ('a', 'b')",
    "code IN ('a', 'b')",
    "code NOT IN ('a', 'b')",
    "code IN ('a')",
    "age IN (1, id, 3)",
    "id IN (1, 2)",
    "small IN (1, 2)",
    "part IN (0.1, 2)",
    "part > 0.1 AND part < age",
    "price NOT IN (1, 2.5)",
    "state IN ('new', 'old')",
    "code = ANY (ARRAY['a', 'b'])",
    "(age, id) IN ((1, 2), (3, 4))",
    "(age, id) <> (1, 2)",
    "age BETWEEN 1 AND 10",
    "age NOT BETWEEN 1 AND 10 OR active",
    "age BETWEEN SYMMETRIC id AND 10",
    "name LIKE 'a%'",
    "code NOT ILIKE '%x'",
    "flag LIKE 'a%'",
    "name SIMILAR TO '(a|b)%'",
    "name LIKE '10!%' ESCAPE '!'",
    "code != ''",
    "NOT (age = 1 OR id = 2)",
    "age ISNULL OR id NOTNULL",
    "active IS NOT TRUE",
    "active = 't'",
    "age IS NOT DISTINCT FROM id",
    "born >= DATE '2020-01-01'",
    "seen > '2020-01-01'",
    "made < now() + INTERVAL '1 year 30 minutes'",
    "EXTRACT(YEAR FROM born) > 2000",
    "date_part('year', born) > 2000",
    "date_trunc('month', seen) = seen",
    "char_length(trim(name)) > 0",
    "trim(leading 'x' from name) <> ''",
    "position('@' in name) > 1",
    "substring(name from 1 for 3) = code",
    "coalesce(name, code, '') <> ''",
    "coalesce(code, '') <> ''",
    "nullif(code, '') IS NOT NULL",
    "lower(code) = code",
    "name || code || 'x' <> 'ab'",
    "doc ->> 'a' = 'x'",
    "(doc #>> '{a,b}')::int > 0",
    "doc ? 'k' AND doc @> '{\"b\": 1,\"a\":[1, 2]}'",
    "jsonb_typeof(doc) = 'object'",
    "tags <@ ARRAY['a', 'b']",
    "'x' = ANY (tags) AND tags[1] <> ''",
    "CASE WHEN age > 0 THEN name IS NOT NULL ELSE active END",
    "CASE state WHEN 'new' THEN true END",
    "CASE WHEN active THEN 'y' ELSE code END = 'y'",
    "ref <> 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'",
    '"select" % 2 = 0',
    "t.age > 0",
    "name = E'it\\'s\\t'",
    "name ~ '^[a-z]+$' AND name !~* 'x'",
    "made AT TIME ZONE 'UTC' > seen",
    "name COLLATE \"C\" > 'a'",
    "-age < - 5",
    "age # 3 <> ~ 4",
    "price * age > 1e3",
]
DEFAULTS = [
    ("integer", "0"),
    ("integer", "-1"),
    ("bigint", "'42'"),
    ("numeric(10,2)", "0"),
    ("numeric", "1e3"),
    ("double precision", "1.5"),
    ("text", "'abc'"),
    ("character varying(20)", "'abc'::text"),
    ("character(3)", "'x'"),
    ("boolean", "'yes'"),
    ("timestamp with time zone", "now()"),
    ("timestamp with time zone", "CURRENT_TIMESTAMP"),
    ("timestamp without time zone", "(now() AT TIME ZONE 'utc')"),
    ("timestamp with time zone", "now() + '3 days'"),
    ("date", "CURRENT_DATE"),
    ("interval", "'90 minutes'"),
    ("jsonb", "'{}'"),
    ("integer[]", "'{}'"),
    ("text[]", "ARRAY[]::text[]"),
    ("integer[]", "ARRAY[1, 2]"),
    ("public.state", "'new'"),
    ("public.state", "'new'::state"),
    ("public.state[]", "ARRAY['new']::state[]"),
    ("bigint", "nextval('s')"),
    ("bigint", "nextval('public.\"s\"')"),
    ("text", "md5(random()::text)"),
    ("text", "E'a\\tb'"),
    ("text", "CURRENT_USER"),
    ("bytea", "'\\x00'"),
    ("integer", "1 + 2 * 3"),
    ("bit(8)", "X'1f'"),
]
SETUP = "CREATE TYPE state AS ENUM ('new', 'old'); CREATE SEQUENCE s;"


def _table(name: str, *more: str) -> str:
    columns = [f'"{column}" {kind}' for column, kind in COLUMNS.items()]
    return f"CREATE TABLE {name} ({', '.join([*columns, *more])});"


def test_checks_read_like_the_servers_text(postgres_database: Database) -> None:
    checks = [f"CONSTRAINT c{at} CHECK ({text})" for at, text in enumerate(CHECKS)]
    postgres_database.execute(SETUP + _table("t", *checks))
    printed = _printed(postgres_database, "t")
    assert [text for at, text in enumerate(CHECKS) if canonical(text) != canonical(printed[f"c{at}"])] == []


def test_defaults_read_like_the_servers_text(postgres_database: Database) -> None:
    columns = [f"d{at} {kind} DEFAULT {text}" for at, (kind, text) in enumerate(DEFAULTS)]
    postgres_database.execute(SETUP + f"CREATE TABLE t ({', '.join(columns)});")
    printed = _printed(postgres_database, "t")
    pairs = [(canonical(text, kind), canonical(printed[f"d{at}"], kind)) for at, (kind, text) in enumerate(DEFAULTS)]
    assert [pair for pair in pairs if pair[0] != pair[1]] == []


def test_the_servers_text_fed_to_the_server_again_reads_the_same(postgres_database: Database) -> None:
    """As a dump and restore does it: the server's text is no normal form."""
    checks = [f"CONSTRAINT c{at} CHECK ({text})" for at, text in enumerate(CHECKS)]
    postgres_database.execute(SETUP + _table("t", *checks))
    first = _printed(postgres_database, "t")
    again = [f"CONSTRAINT {name} CHECK ({text})" for name, text in first.items()]
    postgres_database.execute("ALTER TABLE t RENAME TO before;" + _table("t", *again))
    second = _printed(postgres_database, "t")
    at = CHECKS.index("code IN ('a', 'b')")
    assert first[f"c{at}"] != second[f"c{at}"]
    assert [name for name in first if canonical(first[name]) != canonical(second[name])] == []


def _printed(database: Database, table: str) -> dict[str, str]:
    with database.connect() as connection:
        connection.execute("SET search_path = pg_catalog")
        rows = connection.execute(
            "SELECT conname::text, pg_get_expr(conbin, conrelid) FROM pg_constraint"
            " WHERE contype = 'c' AND conrelid = to_regclass(%(table)s)"
            " UNION ALL SELECT a.attname::text, pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d JOIN pg_attribute a"
            " ON a.attrelid = d.adrelid AND a.attnum = d.adnum WHERE d.adrelid = to_regclass(%(table)s)",
            {"table": f"public.{table}"},
        ).fetchall()
    return dict(rows)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("age > 0", "age >= 0"),
        ("price::int > 0", "price > 0"),
        ("age::bigint > 0", "age::smallint > 0"),
        ("code IN ('a', 'b')", "code IN ('b', 'a')"),
        ("age > 0 OR id > 0 AND small > 0", "(age > 0 OR id > 0) AND small > 0"),
        ("made::date > '2020-01-01'", "made > '2020-01-01'"),
        ("age / 2 > 1", "age / 2.0 > 1"),
        ("(age / 2)::numeric > 1", "age::numeric / 2 > 1"),
        ("round(price) > 1", "round(price::float8) > 1"),
        ("flag = 'a'", "flag::text = 'a'"),
        ("name = '1'", "name = '1.0'"),
        ("name = 'a'", "name = 'A'"),
        ("name = 'a'", "name = 'a '"),
        ("name ~ 'a'", "name ~* 'a'"),
        ("name LIKE 'a'", "name ILIKE 'a'"),
        ("seen > '2020-01-01'::date", "seen > '2020-01-01'"),
        ("state::text > 'new'", "state > 'new'"),
        ("age - (id - 1) > 0", "age - id - 1 > 0"),
        ("NOT (active AND age > 0)", "NOT active AND age > 0"),
        ("'1'::text = name", "'1'::varchar = name"),
        ("doc ->> 'a' = '1'", "doc -> 'a' = '1'"),
        ("extract(year FROM born) > 2000", "extract(month FROM born) > 2000"),
        ("extract(year FROM born) > 2000", "date_part('year', born) > 2000"),
        ("length(name) > 3", "octet_length(name) > 3"),
        ("made > now()", "made > CURRENT_TIMESTAMP"),
        ("made > now()", "made > statement_timestamp()"),
        ("f(name)", "public.f(name)"),
        ("ceil(price) = 1", "ceiling(price) = 1"),
        ("substr(name, 1) = 'a'", "substring(name, 1) = 'a'"),
        ('name = "code"', "name = 'code'"),
        ("\"Name\" = 'a'", "\"name\" = 'a'"),
        ("code::varchar(2) = 'a'", "code = 'a'"),
        ("made > now() - interval '1 month'", "made > now() - interval '30 days'"),
        ("doc @> '{\"a\": 1}'", 'doc @> \'{"a": "1"}\''),
        ("doc @> '{\"a\": 1.0}'", "doc @> '{\"a\": 1}'"),
        ("coalesce(name, 'a') = 'b'", "coalesce('a', name) = 'b'"),
        ("name COLLATE \"C\" > 'a'", "name > 'a'"),
        ("CASE WHEN active THEN age END > 1", "CASE WHEN active THEN age ELSE 0 END > 1"),
        ("name = ANY (ARRAY['a'])", "name = ALL (ARRAY['a'])"),
        ("age IN (1, 2)", "age NOT IN (1, 2)"),
        ("tags[1] = 'a'", "tags[2] = 'a'"),
        ("EXISTS (SELECT 1)", "EXISTS (SELECT 2)"),
        ("part IN (0.1, 2)", "part = ANY (ARRAY[0.1, 2])"),
        ("ratio > 0.1::real", "ratio > 0.1"),
    ],
)
def test_what_means_something_else_stays_different(one: str, other: str) -> None:
    assert canonical(one) != canonical(other)


@pytest.mark.parametrize(
    ("target", "one", "other"),
    [
        ("timestamp with time zone", "now()", "CURRENT_TIMESTAMP"),
        ("text", "'a'", "'A'"),
        ("text", "'1'", "1"),
        ("integer", "1.5", "1"),
        ("json", "'{\"a\":1}'", "'{\"a\": 1}'"),
        ("bigint", "nextval('s')", "nextval('other.s')"),
        ("bigint", "nextval('s'::text)", "nextval('s')"),
        ("public.state", "'new'", "'new'::other.state"),
        ("timestamp with time zone", "'2020-01-01'", "'2020-01-01 00:00:00'"),
    ],
)
def test_defaults_that_differ(target: str, one: str, other: str) -> None:
    assert canonical(one, target) != canonical(other, target)


def test_an_unqualified_sequence_is_in_the_default_schema() -> None:
    server = canonical("nextval('app.s'::regclass)", "bigint")
    assert canonical("nextval('s')", "bigint", default_schema="app") == server
    assert canonical("nextval('s')", "bigint") != server


def test_a_default_of_null_is_none_unless_the_server_must_cast_it_to_a_length() -> None:
    assert canonical("NULL", "text") == ""
    assert canonical("NULL", "character varying(5)") == canonical("NULL::character varying", "character varying(5)")
    assert canonical("NULL", "character varying(5)") != ""


def test_what_is_mentioned() -> None:
    text = "other.f(code) > 0 AND state = 'new'::public.state AND currval('app.s') > 1"
    columns = tuple(Column(name=name, type=DataType(text=kind)) for name, kind in COLUMNS.items())
    check = Check(name="c", expression=Expression(text=text))
    table = Table(schema="public", name="t", columns=columns, constraints=(check,))
    found = canonicalise(Catalog(objects=(table,))).tables()[0].constraints[0]
    assert isinstance(found, Check)
    assert {(key.kind, key.path) for key in found.expression.uses} == {
        (Kind.COLUMN, "public.t.code"),
        (Kind.COLUMN, "public.t.state"),
        (Kind.ROUTINE, "other.f"),
        (Kind.ROUTINE, "currval"),
        (Kind.TYPE, "public.state"),
        (Kind.SEQUENCE, "app.s"),
    }
    assert ObjectKey(kind=Kind.COLUMN, schema="public", table="t", name="code") in found.expression.uses


def test_what_is_not_understood_is_compared_by_its_tokens() -> None:
    assert canonical("exists (select 1  /* one */)") == canonical("EXISTS(SELECT 1)")
    assert canonical("exists (select 1)").startswith("unparsed: ")
