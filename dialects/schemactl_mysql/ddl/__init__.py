"""Changes into statements. Each commits by itself: neither server can take DDL back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from schemactl.changes import Alter, Change, Create, Drop, Rename
from schemactl.dialect import Server
from schemactl.errors import InternalError
from schemactl.manner import Manner
from schemactl.model import Catalog, ForeignKey, Kind, ObjectKey, Table
from schemactl.steps import OF_SIZE, Hazard, Step, Warning_
from schemactl_mysql.ddl import definitions as define
from schemactl_mysql.ddl import rank
from schemactl_mysql.ddl.alter import alter_table, referenced
from schemactl_mysql.ddl.context import Context
from schemactl_mysql.ddl.foreign_keys import Altered, with_loosened_keys
from schemactl_mysql.ddl.handover import with_handover
from schemactl_mysql.ddl.locks import owner, with_locks
from schemactl_mysql.ddl.online import MAY_NOT_SUIT
from schemactl_mysql.ddl.programs import program
from schemactl_mysql.ddl.renames import hinted_renames, without_renamed_programs
from schemactl_mysql.ddl.rights import verb_of, with_rights
from schemactl_mysql.ddl.rows import with_row_checks
from schemactl_mysql.ddl.schemas import schema
from schemactl_mysql.ddl.views import sequence, view
from schemactl_mysql.sql import quoted

_PARTS = frozenset({Kind.COLUMN, Kind.CONSTRAINT, Kind.INDEX})
_OBJECTS: dict[Kind, Callable[[Context, Change], Iterator[Step]]] = {
    Kind.EVENT: program,
    Kind.FUNCTION: program,
    Kind.PROCEDURE: program,
    Kind.SCHEMA: schema,
    Kind.SEQUENCE: sequence,
    Kind.TRIGGER: program,
    Kind.VIEW: view,
}


def steps(
    changes: Sequence[Change], *, desired: Catalog, actual: Catalog, server: Server, manner: Manner
) -> list[Step]:
    """The steps that make the changes, in no order but that of the changes."""
    context = Context.of(server, desired, actual, manner)
    changes = without_renamed_programs(context, changes)
    hinted = [c for c in changes if isinstance(c, Rename) and c.hinted]
    result: list[Step] = list(hinted_renames(context, hinted))
    context = replace(context, old_names={c.new: c.key.name for c in hinted})
    changes = with_loosened_keys(context, [c for c in changes if c not in hinted])
    of_table: dict[ObjectKey, list[Change]] = defaultdict(list)
    gone = {c.key for c in changes if isinstance(c, Drop) and c.key.kind is Kind.TABLE}
    for change in changes:
        if change.key.kind is Kind.TRIGGER and isinstance(change, Drop) and change.key.parent in gone:
            continue  # it goes along with its table
        if change.key.kind in _PARTS or (change.key.kind is Kind.TABLE and isinstance(change, Alter)):
            of_table[owner(change.key)].append(change)
        elif change.key.kind is Kind.TABLE:
            pass
        elif (writer := _OBJECTS.get(change.key.kind)) is not None:
            result.extend(writer(context, change))
        else:
            raise InternalError(f"no way to make a {change.key.kind}")
    result += _new_tables(context, [c for c in changes if isinstance(c, Create) and isinstance(c.after, Table)])
    old = [c for c in changes if isinstance(c, Drop) and isinstance(c.before, Table)]
    result += _old_tables(context, old, Altered(changes))
    for key, parts in of_table.items():
        was, table = context.live[key], context.tables[key]
        result += with_row_checks(context, was, table, parts, list(alter_table(context, was, table, parts)))
    return [_told(context, with_rights(context, with_locks(context, step, verb_of(step)))) for step in result]


def _told(context: Context, step: Step) -> Step:
    """The step without hazards that are none here: of a table's size where that is small, of rows that are counted."""
    step = with_handover(context, step)
    none = OF_SIZE if context.manner.is_small(owner(step.key)) else frozenset()
    counted = any(check.refused for check in step.checks)
    return replace(
        step, hazards=tuple(w for w in step.hazards if w.hazard not in none and not (counted and w == MAY_NOT_SUIT))
    )


def _new_tables(context: Context, changes: Sequence[Create]) -> Iterator[Step]:
    """Foreign keys stand in CREATE TABLE where they go to what is there by then; else they come behind."""
    new = {c.key: c.after for c in changes if isinstance(c.after, Table)}
    made: set[ObjectKey] = set()

    def make(key: ObjectKey, path: frozenset[ObjectKey]) -> Iterator[Step]:
        if key in made:
            return
        table = new[key]
        keys = [c for c in table.constraints if isinstance(c, ForeignKey)]
        for it in keys:
            if it.references in new and it.references not in path | {key}:
                yield from make(it.references, path | {key})
        made.add(key)
        inline = tuple(k for k in keys if k.references not in new or k.references in made)
        yield _create(context, table, inline)
        for it in keys:
            if it not in inline:
                yield _add_key(context, table, it)

    for key in new:
        yield from make(key, frozenset())


def _create(context: Context, table: Table, keys: tuple[ForeignKey, ...]) -> Step:
    needs: set[ObjectKey] = {ObjectKey(kind=Kind.SCHEMA, name=table.schema)}
    for it in keys:
        needs |= referenced(context, it) if it.references != table.key else set()
    return Step(
        sql=define.create_table(context, table, foreign_keys=keys),
        key=table.key,
        action="create",
        reason="it is new",
        transactional=False,
        creates=frozenset({table.key, *_parts_of(table, keys)}),
        needs=frozenset(needs),
        rank=rank.TABLE,
    )


def _parts_of(table: Table, keys: tuple[ForeignKey, ...]) -> set[ObjectKey]:
    parts = {table.child(Kind.COLUMN, c.name) for c in table.columns}
    parts |= {table.child(Kind.INDEX, i.name) for i in table.indexes}
    inline = {k.name for k in keys}
    return parts | {
        table.child(Kind.CONSTRAINT, c.name)
        for c in table.constraints
        if not isinstance(c, ForeignKey) or c.name in inline
    }


def _add_key(context: Context, table: Table, it: ForeignKey) -> Step:
    key = table.child(Kind.CONSTRAINT, it.name)
    return Step(
        sql=f"ALTER TABLE {context.name(table.key)} ADD {define.foreign_key(context, it)}",
        key=key,
        action="create",
        reason="its tables refer to each other in a circle",
        transactional=False,
        creates=frozenset({key}),
        needs=frozenset({table.key, *referenced(context, it)}),
        rank=rank.FOREIGN_KEY,
    )


def _old_tables(context: Context, changes: Sequence[Drop], altered: Altered) -> Iterator[Step]:
    old = {c.key: c.before for c in changes if isinstance(c.before, Table)}
    for key, table in old.items():
        targets = {c.references for c in table.constraints if isinstance(c, ForeignKey)} - {key}
        circle = {t for t in targets if t in old and _reaches(old, t, key, set())}
        for it in table.constraints:
            if not isinstance(it, ForeignKey):
                continue
            if it.references in circle:
                yield _drop_key(context, table, it, "its tables refer to each other in a circle")
            elif it.references not in old and altered.is_under(table, it):
                yield _drop_key(context, table, it, "what it rests on is altered")
        message = f"the rows of {key.path} are lost"
        yield Step(
            sql=f"DROP TABLE {context.name(key)}",
            key=key,
            action="drop",
            reason="it is not desired",
            transactional=False,
            hazards=(Warning_(hazard=Hazard.DROPS_TABLE, message=message),),
            destroys=frozenset({key, *_parts_of(table, ())}),
            frees=frozenset({*(targets - circle), ObjectKey(kind=Kind.SCHEMA, name=key.schema)}),
            rank=rank.DROP_TABLE,
        )


def _reaches(tables: dict[ObjectKey, Table], start: ObjectKey, goal: ObjectKey, seen: set[ObjectKey]) -> bool:
    if start == goal:
        return True
    seen.add(start)
    onward = {c.references for c in tables[start].constraints if isinstance(c, ForeignKey)}
    return any(_reaches(tables, t, goal, seen) for t in onward if t in tables and t not in seen)


def _drop_key(context: Context, table: Table, it: ForeignKey, reason: str) -> Step:
    key = table.child(Kind.CONSTRAINT, it.name)
    return Step(
        sql=f"ALTER TABLE {context.name(table.key)} DROP FOREIGN KEY {quoted(it.name)}",
        key=key,
        action="drop",
        reason=reason,
        transactional=False,
        destroys=frozenset({key}),
        frees=frozenset({it.references}),
        rank=rank.DROP_FOREIGN_KEY,
    )


__all__ = ["steps"]
