"""What each statement locks, on every table that it touches: the metadata locks of both servers, in their words.

Measured on MySQL 9.7, MariaDB 10.11 and 11.8 by who has to end a transaction before a statement gets on: tests/mysql/
test_locks.py tries it again. EXCLUSIVE waits for all who read or write the table, and all wait for it; where it is held
for a moment only, at the beginning or the end of a statement, that is said.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from enum import IntEnum

from schemactl.model import ForeignKey, Kind, ObjectKey, Table
from schemactl.steps import Lock, Step
from schemactl_mysql.ddl.context import Context


class Blocks(IntEnum):
    """Who waits while a statement runs: nobody, writers, all. The moment in which it begins and ends not counted."""

    NONE = 0
    SHARED = 1
    EXCLUSIVE = 2


#: Held at the beginning and the end of a statement.
MOMENT = "EXCLUSIVE for a moment"
_NO_WRITE = "SHARED_NO_WRITE"
_ALTER = {Blocks.NONE: MOMENT, Blocks.SHARED: f"{_NO_WRITE}, then {MOMENT}", Blocks.EXCLUSIVE: "EXCLUSIVE"}
#: Statements that have a table to themselves for a moment: where that is not told of them already.
_OWN = ("ALTER TABLE", "RENAME TABLE", "DROP TABLE")


def blocking(table: ObjectKey, blocks: Blocks) -> tuple[Lock, ...]:
    """What an ALTER holds on the table itself."""
    return (Lock(relation=table.path, mode=_ALTER[blocks]),)


def with_locks(context: Context, step: Step, verb: str) -> Step:
    """The step with its locks; `verb` is how its statement begins, as in rights.py."""
    told = {lock.relation: lock for lock in step.locks}
    for key, mode in _locks(context, step, verb):
        told.setdefault(key.path, Lock(relation=key.path, mode=mode))
    return replace(step, locks=tuple(told.values()))


def _locks(context: Context, step: Step, verb: str) -> Iterator[tuple[ObjectKey, str]]:
    own = owner(step.key)
    table = context.live.get(own) or context.live.get(_renamed(context, own))
    if step.key.kind is Kind.TRIGGER:
        yield own, MOMENT
    elif verb in _OWN and table is not None:
        yield own, MOMENT
        yield from _neighbours(context, step, table, own, verb)
    elif verb == "CREATE TABLE" and not context.flavour.mariadb:
        for parent in parents_of(context.tables.get(own)):
            if parent in context.live and parent != own:
                yield parent, MOMENT
    elif verb == "UPDATE":
        yield own, "SHARED_WRITE, and the rows that it changes"
    elif verb == "DROP DATABASE":
        yield from ((key, MOMENT) for key in context.live if key.schema == step.key.name)


def _neighbours(
    context: Context, step: Step, table: Table, own: ObjectKey, verb: str
) -> Iterator[tuple[ObjectKey, str]]:
    """The other ends of foreign keys: MySQL tells them what becomes of the table, MariaDB only of the key."""
    mariadb = context.flavour.mariadb
    if not mariadb and verb != "DROP TABLE":
        yield from ((key, MOMENT) for key, it in context.live.items() if table.key in parents_of(it) and key != own)
    if not mariadb and verb != "ALTER TABLE":
        yield from ((key, MOMENT) for key in parents_of(table) if key in context.live and key != own)
    if verb == "ALTER TABLE":
        keys = step.creates if mariadb else step.creates | step.destroys
        shall = context.tables.get(table.key)
        constraints = (*table.constraints, *(shall.constraints if shall is not None else ()))
        for it in constraints:
            if isinstance(it, ForeignKey) and table.child(Kind.CONSTRAINT, it.name) in keys and it.references != own:
                yield it.references, _NO_WRITE if mariadb else MOMENT


def parents_of(table: Table | None) -> dict[ObjectKey, None]:
    """The tables that its foreign keys refer to."""
    constraints = table.constraints if table is not None else ()
    return dict.fromkeys(c.references for c in constraints if isinstance(c, ForeignKey))


def owner(key: ObjectKey) -> ObjectKey:
    """The table that a key is of, or is a part of."""
    return ObjectKey(kind=Kind.TABLE, schema=key.schema, name=key.table) if key.table else key


def _renamed(context: Context, key: ObjectKey) -> ObjectKey:
    """What a table is called after the first steps of a plan."""
    return next((new for new, old in context.old_names.items() if replace(new, name=old) == key), key)
