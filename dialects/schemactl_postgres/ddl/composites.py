"""Steps for composite types: attributes are added at the end and dropped in place; the rest takes a new type."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from schemactl.changes import Alter, Create, Drop
from schemactl.model import Attribute, Composite, DataType
from schemactl.steps import Hazard, Step, Warning_
from schemactl_postgres.ddl import rank
from schemactl_postgres.ddl.comments import comment
from schemactl_postgres.ddl.context import Context, relation_name, schema_of
from schemactl_postgres.ddl.domains import columns_holding, tables_holding
from schemactl_postgres.ddl.retype import retype
from schemactl_postgres.ddl.successor import freed, needed, succession
from schemactl_postgres.sql import qualified, quoted


def composite(context: Context, change: Create | Drop | Alter) -> Iterator[Step]:
    key = change.key
    match change:
        case Create(after=Composite() as it):
            yield _create(context, it, change.because or "new type")
            yield from _comments(context, None, it)
        case Drop(before=Composite() as was):
            yield context.step(
                f"DROP TYPE {qualified(key)}",
                key,
                "drop",
                change.because or "not in the desired schema",
                destroys={key, relation_name(key.schema, key.name)},
                frees=schema_of(key) | freed(context, was.uses),
                rank=rank.DROP_TYPE,
            )
        case Alter(before=Composite() as was, after=Composite() as it) if key in context.replaced:
            reason = "has other attributes"
            made = replace(_create(context, it, reason), hazards=tuple(_losses(was, it)))
            yield from succession(context, key, reason, made)
            yield from _comments(context, None, it)
        case Alter(before=Composite() as was, after=Composite() as it):
            yield from _attributes(context, was, it)
            yield from _comments(context, was, it)


def _create(context: Context, it: Composite, reason: str) -> Step:
    lines = ",\n    ".join(_attribute(a) for a in it.attributes)
    body = f"(\n    {lines}\n)" if lines else "()"
    return context.step(
        f"CREATE TYPE {qualified(it.key)} AS {body}",
        it.key,
        "create",
        reason,
        creates={it.key, relation_name(it.schema, it.name), *(it.child(a.name) for a in it.attributes)},
        needs=schema_of(it.key) | needed(context, it.uses),
        rank=rank.TYPE,
    )


def _attribute(it: Attribute) -> str:
    return f"{quoted(it.name)} {it.type.text}" + (f" COLLATE {it.collation}" if it.collation else "")


def _attributes(context: Context, was: Composite, it: Composite) -> Iterator[Step]:
    """Actions in place, in the order that leads to the desired one."""
    old, new = {a.name: a for a in was.attributes}, {a.name for a in it.attributes}
    stored = bool(tables_holding(context, it.key))
    for name, gone in old.items():
        if name not in new:
            yield _step(context, it, f"DROP ATTRIBUTE {quoted(name)}", "not desired", freed=gone.type, loses=stored)
    for attribute in it.attributes:
        before = old.get(attribute.name)
        if before is None:
            yield _step(context, it, f"ADD ATTRIBUTE {_attribute(attribute)}", "new attribute", needs=attribute.type)
        elif (before.type, before.collation) != (attribute.type, attribute.collation):
            collation = f" COLLATE {attribute.collation}" if attribute.collation else ""
            clause = f"ALTER ATTRIBUTE {quoted(attribute.name)} TYPE {attribute.type.text}{collation}"
            reason = f"type {before.type.text} → {attribute.type.text}"
            yield _step(context, it, clause, reason, needs=attribute.type, freed=before.type)


def _step(
    context: Context,
    it: Composite,
    clause: str,
    reason: str,
    *,
    needs: DataType | None = None,
    freed: DataType | None = None,
    loses: bool = False,
) -> Step:
    lost = Warning_(hazard=Hazard.DROPS_COLUMN, message="what columns of the type hold in it is lost")
    return context.step(
        f"ALTER TYPE {qualified(it.key)} {clause}",
        it.key,
        "alter",
        reason,
        extra=(lost,) if loses else (),
        creates={it.key, *(it.child(a.name) for a in it.attributes)},
        # The server alters no type that a column is of: where none stays so, those that are must have gone.
        follows=columns_holding(context, it.key),
        needs=needed(context, [needs.uses]) if needs is not None and needs.uses is not None else (),
        frees=[freed.uses] if freed is not None and freed.uses is not None else (),
        rank=rank.TYPE,
    )


def _comments(context: Context, was: Composite | None, it: Composite) -> Iterator[Step]:
    """Of the type and its attributes. `was` is None for a new type, which has none yet."""
    if was is None or was.comment != it.comment:
        yield from comment(context, it.key, it.comment, always=was is not None)
    old = {a.name: a.comment for a in was.attributes} if was is not None else {}
    for attribute in it.attributes:
        if attribute.comment != old.get(attribute.name):
            always = attribute.name in old
            for step in comment(context, it.child(attribute.name), attribute.comment, always=always):
                yield replace(step, locks=(), hazards=())


def _losses(was: Composite, it: Composite) -> Iterator[Warning_]:
    new = {a.name: a for a in it.attributes}
    for attribute in was.attributes:
        after = new.get(attribute.name)
        if after is None:
            message = f"the attribute {attribute.name} goes, with what columns of the type hold in it"
            yield Warning_(hazard=Hazard.DROPS_COLUMN, message=message)
        elif not (_told_elsewhere(attribute.type) or retype(attribute.type.text, after.type.text).lossless):
            message = f"not every value of {attribute.type.text} fits {after.type.text}"
            yield Warning_(hazard=Hazard.NARROWS_TYPE, message=message)


def _told_elsewhere(data: DataType) -> bool:
    """A type under its old name is replaced itself, and tells of its own losses."""
    return data.uses is not None and data.uses.name.endswith("__old")
