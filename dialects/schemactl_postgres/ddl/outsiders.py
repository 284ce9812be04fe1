"""What is not in scope is not touched: nor is anything that it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from schemactl.changes import Alter, Change, Drop
from schemactl.errors import ImpossibleError
from schemactl.model import Catalog, Column, Kind, ObjectKey, Outsider
from schemactl_postgres.ddl.routine_names import bare_name
from schemactl_postgres.inheritance import is_retyped

_OWNERS = (Kind.TABLE, Kind.VIEW, Kind.TYPE)


def refuse_under_outsiders(changes: Sequence[Change], actual: Catalog, types: frozenset[ObjectKey]) -> None:
    """Raise ImpossibleError where something out of scope rests on what the changes take away, or on a retyped column.

    `changes` hold all that makes way, if only for a moment; `types` are those with a successor.
    """
    if not actual.outsiders:
        return
    gone = {c.key for c in changes if isinstance(c, Drop) or _is_made_anew(c)} | types
    owners = {(key.schema, key.name) for key in gone if key.kind in _OWNERS and not key.table}
    retyped = {c.key for c in changes if _is_retyped(c)}
    for outsider in actual.outsiders:
        for key in outsider.uses:
            if key in gone or ((key.schema, key.table or key.name) in owners and (key.table or key.kind in _OWNERS)):
                raise _refused(outsider, key, "which the plan drops, if only to make it again")
            if outsider.pins and key in retyped:
                raise _refused(outsider, key, "whose type changes")


def _refused(outsider: Outsider, key: ObjectKey, why: str) -> ImpossibleError:
    return ImpossibleError(
        f"{outsider.what} is not in scope, and rests on {_named(key)}, {why}",
        subject=outsider.what,
        hint="take it into the scope, or drop it by hand and make it again afterwards",
    )


def _named(key: ObjectKey) -> str:
    return f"{key.kind} {key.schema}.{bare_name(key)}" if key.kind is Kind.ROUTINE else str(key)


def _is_retyped(change: Change) -> bool:
    if not isinstance(change, Alter):
        return False
    before, after = change.before, change.after
    if not isinstance(before, Column) or not isinstance(after, Column):
        return False
    return is_retyped(before, after)


def _is_made_anew(change: Change) -> bool:
    """Whether a constraint or index is altered, which mostly means dropped and made again."""
    if not isinstance(change, Alter) or change.key.kind not in (Kind.CONSTRAINT, Kind.INDEX):
        return False
    before: Any = change.before
    after: Any = change.after
    return bool(replace(before, comment=None) != replace(after, comment=None))
