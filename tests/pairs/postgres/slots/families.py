"""Partitioned tables with their partitions, and tables that inherit."""

from __future__ import annotations

from tests.pairs.pieces import Draft, Drawn, Slot
from tests.pairs.postgres.slots import behaviour, indexes, tables
from tests.pairs.postgres.slots.kinds import Kind
from tests.pairs.postgres.slots.tables import Column, Relation, columns_of
from tests.pairs.postgres.slots.types import name_of

PARENT = "public.p"
BOUNDS: dict[str, dict[str, tuple[str, ...]]] = {
    "RANGE": {
        "p1": ("FROM (1) TO (10)", "FROM (MINVALUE) TO (10)"),
        "p2": ("FROM (10) TO (20)", "FROM (10) TO (MAXVALUE)"),
    },
    "LIST": {"p1": ("IN (1, 2)", "IN (1, 2, 3)"), "p2": ("IN (10)", "IN (NULL, 11)")},
    "HASH": {
        "p1": ("WITH (MODULUS 2, REMAINDER 0)",),
        "p2": ("WITH (MODULUS 2, REMAINDER 1)", "WITH (MODULUS 4, REMAINDER 1)"),
    },
}


def _parent(draft: Draft) -> Drawn:
    method = draft.pick(("RANGE", "LIST", "HASH")) if draft.chance(25) else "RANGE"
    slot = f"table {PARENT}"
    return Drawn(
        sql=f"CREATE TABLE {PARENT} {{}} PARTITION BY {method} (id)",
        gives=[
            f"into {slot}",
            f"table {PARENT}",
            f"relation {PARENT}",
            f"partitioned {PARENT}",
            f"logged {PARENT}",
            f"partitioned by {method}",
        ],
        info=Relation(PARENT, "partitioned table"),
    )


def _partition(name: str) -> Slot:
    path = f"public.{name}"

    def draw(draft: Draft) -> Drawn | None:
        method = next((m for m in BOUNDS if draft.has(f"partitioned by {m}")), None)
        columns = columns_of(draft, PARENT)
        form = draft.pick(("of", "of", "of", "attached", "by itself", "divided"))
        if method is None or form == "by itself":
            own = draft.pick(("id integer", "id bigint NOT NULL, a text", "id integer, c boolean DEFAULT true"))
            column = Column(path, "id", Kind(own.split()[1].rstrip(","), "int", ()))
            return Drawn(
                sql=f"CREATE TABLE {path} ({own})",
                gives=[f"table {path}", f"relation {path}", column.word, f"name {path}"],
                info=(Relation(path, "table"), column),
            )
        draft.need(f"partitioned by {method}", *(c.word for c in columns))
        bound = draft.pick(BOUNDS[method][name])
        gives = [f"table {path}", f"relation {path}", f"partition {path}", f"name {path}"]
        sql = f"CREATE TABLE {path} PARTITION OF {PARENT} FOR VALUES {bound}"
        if form == "divided":
            # Always the same values: what is away for a moment comes back with the parent's identity from Postgres 17
            # on, but its own partitions do not, and no statement gives it to them.
            sql = f"CREATE TABLE {path} PARTITION OF {PARENT} FOR VALUES {BOUNDS[method][name][0]}"
            sql += " PARTITION BY LIST (id)"
            gives.append(f"divided {path}")
        elif form == "attached" and not any(c.generated for c in columns):
            # As the parent has it: what is not null there must be so here.
            sql = f"CREATE TABLE {path} (LIKE {PARENT} INCLUDING CONSTRAINTS);\nALTER TABLE {PARENT} ATTACH PARTITION {path} FOR VALUES {bound}"
        return Drawn(sql=sql, gives=gives)

    return Slot(f"table {path}", draw, 70)


def _default(draft: Draft) -> Drawn | None:
    if draft.has("partitioned by HASH"):
        return None
    method = next((m for m in ("RANGE", "LIST") if draft.has(f"partitioned by {m}")), "RANGE")
    draft.need(f"partitioned by {method}")
    return Drawn(
        sql=f"CREATE TABLE public.p_rest PARTITION OF {PARENT} DEFAULT",
        gives=["table public.p_rest", "name public.p_rest"],
    )


def _below(draft: Draft) -> Drawn:
    draft.need("divided public.p1", "schema app")
    bound = draft.pick(("DEFAULT", "FOR VALUES IN (1)", "FOR VALUES IN (1, 2)"))
    return Drawn(sql=f"CREATE TABLE app.p1_1 PARTITION OF public.p1 {bound}", gives=["table app.p1_1", "name app.p1_1"])


def _child(path: str, parents: tuple[str, ...]) -> Slot:
    slot = f"table {path}"

    def draw(draft: Draft) -> Drawn:
        name_of(draft, path)
        found = [p for p in parents if draft.has(f"table {p}")]
        tail = ""
        gives = [f"into {slot}", f"table {path}", f"relation {path}", f"name {path}", f"logged {path}"]
        if found and draft.chance(75):
            parent = draft.pick(found)
            columns = columns_of(draft, parent)
            draft.need(f"table {parent}", *(c.word for c in columns))
            tail = f" INHERITS ({parent})"
            gives.append(f"inherits {path} {parent}")
        return Drawn(sql=f"CREATE TABLE {path} {{}}{tail}", gives=gives, info=Relation(path, "table"))

    return Slot(slot, draw, 45)


def _own(path: str, name: str) -> Slot:
    def draw(draft: Draft) -> Drawn:
        text = draft.pick(("integer", "text", "bigint", "boolean", "timestamptz"))
        column = Column(
            path,
            name,
            Kind(text, {"integer": "int", "bigint": "int", "text": "text", "boolean": "bool"}.get(text, "time"), ()),
        )
        tail = draft.maybe(25, " NOT NULL")
        return Drawn(
            sql=f"{name} {text}{tail}",
            gives=[column.word, f"has {column}", f"plain {column}"],
            into=f"table {path}",
            info=column,
        )

    return Slot(f"column {path}.{name}", draw, 75)


CHILDREN = (("public.child", tables.TABLES[:2], ("x", "y")), ("app.grandchild", ("public.child",), ("z", "w")))
SLOTS = (
    Slot(f"table {PARENT}", _parent, 60),
    tables.identifier(PARENT),
    *(tables.column(PARENT, name) for name in ("a", "b")),
    tables.primary_key(PARENT),
    tables.check(PARENT, "positive"),
    _partition("p1"),
    _partition("p2"),
    Slot("table public.p_rest", _default, 40),
    Slot("table app.p1_1", _below, 60),
    *(
        slot
        for path, parents, names in CHILDREN
        for slot in (
            _child(path, parents),
            *(_own(path, name) for name in names),
            # Not: a column of the parent that the child states too. Whether it does cannot be altered, nor is compared.
            tables.check(path, f"own_{names[0]}"),
        )
    ),
)
AFTER = (
    tables.foreign_key(PARENT, "fk_one"),
    tables.foreign_key("public.child", "fk_one"),
    indexes.slot(PARENT, "p_i"),
    indexes.slot(PARENT, "p_j"),
    indexes.slot("public.p1", "p1_own"),
    indexes.slot("public.child", "child_i"),
    *behaviour.slots(PARENT),
    *behaviour.slots("public.child"),
)
