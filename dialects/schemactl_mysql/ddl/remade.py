"""Columns that no MODIFY can make: they are dropped and added, and with them what the server would not let rest on them.

A check over no other column would go with it, without a word; all else is an error there or on MariaDB.
Foreign keys make way by themselves: see foreign_keys.
"""

from __future__ import annotations

from collections.abc import Sequence

from schemactl.changes import Alter, Change, Create, Drop, Rename
from schemactl.model import Check, Column, Constraint, Expression, ForeignKey, Index, Kind, PrimaryKey, Table
from schemactl_mysql.ddl.context import Context
from schemactl_mysql.renamed import mentions_column
from schemactl_mysql.types import has_way

_BECAUSE = "a column beneath it is made anew"


def with_remade(context: Context, was: Table, table: Table, changes: Sequence[Change]) -> list[Change]:
    """The changes of a table, where such columns, and what rests on them, are dropped and made again."""
    altered = [c for c in changes if isinstance(c, Alter) and isinstance(c.before, Column)]
    why = {c.key.name: "the server turns no such column into the desired one" for c in altered if _is_new(context, c)}
    goes = any(isinstance(c, Drop) and isinstance(c.before, Column) for c in changes)
    if not why and not goes:
        return list(changes)
    why |= dict.fromkeys(_generated_over(context, was, table, set(why)) - set(why), _BECAUSE)
    result: list[Change] = []
    for change in changes:
        result += _apart(context, change, why)
    spoken = {c.key for c in changes}
    for column in table.columns:
        key, old = table.child(Kind.COLUMN, column.name), was.column(column.name)
        if column.name in why and key not in spoken and old is not None:
            result += _anew(Alter(key=key, before=old, after=column), _BECAUSE)
    for part in (*table.indexes, *table.constraints):
        key = table.child(Kind.INDEX if isinstance(part, Index) else Kind.CONSTRAINT, part.name)
        alone = isinstance(part, Check) and _is_over_none(context, part, was)
        if key not in spoken and (alone or _rests_on(context, part, set(why))):
            result += _anew(Alter(key=key, before=part, after=part), _BECAUSE)
    return result


def _apart(context: Context, change: Change, why: dict[str, str]) -> list[Change]:
    """An Alter or Rename of what is remade, or rests on it, as a Drop and a Create."""
    if isinstance(change, Alter) and isinstance(change.before, Column) and change.key.name in why:
        return _anew(change, why[change.key.name])
    part = change.after if isinstance(change, Alter | Rename) else None
    if not isinstance(part, Index | Check) or not _rests_on(context, part, set(why)):
        return [change]
    if isinstance(change, Alter):
        return _anew(change, _BECAUSE)
    assert isinstance(change, Rename)
    return [
        Drop(key=change.key, before=change.after, because=_BECAUSE),
        Create(key=change.new, after=change.after, because=_BECAUSE),
    ]


def _anew(change: Alter, because: str) -> list[Change]:
    return [
        Drop(key=change.key, before=change.before, because=because),
        Create(key=change.key, after=change.after, because=because, place=change.place),
    ]


def _is_new(context: Context, change: Alter) -> bool:
    """Neither server turns VIRTUAL into STORED or a plain column, nor either into VIRTUAL; nor MariaDB types at will."""
    old, it = change.before, change.after
    assert isinstance(old, Column) and isinstance(it, Column)
    if not has_way(old.type.text, it.type.text, context.flavour):
        return True
    was, shall = _sort(old), _sort(it)
    return was != shall and "virtual" in (was, shall)


def _sort(it: Column) -> str:
    return "plain" if it.generated is None else "stored" if it.generated.stored else "virtual"


def _generated_over(context: Context, was: Table, table: Table, columns: set[str]) -> set[str]:
    """The columns that stay and are generated, before or after, from these, or from one so found."""
    found: set[str] = set()
    while True:
        more = {
            c.name
            for c in (*was.columns, *table.columns)
            if c.generated is not None
            and was.column(c.name) is not None
            and table.column(c.name) is not None
            and _is_over(context, c.generated.expression, columns | found)
        }
        if more <= found:
            return found
        found |= more


def _rests_on(context: Context, part: Index | Constraint, columns: set[str]) -> bool:
    match part:
        case Index():
            return any(p.column in columns or _is_over(context, p.expression, columns) for p in part.parts)
        case Check():
            return _is_over(context, part.expression, columns)
        case PrimaryKey():
            return bool(columns & set(part.columns))
        case ForeignKey():
            return False
        case _:
            return False


def _is_over_none(context: Context, part: Check, table: Table) -> bool:
    """Such a check goes with any column, on both servers: all columns that it is over go, for there are none."""
    return not _is_over(context, part.expression, {c.name for c in table.columns})


def _is_over(context: Context, it: Expression | None, columns: set[str]) -> bool:
    return it is not None and any(mentions_column(it.text, c, context.flavour) for c in columns)
