"""Schemas, enums, domains, composite and range types, sequences."""

from __future__ import annotations

from dataclasses import dataclass

from tests.pairs.pieces import Draft, Drawn, Slot
from tests.pairs.postgres.slots.kinds import BUILT_IN, CONDITIONS, Kind, UserType, kind

LABELS = ("ok", "sad", "happy", "it''s", "Über alles", "1")
SCHEMAS = ("public", "app")


def name_of(draft: Draft, path: str) -> None:
    """Note that the object stands in its schema."""
    schema = path.partition(".")[0]
    if schema != "public":
        draft.need(f"schema {schema}")


def _schema(draft: Draft) -> Drawn:
    return Drawn(sql="CREATE SCHEMA app", gives=["schema app"])


def _enum(path: str) -> Slot:
    def draw(draft: Draft) -> Drawn:
        name_of(draft, path)
        labels = draft.some(LABELS, 60) or ["ok"]
        if draft.chance(30):
            labels.reverse()
        listed = ", ".join(f"'{label}'" for label in labels)
        own = Kind(path, "enum", tuple(f"'{label}'" for label in labels), (f"type {path}",))
        return Drawn(
            sql=f"CREATE TYPE {path} AS ENUM ({listed})",
            gives=[f"type {path}", f"name {path}", *(f"label {path} '{label}'" for label in labels)],
            info=UserType(own, "enum"),
        )

    return Slot(f"enum {path}", draw, 60)


def _domain(path: str) -> Slot:
    def draw(draft: Draft) -> Drawn:
        name_of(draft, path)
        base = kind(draft)
        draft.need(*base.needs)
        text = f"CREATE DOMAIN {path} AS {base}"
        if base.defaults and draft.chance(30):
            text += f" DEFAULT {default(draft, base)}"
        text += draft.maybe(20, " NOT NULL")
        if base.family in CONDITIONS and draft.chance(60):
            condition = draft.pick(CONDITIONS[base.family]).format(c="VALUE")
            text += f" CONSTRAINT {draft.pick(('good', 'better'))} CHECK ({condition})"
        family = base.family if base.text not in ("json", "xml", "point") else "unordered"
        return Drawn(
            sql=text,
            gives=[f"type {path}", f"type {path} {family}", f"name {path}"],
            info=UserType(Kind(path, family, (), (f"type {path} {family}",)), "domain"),
        )

    return Slot(f"domain {path}", draw, 50)


def default(draft: Draft, of: Kind) -> str:
    """A default for a value of the type; where it is a label, that label is needed."""
    chosen = draft.pick(of.defaults)
    if of.family == "enum":
        draft.need(f"label {of.text} {chosen}")
    return chosen


def _composite(path: str) -> Slot:
    def draw(draft: Draft) -> Drawn:
        name_of(draft, path)
        attributes = []
        for name in draft.some(("x", "y", "z"), 60) or ["x"]:
            found = kind(draft)
            draft.need(*found.needs)
            attributes.append(f"{name} {found}" + (draft.maybe(15, ' COLLATE "C"') if found.text == "text" else ""))
        return Drawn(
            sql=f"CREATE TYPE {path} AS ({', '.join(attributes)})",
            gives=[f"type {path}", f"name {path}"],
            info=UserType(Kind(path, "unordered", (), (f"type {path}",)), "composite"),
        )

    return Slot(f"composite {path}", draw, 40)


def _range(path: str) -> Slot:
    def draw(draft: Draft) -> Drawn:
        name_of(draft, path)
        base = draft.pick([k for k in BUILT_IN if k.text in ("integer", "numeric", "double precision", "text", "date")])
        text = f"CREATE TYPE {path} AS RANGE (SUBTYPE = {base}"
        if base.text == "double precision":
            text += draft.maybe(50, ", SUBTYPE_DIFF = float8mi")
        return Drawn(
            sql=text + ")",
            gives=[f"type {path}", f"name {path}"],
            info=UserType(Kind(path, "range", ("'empty'",), (f"type {path}",)), "range"),
        )

    return Slot(f"range {path}", draw, 20)


@dataclass(frozen=True, slots=True)
class Sequence:
    path: str


def _sequence(path: str) -> Slot:
    def draw(draft: Draft) -> Drawn:
        name_of(draft, path)
        text = f"CREATE SEQUENCE {path}" + draft.maybe(30, f" AS {draft.pick(('integer', 'smallint'))}")
        text += draft.maybe(30, f" INCREMENT BY {draft.pick((2, 10, -1))}")
        text += draft.maybe(20, " CACHE 5") + draft.maybe(20, " CYCLE") + draft.maybe(20, " MAXVALUE 1000")
        return Drawn(sql=text, gives=[f"sequence {path}", f"name {path}"], info=Sequence(path))

    return Slot(f"sequence {path}", draw, 40)


SLOTS = (
    Slot("schema app", _schema, 70),
    _enum("public.mood"),
    _enum("app.level"),
    _domain("public.email"),
    _composite("public.pair"),
    _range("public.span"),
    _domain("app.amount"),
    _composite("app.address"),
    _sequence("public.counter"),
    _sequence("app.numbers"),
)
