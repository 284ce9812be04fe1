"""Every expression of a catalog, where it stands: with the types of its table's columns, and of its own column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from schemactl.model import (
    Catalog,
    Check,
    Column,
    Composite,
    Constraint,
    Domain,
    Enum,
    Exclusion,
    Expression,
    Index,
    IndexPart,
    Kind,
    ObjectKey,
    Options,
    Policy,
    PublishedTable,
    Range,
    Routine,
    Rule,
    SchemaObject,
    Statistics,
    Table,
    Trigger,
    UserType,
    View,
)
from schemactl_postgres.canonical.bounds import bounded
from schemactl_postgres.canonical.expression import canonical
from schemactl_postgres.canonical.nulls import NULL, without_dropped_nulls
from schemactl_postgres.canonical.policies import policy_of
from schemactl_postgres.canonical.publications import published_of
from schemactl_postgres.canonical.query import canonical_query
from schemactl_postgres.canonical.resolve import Context
from schemactl_postgres.canonical.routines import routine_of, trigger_of
from schemactl_postgres.canonical.statistics import statistics_of
from schemactl_postgres.canonical.typenames import path_of, type_of
from schemactl_postgres.canonical.user_types import is_null, type_of_user
from schemactl_postgres.indexed import as_table, with_indexes
from schemactl_postgres.options import TableOptions


def canonicalise(catalog: Catalog, *, default_schema: str = "public") -> Catalog:
    """`catalog` with `canonical` and `uses` of each expression filled in, from its `text` alone.

    A default of NULL is none where the server stores none. `default_schema` is that of unqualified sequences and types.
    """
    types = {name: schema for schema, name in catalog.known_types if schema == default_schema}
    types |= {o.name: o.schema for o in catalog.objects if isinstance(o, UserType) and o.schema == default_schema}
    made = {o.key: isinstance(o, Domain) for o in catalog.objects if isinstance(o, UserType)}

    def is_domain(key: ObjectKey) -> bool | None:
        return made.get(key if key.schema else replace(key, schema=default_schema))

    objects = [without_dropped_nulls(_canonical(o, types, default_schema), is_domain) for o in catalog.objects]
    tables = {o.key: o for o in objects if isinstance(o, Table)}
    contexts = {key: context_of(table, types, default_schema) for key, table in tables.items()}
    objects = [_on_table(o, tables, contexts, Context({}, "", default_schema, types)) for o in objects]
    return replace(catalog, objects=tuple(bounded(objects)))


def _on_table(
    thing: SchemaObject, tables: Mapping[ObjectKey, Table], contexts: Mapping[ObjectKey, Context], nowhere: Context
) -> SchemaObject:
    match thing:
        case Policy():
            return policy_of(thing, contexts.get(thing.on))
        case PublishedTable():
            return published_of(thing, contexts.get(thing.on))
        case Statistics():
            return statistics_of(thing, tables.get(thing.table), contexts.get(thing.table, nowhere))
        case Trigger() if thing.key.parent is not None:
            return trigger_of(thing, contexts.get(thing.key.parent), tables.get(thing.key.parent))
        case _:
            return thing


def _canonical(thing: SchemaObject, types: Mapping[str, str], default_schema: str) -> SchemaObject:
    match thing:
        case Table():
            return table_of(thing, types, default_schema)
        case Composite() | Domain() | Enum() | Range():
            return type_of_user(thing, types, default_schema)
        case View():
            # Only one side knows the types of a view's columns, so neither makes use of them.
            thing = with_indexes(thing, table_of(as_table(thing), types, default_schema))
            query = replace(thing.query, canonical=canonical_query(thing.query.text, thing.names))
            return replace(thing, query=query)
        case Routine():
            return routine_of(thing, types, default_schema)
        case Rule():
            return replace(thing, body=replace(thing.body, canonical=canonical_query(thing.body.text)))
        case _:
            return thing


def table_of(table: Table, types: Mapping[str, str], default_schema: str) -> Table:
    """One table with all its expressions canonical."""
    return _TableOf(table, types, default_schema).table()


def context_of(table: Table, types: Mapping[str, str], default_schema: str) -> Context:
    """What names mean in expressions of `table`. A type of its columns is known without its schema."""
    columns: dict[str, str] = {}
    own: dict[str, set[str]] = {}
    for column in table.columns:
        found = type_of(column.type.text)
        if found is not None:
            columns[column.name] = path_of(found)
            if found.schema:
                own.setdefault(found.name, set()).add(found.schema)
    named = {name: next(iter(schemas)) for name, schemas in own.items() if len(schemas) == 1}
    return Context(columns, table.name, default_schema, {**types, **named} if named else types)


class _TableOf:
    def __init__(self, table: Table, types: Mapping[str, str], default_schema: str) -> None:
        self.source = table
        self.context = context_of(table, types, default_schema)

    def table(self) -> Table:
        table = self.source
        return replace(
            table,
            columns=tuple(map(self.column, table.columns)),
            constraints=tuple(map(self.constraint, table.constraints)),
            indexes=tuple(map(self.index, table.indexes)),
            options=self.options(table.options),
        )

    def options(self, options: Options | None) -> Options | None:
        if not isinstance(options, TableOptions):
            return options
        if options.partition_by is not None:
            key = replace(options.partition_by, parts=self.parts(options.partition_by.parts))
            options = replace(options, partition_by=key)
        return replace(
            options,
            given_constraints=tuple(map(self.constraint, options.given_constraints)),
            given_indexes=tuple(map(self.index, options.given_indexes)),
        )

    def expression(self, source: Expression, target: str | None = None) -> Expression:
        found = canonical(source.text, self.context, target)
        uses = (*(self.source.child(Kind.COLUMN, name) for name in found.columns), *found.uses)
        return Expression(text=source.text, canonical=found.text, uses=uses)

    def column(self, column: Column) -> Column:
        if column.default is None and column.generated is None:
            return column
        target = self.context.columns.get(column.name)
        default, generated = column.default, column.generated
        if default is not None:
            null = Expression(text=default.text, canonical=NULL)
            default = null if is_null(default.text) else self.expression(default, target)
        if generated is not None:
            generated = replace(generated, expression=self.expression(generated.expression, target))
        return replace(column, default=default, generated=generated)

    def constraint(self, constraint: Constraint) -> Constraint:
        if isinstance(constraint, Check):
            return replace(constraint, expression=self.expression(constraint.expression))
        if isinstance(constraint, Exclusion):
            return replace(constraint, parts=self.parts(constraint.parts), predicate=self.predicate(constraint))
        return constraint

    def index(self, index: Index) -> Index:
        if index.predicate is None and all(part.expression is None for part in index.parts):
            return index
        return replace(index, parts=self.parts(index.parts), predicate=self.predicate(index))

    def parts(self, parts: tuple[IndexPart, ...]) -> tuple[IndexPart, ...]:
        return tuple(
            part if part.expression is None else replace(part, expression=self.expression(part.expression))
            for part in parts
        )

    def predicate(self, owner: Index | Exclusion) -> Expression | None:
        return self.expression(owner.predicate) if owner.predicate is not None else None
