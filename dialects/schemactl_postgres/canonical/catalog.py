"""Every expression of a catalog, where it stands: with the types of its table's columns, and of its own column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from schemactl.model import (
    Catalog,
    Check,
    Column,
    Constraint,
    Enum,
    Exclusion,
    Expression,
    Index,
    IndexPart,
    Kind,
    Routine,
    SchemaObject,
    Table,
    Trigger,
)
from schemactl_postgres.canonical.expression import canonical
from schemactl_postgres.canonical.resolve import Context
from schemactl_postgres.canonical.routines import routine_of, trigger_of
from schemactl_postgres.canonical.syntax import parse
from schemactl_postgres.canonical.tree import Cast, Constant
from schemactl_postgres.canonical.typenames import path_of, type_of


def canonicalise(catalog: Catalog, *, default_schema: str = "public") -> Catalog:
    """`catalog` with `canonical` and `uses` of each expression filled in, from its `text` alone.

    A default of NULL is none where the server stores none. `default_schema` is that of unqualified sequences and types.
    """
    types = {name: schema for schema, name in catalog.known_types if schema == default_schema}
    types |= {o.name: o.schema for o in catalog.objects if isinstance(o, Enum) and o.schema == default_schema}
    tables = {o.key: o for o in catalog.objects if isinstance(o, Table)}

    def of(found: SchemaObject) -> SchemaObject:
        if isinstance(found, Table):
            return table_of(found, types, default_schema)
        if isinstance(found, Routine):
            return routine_of(found, types, default_schema)
        if isinstance(found, Trigger) and found.key.parent is not None:
            table = tables.get(found.key.parent)
            return trigger_of(found, context_of(table, types, default_schema) if table else None, table)
        return found

    return replace(catalog, objects=tuple(map(of, catalog.objects)))


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
            # The server keeps a NULL that it must cast to a length, and one that overrides a domain's default.
            plain = column.type.uses is None and "(" not in column.type.text
            if _is_null(default.text):
                default = None if plain else Expression(text=default.text, canonical="NULL")
            else:
                default = self.expression(default, target)
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


def _is_null(text: str) -> bool:
    tree = parse(text)
    while isinstance(tree, Cast):
        tree = tree.operand
    return isinstance(tree, Constant) and tree.type == "null"
