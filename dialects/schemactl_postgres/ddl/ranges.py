"""Steps for range types: the server alters nothing of one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from schemactl.changes import Alter, Create, Drop
from schemactl.errors import ImpossibleError
from schemactl.model import Kind, ObjectKey, Range
from schemactl.steps import Step
from schemactl_postgres.ddl import rank
from schemactl_postgres.ddl.comments import comment
from schemactl_postgres.ddl.context import Context, relation_name, schema_of
from schemactl_postgres.ddl.successor import freed, needed
from schemactl_postgres.sql import qualified, quoted


def range_(context: Context, change: Create | Drop | Alter) -> Iterator[Step]:
    key = change.key
    match change:
        case Create(after=Range() as it):
            yield _create(context, it)
            yield from comment(context, key, it.comment)
        case Drop(before=Range() as was):
            yield context.step(
                f"DROP TYPE {qualified(key)}",
                key,
                "drop",
                change.because or "not in the desired schema",
                destroys=_own(was),
                frees=schema_of(key) | freed(context, was.uses),
                rank=rank.DROP_TYPE,
            )
        case Alter(before=Range() as was, after=Range() as it):
            if replace(was, comment=it.comment) != it:
                raise ImpossibleError(f"the range type {key.path} differs, and cannot be altered", subject=key.path)
            yield from comment(context, key, it.comment, always=True)


def _own(it: Range) -> frozenset[ObjectKey]:
    multirange = replace(it.key, name=it.multirange)
    return frozenset({it.key, multirange, relation_name(it.schema, it.name), relation_name(it.schema, it.multirange)})


def _create(context: Context, it: Range) -> Step:
    options = {
        "subtype": it.subtype.text,
        "subtype_opclass": it.opclass,
        "collation": it.collation,
        "canonical": it.canonical,
        "subtype_diff": it.subtype_diff,
        "multirange_type_name": f"{quoted(it.schema)}.{quoted(it.multirange)}",
    }
    given = ", ".join(f"{name} = {value}" for name, value in options.items() if value is not None)
    functions = [_routine(name) for name in (it.canonical, it.subtype_diff) if name is not None]
    return context.step(
        f"CREATE TYPE {qualified(it.key)} AS RANGE ({given})",
        it.key,
        "create",
        "new type",
        creates=_own(it),
        needs=schema_of(it.key) | needed(context, (*it.uses, *functions)),
        rank=rank.TYPE,
    )


def _routine(name: str) -> ObjectKey:
    schema, _, bare = name.rpartition(".")
    return ObjectKey(kind=Kind.ROUTINE, schema=schema.strip('"'), name=bare.strip('"'))
