"""A catalog in which one thing has another name, wherever it is mentioned: as the server shows it afterwards."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from schemactl.model import (
    Aggregate,
    Attribute,
    Catalog,
    Column,
    Composite,
    DataType,
    Definition,
    Domain,
    Enum,
    Exclusion,
    Expression,
    ForeignKey,
    Index,
    IndexPart,
    Kind,
    NotNull,
    ObjectKey,
    Options,
    Policy,
    PrimaryKey,
    Privileges,
    Publication,
    PublishedTable,
    Range,
    Routine,
    Sequence,
    Statistics,
    Table,
    Trigger,
    Unique,
    View,
    ViewColumn,
)
from schemactl_postgres.canonical import canonicalise
from schemactl_postgres.inheritance import parents_of
from schemactl_postgres.names import generated_name
from schemactl_postgres.options import MaterializedOptions, PartOptions, Surroundings, TableOptions
from schemactl_postgres.read.expressions import renamed_column
from schemactl_postgres.read.range_type import multirange_name
from schemactl_postgres.renamed_text import Text, following
from schemactl_postgres.settle_not_null import NAMED

Follow = Callable[[ObjectKey], ObjectKey]

#: Strings that are names as SQL writes them.
_WRITTEN: dict[type, tuple[str, ...]] = {
    Attribute: ("collation",),
    Column: ("collation",),
    Domain: ("collation",),
    IndexPart: ("collation",),
    PartOptions: ("opclass",),
    Range: ("opclass", "collation", "canonical", "subtype_diff"),
    Routine: ("support",),
    ViewColumn: ("type", "collation"),
}


def renamed(catalog: Catalog, old: ObjectKey, new: ObjectKey) -> Catalog:
    """`catalog` with `old` under the key of `new`: of one kind, with another name or another schema.

    A column's name goes down to partitions and heirs, a table's schema to its sequences, as on the server. Text of
    which it cannot be told what becomes of it equals no other afterwards: what it belongs to is made again.
    """
    if old.kind is Kind.COLUMN:
        for heir in _heirs(catalog, old.schema, old.table):
            catalog = renamed(catalog, heir.child(Kind.COLUMN, old.name), heir.child(Kind.COLUMN, new.name))
    known = catalog.surroundings
    names = not isinstance(known, Surroundings) or known.major >= NAMED
    objects = tuple(_own(o, old, new, names) for o in catalog.objects)
    follow, text = _follow(old, new), following(old, new, frozenset(o.key for o in catalog.objects))
    objects = tuple(sorted((_walked(o, follow, text) for o in objects), key=lambda o: o.key))
    known = _surroundings(known, follow)
    outsiders = tuple(_walked(o, follow, text) for o in catalog.outsiders)
    catalog = canonicalise(replace(catalog, objects=objects, surroundings=known, outsiders=outsiders))
    if multirange := multirange_follows(old, new, catalog):
        catalog = renamed(catalog, *multirange)
    if old.kind is Kind.TABLE and old.schema != new.schema:
        for sequence in catalog.objects:
            owner = sequence.owned_by if isinstance(sequence, Sequence) else None
            if owner is not None and owner.parent == new and sequence.key.schema == old.schema:
                catalog = renamed(catalog, sequence.key, replace(sequence.key, schema=new.schema))
    return catalog


def multirange_follows(old: ObjectKey, new: ObjectKey, catalog: Catalog) -> tuple[ObjectKey, ObjectKey] | None:
    """The multirange of a renamed range, under its old and its new name, where it is called as the server calls one.

    The server leaves its name as it is, but a column may be of it, by the name that a new one would have.
    """
    found = catalog.get(new) if old.kind is Kind.TYPE else None
    if not isinstance(found, Range) or old.name == new.name or found.multirange != multirange_name(old.name):
        return None
    return replace(new, name=found.multirange), replace(new, name=multirange_name(new.name))


def _heirs(catalog: Catalog, schema: str, name: str) -> list[Table]:
    table = ObjectKey(kind=Kind.TABLE, schema=schema, name=name)
    return [t for t in catalog.tables() if table in parents_of(t)]


def _surroundings(known: Options | None, follow: Follow) -> Options | None:
    if not isinstance(known, Surroundings):
        return known
    return replace(
        known,
        owners={follow(key): role for key, role in known.owners.items()},
        granted_by_others=frozenset(map(follow, known.granted_by_others)),
        toastless=frozenset(map(follow, known.toastless)),
    )


def _follow(old: ObjectKey, new: ObjectKey) -> Follow:
    """How keys follow: the thing's own, those of what stands in it, and of routines that take arguments of it."""
    text = following(old, new)

    def follow(key: ObjectKey) -> ObjectKey:
        if key == old:
            return new
        if key.kind is Kind.ROUTINE and "(" in key.name and old.kind is not Kind.ROUTINE:
            bare, _, arguments = key.name.partition("(")
            key = replace(key, name=f"{bare}({text(arguments.removesuffix(')'))})")
        if old.kind is Kind.SCHEMA:
            return replace(key, schema=new.name) if key.schema == old.name else key
        holds = old.kind in (Kind.TABLE, Kind.VIEW, Kind.TYPE) and not old.table
        if holds and key.schema == old.schema and key.table == old.name:
            return replace(key, schema=new.schema, table=new.name)
        if old.kind in (Kind.TABLE, Kind.VIEW) and key == replace(old, kind=Kind.TYPE):
            return replace(new, kind=Kind.TYPE)
        return key

    return follow


def _walked(value: Any, follow: Follow, text: Text) -> Any:
    """The value with each key, type and expression in it followed."""
    if isinstance(value, ObjectKey):
        return follow(value)
    if isinstance(value, DataType):
        return DataType(text=text(value.text), uses=follow(value.uses) if value.uses is not None else None)
    if isinstance(value, Expression):
        return replace(value, text=text(value.text), uses=tuple(map(follow, value.uses)))
    if isinstance(value, tuple):
        return tuple(_walked(v, follow, text) for v in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
        changed = {name: new for name, was in fields.items() if (new := _walked(was, follow, text)) is not was}
        for name in _WRITTEN.get(type(value), ()):
            if fields[name] is not None:
                changed[name] = text(fields[name])
        if isinstance(value, Aggregate):
            changed["options"] = tuple((name, text(written)) for name, written in value.options)
        if isinstance(value, Definition):
            changed["properties"] = tuple((name, text(written)) for name, written in value.properties)
        for name in ("schema", "table"):
            if isinstance(fields.get(name), str) and hasattr(value, "key") and fields.get("schema"):
                changed[name] = getattr(follow(value.key), name)
        return replace(value, **changed)
    return value


def _own(it: Any, old: ObjectKey, new: ObjectKey, names: bool) -> Any:
    """The object, where it is itself what is renamed, or holds it."""
    if it.key == old:
        return _itself(it, old, new, names)
    if isinstance(it, Range) and replace(it.key, name=it.multirange) == old:
        return replace(it, multirange=new.name)
    if isinstance(it, Publication) and old.kind is Kind.SCHEMA:
        return replace(it, schemas=tuple(sorted(_swapped(it.schemas, old, new))))
    owner = (old.schema, old.table)
    if isinstance(it, Table) and old.kind in (Kind.COLUMN, Kind.CONSTRAINT, Kind.INDEX):
        return _table(it, old, new, names) if (it.schema, it.name) == owner else _foreign_keys(it, old, new)
    if old.kind is Kind.COLUMN and (of := _on_table(it)) is not None and (of.schema, of.name) == owner:
        return _beside(it, old, new)
    if (getattr(it, "schema", ""), getattr(it, "name", "")) == owner:
        match it:
            case Enum() if old.kind is Kind.ENUM_VALUE:
                return replace(it, values=_swapped(it.values, old, new))
            case Composite() if old.kind is Kind.COLUMN:
                named = (replace(a, name=new.name) if a.name == old.name else a for a in it.attributes)
                return replace(it, attributes=tuple(named))
            case Domain() if old.kind is Kind.CONSTRAINT:
                return replace(it, constraints=_named(it.constraints, old, new))
            case View() if old.kind is Kind.INDEX:
                options = it.options
                if isinstance(options, MaterializedOptions) and options.clustered_on == old.name:
                    options = replace(options, clustered_on=new.name)
                return replace(it, indexes=_named(it.indexes, old, new), options=options)
    return it


def _itself(it: Any, old: ObjectKey, new: ObjectKey, names: bool) -> Any:
    """The object under its new name, in its new schema."""
    name = new.name
    if isinstance(it, Routine | Aggregate):
        name = name.removesuffix(old.name[len(it.name) :])
    it = replace(it, name=name, **({"schema": new.schema} if new.schema else {}))
    return _named_not_nulls(_named_identities(it, old.name), old.name, names) if isinstance(it, Table) else it


def _named(parts: tuple[Any, ...], old: ObjectKey, new: ObjectKey) -> tuple[Any, ...]:
    named = (replace(p, name=new.name) if p.name == old.name else p for p in parts)
    return tuple(sorted(named, key=lambda p: p.name))


def _on_table(it: Any) -> ObjectKey | None:
    """The table that an object of its own is about."""
    match it:
        case Statistics(table=table):
            return table
        case Policy() | PublishedTable():
            return it.on
        case Privileges(target=target):
            return target if target.kind is Kind.TABLE else None
        case Trigger():
            return it.key.parent
        case _:
            return None


def _beside(it: Any, old: ObjectKey, new: ObjectKey) -> Any:
    """What stands beside a table one of whose columns is renamed, and names it."""

    def text(expression: Expression) -> Expression:
        # A column in a query may be another table's.
        return expression if "select" in expression.text.lower() else _column_text(expression, {old.name}, old, new)

    match it:
        case Statistics():
            columns = tuple(sorted(_swapped(it.columns, old, new)))
            return replace(it, columns=columns, expressions=tuple(map(text, it.expressions)))
        case Policy():
            using, check = (None if e is None else text(e) for e in (it.using, it.check))
            return replace(it, using=using, check=check)
        case PublishedTable():
            where = None if it.where is None else text(it.where)
            return replace(it, columns=tuple(sorted(_swapped(it.columns, old, new))), where=where)
        case Privileges():
            grants = (replace(g, column=new.name) if g.column == old.name else g for g in it.grants)
            return replace(it, grants=tuple(sorted(grants)))
        case Trigger():
            columns = _swapped(it.columns, old, new)
            return replace(it, columns=columns, when=None if it.when is None else text(it.when))


def _swapped(names: tuple[str, ...], old: ObjectKey, new: ObjectKey) -> tuple[str, ...]:
    return tuple(new.name if n == old.name else n for n in names)


def _named_identities(table: Table, old: str) -> Table:
    """Sequences of identities keep the names that the server made up for them."""

    def column(it: Column) -> Column:
        if it.identity is None or it.identity.sequence is not None:
            return it
        return replace(it, identity=replace(it.identity, sequence=generated_name(old, it.name, "seq")))

    return replace(table, columns=tuple(map(column, table.columns)))


def _named_not_nulls(table: Table, old: str, names: bool, column: str = "") -> Table:
    """NOT NULL keeps the name that the server made up for it, when its table gets another name or its `column`."""

    def named(it: Column) -> Column:
        if not names or it.nullable or it.not_null is not None or (column and it.name != column):
            return it
        return replace(it, not_null=NotNull(name=generated_name(old, it.name, "not_null")))

    return replace(table, columns=tuple(map(named, table.columns)))


def _table(table: Table, old: ObjectKey, new: ObjectKey, not_nulls: bool) -> Table:
    if old.kind is not Kind.COLUMN:
        parts = {Kind.CONSTRAINT: "constraints", Kind.INDEX: "indexes"}[old.kind]
        table = replace(table, **{parts: _named(getattr(table, parts), old, new)})  # type: ignore[arg-type]
        return _marks(table, old.name, new.name)
    table = _named_not_nulls(table, table.name, not_nulls, old.name)
    names = {c.name for c in table.columns}
    table = replace(
        table,
        columns=tuple(_column(c, names, old, new) for c in table.columns),
        constraints=tuple(_constraint(c, names, old, new) for c in table.constraints),
        indexes=tuple(_part(i, names, old, new) for i in table.indexes),
        options=_options(table.options, names, old, new),
    )
    return _foreign_keys(table, old, new)


def _marks(table: Table, old: str, new: str) -> Table:
    options = table.options
    if not isinstance(options, TableOptions):
        return table
    clustered = new if options.clustered_on == old else options.clustered_on
    identity = new if options.replica_identity == old else options.replica_identity
    return replace(table, options=replace(options, clustered_on=clustered, replica_identity=identity))


def _options(options: Options | None, names: set[str], old: ObjectKey, new: ObjectKey) -> Options | None:
    """The key of partitions, and what the table has from its parents."""
    if not isinstance(options, TableOptions):
        return options
    key = options.partition_by
    return replace(
        options,
        partition_by=None if key is None else replace(key, parts=_index_parts(key.parts, names, old, new)),
        own_columns=_swapped(options.own_columns, old, new),
        given_constraints=tuple(_constraint(c, names, old, new) for c in options.given_constraints),
        given_indexes=tuple(_part(i, names, old, new) for i in options.given_indexes),
    )


def _column(it: Column, names: set[str], old: ObjectKey, new: ObjectKey) -> Column:
    if it.generated is not None:
        it = replace(
            it, generated=replace(it.generated, expression=_column_text(it.generated.expression, names, old, new))
        )
    if it.name != old.name:
        return it
    if it.identity is not None and it.identity.sequence is None:
        it = replace(it, identity=replace(it.identity, sequence=generated_name(old.table, old.name, "seq")))
    return replace(it, name=new.name)


def _column_text(it: Expression, names: set[str], old: ObjectKey, new: ObjectKey) -> Expression:
    return renamed_column(it, dict.fromkeys(names), old.name, new.name)


def _constraint(it: Any, names: set[str], old: ObjectKey, new: ObjectKey) -> Any:
    match it:
        case PrimaryKey() | Unique():
            return replace(it, columns=_swapped(it.columns, old, new), include=_swapped(it.include, old, new))
        case ForeignKey():
            listed = _swapped(it.on_delete_columns, old, new)
            return replace(it, columns=_swapped(it.columns, old, new), on_delete_columns=listed)
        case Exclusion():
            return _part(it, names, old, new)
        case _:
            return replace(it, expression=_column_text(it.expression, names, old, new))


def _part(it: Any, names: set[str], old: ObjectKey, new: ObjectKey) -> Any:
    assert isinstance(it, Index | Exclusion)
    parts = _index_parts(it.parts, names, old, new)
    predicate = None if it.predicate is None else _column_text(it.predicate, names, old, new)
    return replace(it, parts=parts, include=_swapped(it.include, old, new), predicate=predicate)


def _index_parts(
    parts: tuple[IndexPart, ...], names: set[str], old: ObjectKey, new: ObjectKey
) -> tuple[IndexPart, ...]:
    return tuple(
        replace(p, expression=_column_text(p.expression, names, old, new))
        if p.expression is not None
        else replace(p, column=new.name if p.column == old.name else p.column)
        for p in parts
    )


def _foreign_keys(table: Table, old: ObjectKey, new: ObjectKey) -> Table:
    """Foreign keys to a column that is renamed."""
    if old.kind is not Kind.COLUMN:
        return table
    target = ObjectKey(kind=Kind.TABLE, schema=old.schema, name=old.table)
    constraints = tuple(
        replace(c, referenced_columns=_swapped(c.referenced_columns, old, new))
        if isinstance(c, ForeignKey) and c.references == target
        else c
        for c in table.constraints
    )
    return replace(table, constraints=constraints)
