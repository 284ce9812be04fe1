"""Steps for tables as wholes: made, dropped, and their options."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from schemactl.changes import Alter, Create, Drop
from schemactl.errors import ImpossibleError
from schemactl.model import Check, ForeignKey, Kind, ObjectKey, Sequence, Table
from schemactl.steps import Hazard, Step, Warning_
from schemactl_postgres.ddl import (
    columns,
    constraints,
    foreign,
    indexes,
    neighbours,
    new_heirs,
    not_nulls,
    partitions,
    rank,
    reach,
    remade_tables,
)
from schemactl_postgres.ddl.comments import comment
from schemactl_postgres.ddl.context import Context, column_key, persistence_of, relation_name, schema_of
from schemactl_postgres.ddl.definitions import column as column_definition
from schemactl_postgres.ddl.definitions import constraint as constraint_definition
from schemactl_postgres.ddl.definitions import storage, storage_changes
from schemactl_postgres.ddl.online import attach
from schemactl_postgres.ddl.routine_names import on_table
from schemactl_postgres.ddl.typed import type_of
from schemactl_postgres.options import TableOptions
from schemactl_postgres.sql import qualified, quoted


def table(context: Context, change: Create | Drop | Alter) -> Iterator[Step]:
    match change:
        case Create(after=Table() as it):
            yield from create(context, it)
        case Drop(before=Table() as was):
            detached = list(partitions.detached_first(context, was))
            yield from detached
            yield drop(context, was, alone=bool(detached))
        case Alter(before=Table() as was, after=Table() as it):
            yield from partitions.moves(context, it, was)
            yield from options(context, it, was)
            if was.comment != it.comment:
                yield from comment(context, it.key, it.comment, always=True)


def create(context: Context, it: Table) -> Iterator[Step]:
    """CREATE TABLE with all but foreign keys, which may form circles, then these, the indexes and the comments."""
    key = it.key
    if new_heirs.comes_by_itself(context, it):
        yield from create(context, new_heirs.alone(context, it))
        yield from partitions.attach_new(context, it)
        return
    set_ = it.options if isinstance(it.options, TableOptions) else TableOptions()
    created, needed = {key, relation_name(it.schema, it.name)}, set(schema_of(key))
    needed.update(set_.parents, [set_.foreign.at] if set_.foreign else ())
    lines = _column_lines(context, it, created, needed)
    later = []
    for constraint in it.constraints:
        own = it.child(Kind.CONSTRAINT, constraint.name)
        # NOT VALID means nothing in CREATE TABLE: the server would take the constraint for checked.
        if isinstance(constraint, ForeignKey) or (isinstance(constraint, Check) and not constraint.validated):
            later.append((own, constraint))
            continue
        lines.append(constraint_definition(constraint))
        created |= constraints.own_keys(own, constraint)
        needed |= {
            k for k in constraints.needs(context, key, constraint) if k.kind in (Kind.TYPE, Kind.SEQUENCE, Kind.ROUTINE)
        }
    body = "(\n    " + ",\n    ".join(lines) + "\n)" if lines else "()"
    if set_.partition_of:
        body = new_heirs.bound_clause(it) + (f" {body}" if lines else "")
    body += new_heirs.clauses(it)
    method = f" USING {quoted(set_.access_method)}" if set_.access_method else ""
    with_ = f" WITH ({storage(set_.storage)})" if set_.storage else ""
    found = attach.proofs(context, it)
    made = context.step(
        f"CREATE {_kind(set_)} {qualified(key)} {body}{method}{with_}",
        key,
        "create",
        "new partition" if set_.partition_of else "new table",
        cost="create_partition" if set_.partition_of else "create_heir",
        others=neighbours.beside_new(context, it),
        extra=neighbours.default_read(context, it, {proof.table for proof in found}),
        creates=created,
        needs=needed,
        follows=partitions.making_room(context, it),
        rank=rank.TABLE,
    )
    yield from attach.proved(context, it, found, made)
    for before, column in new_heirs.differing(context, it):
        change = Alter(key=column_key(key, column.name), before=before, after=column)
        for part in columns.column(context, change):
            yield replace(part, creates=frozenset(), needs=part.needs | {key} | new_heirs.parents_columns(it))
    for own, constraint in later:
        yield constraints.add(context, own, constraint)
    # Indexes that are to serve the parent's under a name of their own must be there before those are made.
    named = set_.given_indexes if key not in context.live and set_.partition_of else ()
    for index in (*it.indexes, *named):
        yield from indexes.create(context, it.child(Kind.INDEX, index.name), index)
    yield from options(context, it, None)
    yield from comment(context, key, it.comment)
    for column in it.columns:
        own = column_key(key, column.name)
        if new_heirs.states_not_null(context, it, column):
            yield from not_nulls.beside(context, own, column)
        yield from columns.attributes(context, own, column, None)
        yield from comment(context, own, column.comment)
    for constraint in it.constraints:
        yield from comment(context, it.child(Kind.CONSTRAINT, constraint.name), constraint.comment)


def _kind(options: TableOptions) -> str:
    return "FOREIGN TABLE" if options.foreign else "UNLOGGED TABLE" if options.unlogged else "TABLE"


def _column_lines(context: Context, it: Table, created: set[ObjectKey], needed: set[ObjectKey]) -> list[str]:
    """The columns of a new table as it writes them; what they bring and rest on is put to `created` and `needed`."""
    lines, stated = [], {column.name for column in new_heirs.written(context, it)}
    given = new_heirs.given_columns(context, it)
    for column in it.columns:
        own = column_key(it.key, column.name)
        created.add(own)
        if column.name not in stated:
            continue
        serial = columns.serial_of(context, own, column)
        mine = column
        if column.name in given and not given[column.name].nullable and not (column.not_null and column.not_null.local):
            mine = replace(column, nullable=True)  # the NOT NULL is the parent's, with which it is to go
        lines.append(column_definition(mine, serial=serial[0] if serial else None))
        needed |= {k for k in columns.needs(it.key, column) if k.kind is not Kind.COLUMN}
        if serial:
            created |= {serial[1].key, relation_name(serial[1].schema, serial[1].name)}
            needed.discard(serial[1].key)
    return lines + [not_nulls.table_clause(column) for column in new_heirs.own_not_nulls(context, it)]


def drop(context: Context, was: Table, *, alone: bool = False) -> Step:
    """DROP TABLE; where it is `alone`, a partition that has left its parent before."""
    key = was.key
    gone = {key, relation_name(was.schema, was.name)}
    freed = set(schema_of(key))
    for column in was.columns:
        gone.add(column_key(key, column.name))
        freed |= columns.needs(key, column)
    if of_type := type_of(was):
        freed.add(of_type)
    for part in (*was.constraints, *was.indexes):
        freed |= constraints.routines_in(part)
    for constraint in was.constraints:
        gone |= constraints.own_keys(was.child(Kind.CONSTRAINT, constraint.name), constraint)
        if isinstance(constraint, ForeignKey) and not ({key, constraint.references} <= context.circle):
            freed |= constraints.rests_on(context, constraint)
    for index in was.indexes:
        gone |= {was.child(Kind.INDEX, index.name), relation_name(was.schema, index.name)}
    for thing in context.actual.objects:
        if isinstance(thing, Sequence) and thing.owned_by and thing.owned_by.parent == key:
            gone |= {thing.key, relation_name(thing.schema, thing.name)}
    extra: tuple[Warning_, ...] = ()
    beneath = partitions.all_dropped_with(context, key)
    for child in partitions.dropped_with(context, key):
        step = drop(context, context.live[child])
        gone |= step.destroys
        freed |= step.frees
        if foreign.at(context.live[child]) is not None:
            continue  # its rows are elsewhere
        message = f"its partition {child.path} goes with it, and its data"
        extra += (Warning_(hazard=Hazard.DROPS_TABLE, message=message), *step.hazards[1:])
    at = foreign.at(was)
    freed |= {at.at} if at else set()
    reason = "not in the desired schema"
    if key in context.made:
        reason = remade_tables.reason(was, context.tables[key]) or "its server is made anew"
    triggers, routines = on_table(context, key)
    gone |= triggers
    freed |= routines
    return context.step(
        f"DROP {'FOREIGN ' if at else ''}TABLE {qualified(key)}",
        key,
        "drop",
        reason,
        cost="drop_foreign_table" if at else "drop_table",
        table=key,
        others=_beside(context, was, beneath, alone=alone),
        extra=extra,
        destroys=gone,
        follows=partitions.own_detach(was),
        frees=(freed | set(new_heirs.options_of(was).parents)) - gone,
        rank=rank.DROP_TABLE,
    )


def _beside(context: Context, was: Table, beneath: list[ObjectKey], *, alone: bool) -> dict[str, list[ObjectKey]]:
    """What the drop of a table and of the partitions `beneath` it touches beside them."""
    going = (was.key, *beneath)
    parent = None if alone else new_heirs.options_of(was).partition_of
    other_ends = [key for one in going for key in reach.referred(context, one, frozenset(), own=not alone)]
    return {
        "partitions": beneath,
        "parent": [parent.parent] if parent else [],
        "default": reach.default_of(context, parent.parent) if parent else [],
        "referred": [key for key in other_ends if key not in context.circle],
        "sequences": [key for one in going for key in reach.sequences_of(context, one)],
    }


def options(context: Context, it: Table, was: Table | None) -> Iterator[Step]:
    """What ALTER TABLE sets on the table itself. For a new table, `was` is None and only the rest is left to do."""
    new = it.options if isinstance(it.options, TableOptions) else TableOptions()
    old = was.options if was and isinstance(was.options, TableOptions) else TableOptions()
    if was is None:
        old = TableOptions(
            unlogged=new.unlogged, storage=new.storage, access_method=new.access_method, foreign=new.foreign
        )
    if was is not None and new.unlogged != old.unlogged:
        yield _persistence(context, it, new.unlogged)
    for clause, reason, cost, needed in _clauses(it, old, new):
        yield context.step(
            f"ALTER TABLE {qualified(it.key)} {clause}",
            it.key,
            "alter",
            reason,
            cost=cost,
            table=it.key,
            needs={it.key, *needed},
            rank=rank.TABLE_OPTION,
        )


def _persistence(context: Context, it: Table, unlogged: bool) -> Step:
    """SET LOGGED or UNLOGGED: between foreign keys that go and those that come, which the server holds against it."""
    going = {
        table.child(Kind.CONSTRAINT, c.name)
        for table in context.actual.tables()
        for c in table.constraints
        if isinstance(c, ForeignKey) and it.key in (table.key, c.references)
    }
    return context.step(
        f"ALTER TABLE {qualified(it.key)} SET {'UNLOGGED' if unlogged else 'LOGGED'}",
        it.key,
        "alter",
        "persistence differs",
        cost="rewrite_table",
        table=it.key,
        others={"sequences": reach.sequences_of(context, it.key)},
        creates={persistence_of(it.key)},
        needs={it.key},
        follows=going,
        rank=rank.TABLE_OPTION,
    )


def _clauses(it: Table, old: TableOptions, new: TableOptions) -> Iterator[tuple[str, str, str, tuple[ObjectKey, ...]]]:
    for clause in storage_changes(old.storage, new.storage):
        yield clause, "storage parameters differ", "light", ()
    if new.foreign and old.foreign and (listed := foreign.option_changes(old.foreign.settings, new.foreign.settings)):
        yield listed, "options differ", "instant", ()
    if new.access_method != old.access_method:
        method = new.access_method or "heap"
        yield f"SET ACCESS METHOD {quoted(method)}", "another access method", "rewrite_table", ()
    if new.row_security != old.row_security:
        word, cost = ("ENABLE", "enable_row_security") if new.row_security else ("DISABLE", "disable_row_security")
        yield f"{word} ROW LEVEL SECURITY", "row security differs", cost, ()
    if new.force_row_security != old.force_row_security:
        word = "FORCE" if new.force_row_security else "NO FORCE"
        cost = "enable_row_security" if new.force_row_security else "disable_row_security"
        yield f"{word} ROW LEVEL SECURITY", "row security differs", cost, ()
    if new.replica_identity != old.replica_identity:
        words = {"d": "DEFAULT", "n": "NOTHING", "f": "FULL"}
        word = words.get(new.replica_identity) or f"USING INDEX {quoted(new.replica_identity)}"
        needed = () if new.replica_identity in words else _index_keys(it, new.replica_identity)
        yield f"REPLICA IDENTITY {word}", "replica identity differs", "instant", needed
    if new.clustered_on != old.clustered_on:
        if new.clustered_on:
            needed = _index_keys(it, new.clustered_on)
            yield f"CLUSTER ON {quoted(new.clustered_on)}", "clustered on another index", "light", needed
        else:
            yield "SET WITHOUT CLUSTER", "not to be clustered", "light", ()


def _index_keys(it: Table, name: str) -> tuple[ObjectKey, ...]:
    if not any(i.name == name for i in it.indexes) and not any(c.name == name for c in it.constraints):
        if parents := new_heirs.options_of(it).parents:
            return parents  # from there it has it
        raise ImpossibleError(f"{it.key} names an index {name!r} that it does not have", subject=str(it.key))
    return it.child(Kind.INDEX, name), it.child(Kind.CONSTRAINT, name)
