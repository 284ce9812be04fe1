"""How the values of a column get from one type of the user's to another."""

from __future__ import annotations

from schemactl.model import Catalog, Composite, DataType, Domain, ObjectKey
from schemactl_postgres.ddl.context import Context
from schemactl_postgres.ddl.retype import is_castable
from schemactl_postgres.ddl.successor import old_key, old_type
from schemactl_postgres.sql import quoted


def converted(context: Context, name: str, was: DataType, it: DataType) -> str:
    """The expression that makes the value `name` of type `was` one of type `it`.

    Where there is no cast from the one to the other, its text is read as the other: that fails on a value that does
    not fit. The attributes of a composite go over one by one where their places differ, for its text would give each
    to another.
    """
    key = it.uses
    if key is not None and key in context.replaced and was.uses == old_key(key):
        before, after = context.actual.get(key), context.desired.get(key)
        if isinstance(before, Composite) and isinstance(after, Composite) and _moved(before, after):
            return _row(context, name, before, after, it)
    return _cast(context, name, was, it)


def _cast(context: Context, value: str, was: DataType, it: DataType) -> str:
    source, target = base_of(context, context.actual, was), base_of(context, context.desired, it)
    if is_castable(source, target):
        return f"{value}::{it.text}"
    arrays = source.endswith("]") and target.endswith("]")
    return f"{value}::text{'[]' if arrays else ''}::{it.text}"


def base_of(context: Context, catalog: Catalog, type_: DataType) -> str:
    """The type as casts see it: that beneath a domain, unless it is an array of the domain."""
    text = type_.text
    while type_.uses is not None and not text.endswith("]"):
        found = catalog.get(_live(context, type_.uses) if catalog is context.actual else type_.uses)
        if not isinstance(found, Domain):
            break
        type_ = found.type
        if catalog is context.actual and type_.uses in context.replaced:
            type_ = old_type(type_)
        text = type_.text
    return text


def _live(context: Context, key: ObjectKey) -> ObjectKey:
    """The key that a type bears in the live catalog, given its old name or its own."""
    return next((k for k in context.replaced if old_key(k) == key), key)


def _moved(before: Composite, after: Composite) -> bool:
    return [a.name for a in before.attributes] != [a.name for a in after.attributes]


def _row(context: Context, name: str, before: Composite, after: Composite, it: DataType) -> str:
    old = {a.name: a.type for a in before.attributes}
    values = []
    for attribute in after.attributes:
        was = old.get(attribute.name)
        value = f"({name}).{quoted(attribute.name)}"
        if was is None:
            values.append("NULL")
        elif was.uses in context.replaced:
            values.append(_cast(context, value, old_type(was), attribute.type))
        else:
            values.append(value if was == attribute.type else _cast(context, value, was, attribute.type))
    return f"CASE WHEN {name} IS DISTINCT FROM NULL THEN ROW({', '.join(values)})::{it.text} END"
