"""What can only be told when all is read: targets of foreign keys, types created later, names of sequences."""

from __future__ import annotations

from dataclasses import replace

from schemactl.errors import MissingObjectError, SourceError, SqlSyntaxError, UnsupportedError
from schemactl.model import (
    Catalog,
    Column,
    Composite,
    DataType,
    Desired,
    Domain,
    ForeignKey,
    Index,
    Kind,
    ObjectKey,
    Range,
    SchemaObject,
    Table,
)
from schemactl.model.catalog import sorted_catalog
from schemactl_postgres.inheritance import stands_for
from schemactl_postgres.names import generated_name
from schemactl_postgres.options import TableOptions
from schemactl_postgres.read.finish_definitions import finished_definitions
from schemactl_postgres.read.foreign_server import finished_wrappers
from schemactl_postgres.read.policy import frozen_policies
from schemactl_postgres.read.privileges import frozen_defaults, frozen_privileges
from schemactl_postgres.read.publication import frozen_published
from schemactl_postgres.read.routine_finish import finished_routines, finished_triggers
from schemactl_postgres.read.rule import finished_rules
from schemactl_postgres.read.state import INDEXED, State, TableDraft
from schemactl_postgres.read.view import finished_views
from schemactl_postgres.sql import qualified, quoted

_PLAIN = TableOptions()


def finished(state: State) -> Desired:
    """The catalog of all that the scripts made. Raises MissingObjectError for a foreign key to nothing."""
    objects: list[SchemaObject] = [*state.schemas.values(), *state.extensions.values(), *state.roles.values()]
    objects += [*state.enums.values(), *state.sequences.values()]
    objects += [_type(state, found) for found in state.types.values()]
    objects += state.collations.values()
    objects += finished_definitions(state)
    objects += [*finished_routines(state), *finished_triggers(state), *state.event_triggers.values()]
    objects += [*finished_wrappers(state), *state.servers.values(), *state.publications.values()]
    made = (*state.routines, *state.tables, *state.enums, *state.types, *state.sequences)
    managed = {key.schema for key in made} | set(state.schemas)
    for table in state.tables.values():
        _resolve_foreign_keys(state, table, managed)
        _refuse_lacking(state, table)
        objects.append(_frozen(state, table))
        objects += [replace(s, table=table.key) for s in table.statistics.values()]
        objects += frozen_policies(table)
        objects += frozen_published(table)
    objects += finished_rules(state)
    objects += finished_views(state, [o.key for o in objects])
    objects += [*frozen_defaults(state), *frozen_privileges(state)]
    catalog: Catalog = sorted_catalog(objects)
    return Desired(catalog=catalog, places=state.places, states=frozenset(state.states))


def _frozen(state: State, table: TableDraft) -> Table:
    return Table(
        schema=table.schema,
        name=table.name,
        columns=tuple(_column(state, table, c) for c in table.columns.values()),
        constraints=tuple(sorted(table.constraints.values(), key=lambda c: c.name)),
        indexes=tuple(sorted(table.indexes.values(), key=lambda i: i.name)),
        comment=table.comment,
        options=None if table.options == _PLAIN else _options(table),
    )


def _options(table: TableDraft) -> TableOptions:
    named = [part for _, part in table.inherited.values() if isinstance(part, Index) and not part.generated_name]
    return replace(
        table.options,
        own_columns=tuple(sorted(table.own)),
        given_indexes=tuple(sorted(named, key=lambda i: i.name)),
    )


def _type(state: State, found: Composite | Domain | Range) -> Composite | Domain | Range:
    match found:
        case Composite():
            attributes = tuple(replace(a, type=_homed(state, a.type)) for a in found.attributes)
            return replace(found, attributes=attributes)
        case Domain():
            return replace(found, type=_homed(state, found.type))
        case Range():
            return replace(found, subtype=_homed(state, found.subtype))


def _homed(state: State, data: DataType) -> DataType:
    """The type, in the default schema where it was made there after it was named without one."""
    if data.uses is None or data.uses.schema:
        return data
    key = ObjectKey(kind=Kind.TYPE, schema=state.default_schema, name=data.uses.name)
    table = ObjectKey(kind=Kind.TABLE, schema=state.default_schema, name=data.uses.name)
    ranges = {(r.schema, r.multirange) for r in state.types.values() if isinstance(r, Range)}
    known = key in state.enums or key in state.types or table in state.tables or (key.schema, key.name) in ranges
    if not known:
        return data
    return DataType(text=qualified(key) + data.text.removeprefix(quoted(key.name)), uses=key)


def _column(state: State, table: TableDraft, column: Column) -> Column:
    column = replace(column, type=_homed(state, column.type))
    if column.identity is not None:
        name = table.identities.get(column.name)
        if name != generated_name(table.name, column.name, "seq"):
            column = replace(column, identity=replace(column.identity, sequence=name))
    return column


def _resolve_foreign_keys(state: State, table: TableDraft, managed: set[str]) -> None:
    for name, constraint in table.constraints.items():
        if not isinstance(constraint, ForeignKey):
            continue
        target = state.tables.get(constraint.references)
        if target is None:
            if constraint.references.schema in managed:
                raise _error(state, table, constraint, f"references {constraint.references}, which is not created")
            continue
        columns = constraint.referenced_columns
        if not columns:
            primary = target.primary_key
            if primary is None:
                raise _error(state, table, constraint, f"references {target.key}, which has no primary key")
            if len(primary.columns) != len(constraint.columns):
                raise _error(
                    state,
                    table,
                    constraint,
                    f"has {len(constraint.columns)} columns, the primary key of {target.key} has "
                    f"{len(primary.columns)}",
                    SqlSyntaxError,
                )
            table.constraints[name] = replace(constraint, referenced_columns=primary.columns)
        for column in columns:
            if column not in target.columns:
                raise _error(state, table, constraint, f"references the column {column}, which {target.key} lacks")


def _refuse_lacking(state: State, table: TableDraft) -> None:
    """Refuse an index or a key made ON ONLY a partitioned table that not each partition has: no query can use it.

    A key of a partition's own that fits passes: where the server has not taken it for the index, the plan sees to it.
    """
    if table.options.partition_by is None:
        return
    keys = {name: part for name, part in table.constraints.items() if isinstance(part, INDEXED)}
    given = {name: part for name, (_, part) in table.inherited.items()}
    for child in state.children(table):
        if child.options.foreign is not None:
            continue
        attached = {parents for parents, _ in child.inherited.values()}
        for name, part in {**keys, **table.indexes, **given}.items():
            if name in attached or any(stands_for(own, part) for own in child.constraints.values()):
                continue
            kind = Kind.INDEX if isinstance(part, Index) else Kind.CONSTRAINT
            raise UnsupportedError(
                f"the index {name} of {table.key.path} would stay INVALID: the partition {child.key.path} has no part of it",
                place=state.places.get(table.child(kind, name)) or state.places.get(table.key),
                subject=table.child(kind, name).path,
                hint="leave out ONLY, or attach an index of each partition: ALTER INDEX ... ATTACH PARTITION ...",
            )


def _error(
    state: State,
    table: TableDraft,
    constraint: ForeignKey,
    problem: str,
    cls: type[SourceError] = MissingObjectError,
) -> SourceError:
    key = table.child(Kind.CONSTRAINT, constraint.name)
    return cls(
        f"the foreign key {constraint.name} of {table.key.path} {problem}",
        place=state.targets.get(key) or state.places.get(key),
        subject=key.path,
        hint="create the table, or correct the name; write the schema's name before it if it is not managed",
    )
