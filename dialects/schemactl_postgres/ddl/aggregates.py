"""Steps for aggregates: nothing of one can be altered but its comment."""

from __future__ import annotations

from collections.abc import Iterator

from schemactl.changes import Alter, Create, Drop
from schemactl.model import Aggregate, Argument
from schemactl.steps import Step
from schemactl_postgres.ddl import rank
from schemactl_postgres.ddl.comments import comment
from schemactl_postgres.ddl.context import Context, schema_of
from schemactl_postgres.ddl.routine_names import known_as
from schemactl_postgres.sql import quoted


def aggregate(context: Context, change: Create | Drop | Alter) -> Iterator[Step]:
    key = change.key
    match change:
        case Create(after=Aggregate() as it):
            yield context.step(
                definition(it),
                key,
                "create",
                change.because or "new aggregate",
                creates=known_as(key),
                needs=(schema_of(key) | frozenset(it.uses)) - known_as(key),
                rank=rank.ROUTINE + 1,
            )
            yield from comment(context, key, it.comment)
        case Drop(before=Aggregate() as was):
            yield context.step(
                f"DROP AGGREGATE {quoted(was.schema)}.{quoted(was.name)}({arguments(was)})",
                key,
                "drop",
                change.because or "not in the desired schema",
                destroys=known_as(key),
                frees=schema_of(key) | frozenset(was.uses),
                rank=rank.DROP_ROUTINE - 1,
            )
        case Alter(before=Aggregate() as was, after=Aggregate() as it):
            if it.comment != was.comment:
                yield from comment(context, key, it.comment, always=True)


def definition(it: Aggregate) -> str:
    parts = [name.upper() if not value else f"{name.upper()} = {value}" for name, value in it.options]
    parts += ["HYPOTHETICAL"] if it.hypothetical else []
    body = ",\n    ".join(parts)
    return f"CREATE AGGREGATE {quoted(it.schema)}.{quoted(it.name)}({arguments(it)}) (\n    {body}\n)"


def arguments(it: Aggregate) -> str:
    """`*`, `integer`, or `double precision ORDER BY integer`."""
    direct = ", ".join(map(_argument, it.arguments))
    if it.ordered is not None:
        return f"{direct}{' ' if direct else ''}ORDER BY {', '.join(map(_argument, it.ordered))}"
    return direct or "*"


def _argument(it: Argument) -> str:
    words = ["VARIADIC"] if it.mode == "VARIADIC" else []
    words += [quoted(it.name)] if it.name else []
    return " ".join([*words, it.type.text])
