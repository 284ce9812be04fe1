"""Keeping a counter within new bounds: the server refuses bounds that its position falls out of."""

from __future__ import annotations

from collections.abc import Iterator

from schemactl.model import ObjectKey, SequenceOptions
from schemactl.steps import Step
from schemactl_postgres.ddl import rank
from schemactl_postgres.ddl.context import Context
from schemactl_postgres.sql import literal


def clamped(
    context: Context, key: ObjectKey, sequence: str, was: SequenceOptions, it: SequenceOptions
) -> Iterator[Step]:
    """The step that moves the position of `sequence` (its qualified name in SQL) into the new bounds, if it must.

    A position that lies within them is kept. Bounds that do not overlap the old ones cannot be reached so: the
    server then says why it refuses them.
    """
    if it.minimum <= was.minimum and it.maximum >= was.maximum:
        return
    if it.minimum > was.maximum or it.maximum < was.minimum:
        return
    position = f"least(greatest(last_value, {it.minimum}), {it.maximum})"
    yield context.step(
        f"SELECT setval({literal(sequence).strip()}, {position}, is_called) FROM {sequence}"
        f" WHERE last_value NOT BETWEEN {it.minimum} AND {it.maximum}",
        key,
        "alter",
        "the counter must lie within its new bounds",
        rank=rank.ALTER - 1,
    )
