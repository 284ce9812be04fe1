"""Functions, procedures and aggregates: those that tables use, and those that use tables."""

from __future__ import annotations

from dataclasses import dataclass

from tests.pairs.pieces import Draft, Drawn, Slot
from tests.pairs.postgres.slots.kinds import Function, UserType
from tests.pairs.postgres.slots.tables import Relation, columns_of
from tests.pairs.postgres.slots.types import name_of

ATTRIBUTES = (
    "",
    "",
    " STRICT",
    " PARALLEL SAFE",
    " COST 10",
    " LEAKPROOF",
    " SECURITY DEFINER",
    " SET search_path = ''",
    " STRICT PARALLEL SAFE",
)


def _bodies(argument: str, result: str) -> tuple[str, ...]:
    value = {"integer": "{} + 1", "bigint": "{} * 2", "text": "lower({})", "boolean": "NOT {}"}[argument].format("x")
    cast = value if argument == result else f"({value})::{result}"
    return (
        f"LANGUAGE sql{{}} AS $$SELECT {cast}$$",
        f"LANGUAGE sql{{}} AS 'SELECT {cast}; -- another'",
        f"LANGUAGE sql{{}} RETURN {cast}",
        f"LANGUAGE sql{{}} BEGIN ATOMIC SELECT {cast}; END",
        f"LANGUAGE plpgsql{{}} AS $body$\nBEGIN\n  RETURN {cast};\nEND\n$body$",
    )


def _function(path: str, argument: str) -> Slot:
    def draw(draft: Draft) -> Drawn:
        name_of(draft, path)
        result = draft.pick((argument, argument, "text") if argument != "boolean" else (argument, "text"))
        body = draft.pick(_bodies(argument, result)).format(f" IMMUTABLE{draft.pick(ATTRIBUTES)}")
        function = Function(path, argument, result)
        default = draft.maybe(15, " DEFAULT NULL")
        return Drawn(
            sql=f"CREATE FUNCTION {path}(x {argument}{default}) RETURNS {result} {body}",
            gives=[function.word, f"routine {path}({argument})"],
            info=function,
        )

    return Slot(f"function {path}({argument})", draw, 45)


def _source(draft: Draft) -> Drawn:
    """What defaults call."""
    result = draft.pick(("integer", "integer", "bigint"))
    body = draft.pick(("sql AS 'SELECT 1'", "sql AS 'SELECT 2'", "sql RETURN 3", "plpgsql AS 'BEGIN RETURN 4; END'"))
    return Drawn(
        sql=f"CREATE FUNCTION public.source() RETURNS {result} LANGUAGE {body}",
        gives=[f"source {result}", "routine public.source()"],
    )


def _fires(draft: Draft) -> Drawn:
    body = draft.pick(("RETURN NEW;", "RETURN NULL;", "RAISE NOTICE 'x'; RETURN NEW;"))
    return Drawn(
        sql=f"CREATE FUNCTION public.fires() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN {body} END$$",
        gives=["trigger function public.fires", "routine public.fires()"],
    )


def _aggregate(draft: Draft) -> Drawn:
    steps = [f for f in draft.infos(_Step)]
    step = "int4pl"
    if steps and draft.chance(50):
        draft.need("step public.step")
        step = "public.step"
    tail = draft.maybe(50, ", INITCOND = '0'") + draft.maybe(30, ", PARALLEL = SAFE")
    return Drawn(
        sql=f"CREATE AGGREGATE public.total(integer) (SFUNC = {step}, STYPE = integer{tail})",
        gives=["aggregate public.total", "routine public.total(integer)"],
    )


@dataclass(frozen=True, slots=True)
class _Step:
    path: str


def _step(draft: Draft) -> Drawn:
    body = draft.pick(("SELECT a + b", "SELECT coalesce(a, 0) + b"))
    return Drawn(
        sql=f"CREATE FUNCTION public.step(a integer, b integer) RETURNS integer LANGUAGE sql IMMUTABLE AS '{body}'",
        gives=["step public.step", "routine public.step(integer, integer)"],
        info=_Step("public.step"),
    )


def _procedure(draft: Draft) -> Drawn:
    name_of(draft, "app.work")
    arguments = draft.pick(("n integer", "n integer, OUT m integer", "INOUT n integer"))
    body = draft.pick(("sql AS 'SELECT 1'", "plpgsql AS 'BEGIN NULL; END'"))
    if "OUT" in arguments:
        body = "plpgsql AS 'BEGIN NULL; END'"
    return Drawn(sql=f"CREATE PROCEDURE app.work({arguments}) LANGUAGE {body}", gives=["procedure app.work"])


def _of_type(draft: Draft) -> Drawn | None:
    """A function over a type of the schema's own."""
    own = [u.kind for u in draft.infos(UserType)]
    if not own:
        return None
    of = draft.pick(own)
    draft.need(*of.needs)
    form = draft.pick(("argument", "result", "array", "table"))
    text = {
        "argument": f"(v {of}) RETURNS text LANGUAGE sql AS 'SELECT $1::text'",
        "result": f"() RETURNS {of} LANGUAGE sql AS 'SELECT NULL::{of}'",
        "array": f"(VARIADIC v {of}[]) RETURNS integer LANGUAGE sql AS 'SELECT cardinality($1)'",
        "table": f"() RETURNS TABLE (v {of}, n integer) LANGUAGE plpgsql AS 'BEGIN RETURN; END'",
    }[form]
    return Drawn(sql=f"CREATE FUNCTION public.handles{text}")


def _reads(path: str) -> Slot:
    """A function over a relation: its query is parsed when it is made, or its rows are what it gives."""

    def draw(draft: Draft) -> Drawn | None:
        name_of(draft, path)
        found = [r.path for r in draft.infos(Relation) if columns_of(draft, r.path)]
        if not found:
            return None
        relation = draft.pick(found)
        column = draft.pick(columns_of(draft, relation))
        draft.need(f"relation {relation}", column.word)
        form = draft.pick(("atomic", "atomic", "rows", "row", "string", "plpgsql"))
        text = {
            "atomic": f"() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count({column.name}) FROM {relation}; END",
            "rows": f"() RETURNS SETOF {relation} LANGUAGE sql AS 'SELECT * FROM {relation}'",
            "row": f"(r {relation}) RETURNS boolean LANGUAGE sql AS 'SELECT true'",
            "string": f"() RETURNS bigint LANGUAGE sql AS 'SELECT count({column.name}) FROM {relation}'",
            "plpgsql": f"() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT count({column.name}) FROM {relation}); END'",
        }[form]
        if form == "rows":  # its text is checked against all columns of the relation
            draft.need(*(c.word for c in columns_of(draft, relation)))
        gives = [f"reads {path}", f"routine {path}()"] if text.startswith("() RETURNS bigint") else []
        info = Reads(path) if gives else ()
        return Drawn(sql=f"CREATE FUNCTION {path}{text}", gives=gives, info=info)

    return Slot(f"function {path}", draw, 45)


@dataclass(frozen=True, slots=True)
class Reads:
    path: str


def _view_of_function(draft: Draft) -> Drawn | None:
    found = draft.infos(Reads)
    if not found:
        return None
    path = draft.pick(found).path
    draft.need(f"reads {path}")
    return Drawn(
        sql=f"CREATE VIEW public.v4 AS SELECT {path}() AS n, {draft.pick((1, 2))} AS one",
        gives=["name public.v4", "view public.v4"],
    )


EARLY = (
    _function("public.f", "integer"),
    _function("public.f", "text"),
    _function("app.g", "bigint"),
    _function("public.h", "boolean"),
    Slot("function public.source", _source, 50),
    Slot("function public.fires", _fires, 80),
    Slot("function public.step", _step, 40),
    Slot("aggregate public.total", _aggregate, 40),
    Slot("procedure app.work", _procedure, 30),
    Slot("function public.handles", _of_type, 40),
)
LATE = (_reads("public.reads"), _reads("app.reads"), Slot("view public.v4", _view_of_function, 50))
