"""How the values of a column get from one type of the user's to another."""

from __future__ import annotations

from schemactl.model import Catalog, Composite, DataType, Domain, ObjectKey
from schemactl_postgres.ddl.context import Context
from schemactl_postgres.ddl.successor import old_key
from schemactl_postgres.sql import quoted


def converted(context: Context, name: str, was: DataType, it: DataType) -> str:
    """The expression that makes the value `name` of type `was` one of type `it`.

    Between two types of the user's own there is no cast but the one through text. The attributes of a composite go
    over one by one where their places differ, for its text would give each to another.
    """
    if not (was.uses and it.uses):
        return f"{name}::{it.text}"
    key = it.uses
    if key in context.replaced and was.uses == old_key(key):
        before, after = context.actual.get(key), context.desired.get(key)
        if isinstance(before, Composite) and isinstance(after, Composite) and _moved(before, after):
            return _row(context, name, before, after, it)
    if not was.text.endswith("]") and _is_plain(context.actual, _live(context, was.uses)):
        return f"{name}::{it.text}"
    return f"{name}::text{'[]' * it.text.count('[]')}::{it.text}"


def _live(context: Context, key: ObjectKey) -> ObjectKey:
    """The key that a type bears in the live catalog, given its old name or its own."""
    return next((k for k in context.replaced if old_key(k) == key), key)


def _is_plain(catalog: Catalog, key: ObjectKey) -> bool:
    """Whether a type is a domain over one of the server's own, whose casts it then has."""
    found = catalog.get(key)
    while isinstance(found, Domain):
        if found.type.uses is None:
            return True
        found = catalog.get(found.type.uses)
    return False


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
            values.append(f"{value}::text::{attribute.type.text}")
        else:
            values.append(value if was == attribute.type else f"{value}::{attribute.type.text}")
    return f"CASE WHEN {name} IS DISTINCT FROM NULL THEN ROW({', '.join(values)})::{it.text} END"
