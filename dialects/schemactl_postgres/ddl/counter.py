"""Where a counter stands: within new bounds, and beyond the values that are there."""

from __future__ import annotations

from collections.abc import Iterator

from schemactl.model import ObjectKey, SequenceOptions
from schemactl.steps import Step
from schemactl_postgres.ddl import rank
from schemactl_postgres.ddl.context import Context, owning_table
from schemactl_postgres.sql import literal, qualified, quoted


def clamped(
    context: Context, key: ObjectKey, counter: ObjectKey, was: SequenceOptions, it: SequenceOptions
) -> Iterator[Step]:
    """The step that moves the position of a sequence, of the column or sequence `key`, into the new bounds, if it must.

    The server refuses bounds that the position falls out of. A position that lies within them is kept.
    """
    if it.minimum <= was.minimum and it.maximum >= was.maximum:
        return
    if is_out_of_reach(was, it):
        return
    sequence = qualified(counter)
    position = f"least(greatest(last_value, {it.minimum}), {it.maximum})"
    yield context.step(
        f"SELECT setval({literal(sequence).strip()}, {position}, is_called) FROM {sequence}"
        f" WHERE last_value NOT BETWEEN {it.minimum} AND {it.maximum}",
        key,
        "alter",
        "the counter must lie within its new bounds",
        cost="set_counter",
        table=counter,
        rank=rank.ALTER - 1,
    )


def is_out_of_reach(was: SequenceOptions, it: SequenceOptions) -> bool:
    """Whether no position within the old bounds lies within the new ones: the counter can only begin anew."""
    return it.minimum > was.maximum or it.maximum < was.minimum


def counted_on(context: Context, key: ObjectKey, increment: int, *, needed: ObjectKey) -> Step:
    """A new counter goes on from the largest value of its column: else the next insert would meet an old row.

    `needed` is what makes it the column's own.
    """
    table, name = qualified(owning_table(key)), quoted(key.name)
    edge = "max" if increment > 0 else "min"
    sequence = f"pg_get_serial_sequence({literal(table).strip()}, {literal(key.name).strip()})"
    return context.step(
        f"SELECT setval({sequence}, {edge}({name})) FROM {table} HAVING count({name}) > 0",
        needed,
        "alter",
        "the counter goes on from the largest value",
        cost="count_on",
        table=owning_table(key),
        needs={needed, key},
        rank=rank.OWNER,
    )
