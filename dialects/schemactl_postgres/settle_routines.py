"""Types of arguments and results that the desired text left without a schema."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from schemactl.model import Aggregate, Argument, DataType, ObjectKey, Routine
from schemactl_postgres.read.routine_finish import type_keys


def settled_routine(
    routine: Routine | Aggregate, resolve: Callable[[DataType, ObjectKey], DataType]
) -> Routine | Aggregate:
    """Raises UnknownTypeError, with the routine's place, for a type that neither side knows."""
    key = routine.key

    def of(data: DataType) -> DataType:
        return resolve(data, key)

    def each(arguments: tuple[Argument, ...]) -> tuple[Argument, ...]:
        return tuple(replace(a, type=of(a.type)) for a in arguments)

    if isinstance(routine, Aggregate):
        ordered = None if routine.ordered is None else each(routine.ordered)
        found: Routine | Aggregate = replace(routine, arguments=each(routine.arguments), ordered=ordered)
    else:
        returns = None if routine.returns is None else of(routine.returns)
        found = replace(routine, arguments=each(routine.arguments), returns=returns)
    if found == routine:
        return routine
    mine = [a.type for a in found.arguments] + ([found.returns] if isinstance(found, Routine) and found.returns else [])
    uses = [k for data in mine if data.uses is not None for k in type_keys(data.uses)]
    return replace(found, uses=tuple(dict.fromkeys((*uses, *found.uses))))
