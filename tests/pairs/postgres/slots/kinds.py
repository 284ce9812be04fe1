"""The types of columns, as data: how each is written, and what can be said about a value of it."""

from __future__ import annotations

from dataclasses import dataclass

from tests.pairs.pieces import Draft


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of a column. `family` decides which expressions fit; `needs` are words of pieces."""

    text: str
    family: str
    defaults: tuple[str, ...]
    needs: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.text


BUILT_IN = (
    Kind("integer", "int", ("0", "-7", "42", "(1 + 2)")),
    Kind("bigint", "int", ("0", "9000000000")),
    Kind("smallint", "int", ("1", "-1")),
    Kind("numeric", "num", ("0", "1.5")),
    Kind("numeric(10,2)", "num", ("0", "1.50", "-2.5")),
    Kind("real", "num", ("0", "1.5")),
    Kind("double precision", "num", ("0", "2.5e10")),
    Kind("text", "text", ("''", "'it''s'", "'a'::text", "CURRENT_USER", "lower('A')")),
    Kind("varchar", "text", ("'x'", "''")),
    Kind("varchar(20)", "text", ("'x'", "'x'::varchar", "NULL")),
    Kind("char(3)", "text", ("'abc'", "'a'")),
    Kind("boolean", "bool", ("true", "false", "(NOT true)")),
    Kind("date", "date", ("CURRENT_DATE", "'2020-01-01'")),
    Kind("timestamp", "time", ("LOCALTIMESTAMP", "'2020-01-01 00:00:00'")),
    Kind("timestamp(3) without time zone", "time", ("CURRENT_TIMESTAMP",)),
    Kind("timestamptz", "time", ("now()", "CURRENT_TIMESTAMP", "(now() + interval '1 day')")),
    Kind("time", "other", ("LOCALTIME", "'12:00'")),
    Kind("interval", "other", ("'1 day'", "interval '2 hours'")),
    Kind("uuid", "other", ("gen_random_uuid()",)),
    Kind("jsonb", "json", ("'{}'", """'{"a": 1}'::jsonb""", "'[]'::jsonb")),
    Kind("json", "unordered", ("'{}'",)),
    Kind("bytea", "other", ("'\\x00'",)),
    Kind("inet", "other", ("'127.0.0.1'",)),
    Kind("cidr", "other", ("'10.0.0.0/8'",)),
    Kind("bit(4)", "other", ("B'0101'",)),
    Kind("bit varying(8)", "other", ("B'01'",)),
    Kind("money", "other", ("1",)),
    Kind("integer[]", "array", ("'{}'", "ARRAY[1, 2]")),
    Kind("text[]", "array", ("'{}'", "ARRAY[]::text[]", "'{a,b}'")),
    Kind("int4range", "range", ("'[1,5)'", "'empty'")),
    Kind("tstzrange", "range", ("tstzrange(NULL, NULL)",)),
    Kind("point", "unordered", ("'(0,0)'",)),
    Kind("xml", "unordered", ()),
    Kind("tsvector", "other", ("''",)),
    Kind("oid", "other", ("1",)),
    Kind("name", "other", ("'x'",)),
    Kind("macaddr", "other", ("'08:00:2b:01:02:03'",)),
)
COMMON = tuple(
    k
    for k in BUILT_IN
    if k.text in {"integer", "bigint", "text", "varchar(20)", "boolean", "numeric(10,2)", "timestamptz", "jsonb"}
)

#: Conditions on a value {c} of a family.
CONDITIONS: dict[str, tuple[str, ...]] = {
    "int": (
        "{c} > 0",
        "{c} BETWEEN 1 AND 100",
        "{c} IN (1, 2, 3)",
        "{c} <> ALL (ARRAY[5, 6])",
        "{c} % 2 = 0",
        "{c} IS NULL OR {c} < 10",
    ),
    "num": ("{c} > 0", "{c} >= 0.5", "{c} BETWEEN 1 AND 2", "abs({c}) < 100"),
    "text": (
        "{c} <> ''",
        "{c} IN ('a', 'b')",
        "length({c}) > 2",
        "{c} ~ '^[a-z]+$'",
        "{c} LIKE 'a%'",
        "{c} = lower({c})",
        "{c} IS NOT NULL AND btrim({c}) <> ''",
    ),
    "bool": ("{c}", "NOT {c}", "{c} IS TRUE", "{c} IS NOT DISTINCT FROM true", "{c} = false"),
    "date": ("{c} > '2000-01-01'", "{c} > DATE '2000-01-01'", "extract(year from {c}) > 2000"),
    "time": ("{c} > '2000-01-01'", "{c} IS NOT NULL"),
    "json": ("{c} ? 'a'", "({c} ->> 'a') IS NOT NULL", "jsonb_typeof({c}) = 'object'", "{c} @> '{{\"a\": 1}}'"),
    "array": ("cardinality({c}) > 0", "array_length({c}, 1) < 5", "{c} IS NOT NULL"),
    "range": ("NOT isempty({c})", "lower({c}) IS NOT NULL"),
    "enum": ("{c} IS NOT NULL",),
    "other": ("{c} IS NOT NULL",),
    "unordered": ("{c} IS NOT NULL",),
}
#: Immutable expressions over a value {c} of a family, with the type of the result.
EXPRESSIONS: dict[str, tuple[tuple[str, str], ...]] = {
    "int": (
        ("{c} + 1", "="),
        ("{c} * 2", "="),
        ("- {c}", "="),
        ("coalesce({c}, 0)", "="),
        ("CASE WHEN {c} > 0 THEN 'p' ELSE 'n' END", "text"),
    ),
    "num": (("{c} * 2", "="), ("round({c})", "="), ("coalesce({c}, 0)", "=")),
    "text": (
        ("lower({c})", "text"),
        ("upper({c}::text)", "text"),
        ("length({c})", "integer"),
        ("{c} || '!'", "text"),
        ("coalesce({c}, 'none')", "="),
    ),
    "bool": (("NOT {c}", "boolean"), ("CASE WHEN {c} THEN 1 ELSE 0 END", "integer")),
    "date": (("extract(year from {c})", "numeric"), ("{c} + 1", "date")),
    "json": (("{c} -> 'a'", "jsonb"), ("{c} ->> 'a'", "text"), ("({c} ->> 'n')::integer", "integer")),
    "array": (("cardinality({c})", "integer"), ("{c}[1]", "")),
    "range": (("isempty({c})", "boolean"), ("lower({c})", "")),
}
UNORDERED = frozenset({"json", "point", "xml"})


@dataclass(frozen=True, slots=True)
class UserType:
    """A type of the schema's own. `kind` is what a column of it is; `family` of a domain is that of its base."""

    kind: Kind
    sort: str


@dataclass(frozen=True, slots=True)
class Function:
    """An immutable function of one argument, for expressions."""

    path: str
    argument: str
    result: str

    @property
    def word(self) -> str:
        return f"function {self.path}({self.argument}) {self.result}"


def called(draft: Draft, text: str, result: str) -> tuple[str, str] | None:
    """A call, with {c}, of a function that takes just this type; `result` limits what it may give, unless empty."""
    fitting = [f for f in draft.infos(Function) if f.argument == text and result in ("", f.result)]
    if not fitting:
        return None
    found = draft.pick(fitting)
    draft.need(found.word)
    return f"{found.path}({{c}})", found.result


def kind(draft: Draft, *, families: frozenset[str] | None = None) -> Kind:
    """A type for a column: often a common one, at times one of the schema's own or an array of it."""
    own = [u for u in draft.infos(UserType) if families is None or u.kind.family in families]
    if own and draft.chance(30):
        found = draft.pick([u.kind for u in own])
        if families is None and draft.chance(15):
            family = "unordered" if found.family == "unordered" else "array"
            return Kind(f"{found.text}[]", family, ("'{}'",), found.needs)
        return found
    pool = COMMON if draft.chance(60) else BUILT_IN
    fitting = [k for k in pool if families is None or k.family in families]
    return draft.pick(fitting or [k for k in BUILT_IN if families is None or k.family in families])
