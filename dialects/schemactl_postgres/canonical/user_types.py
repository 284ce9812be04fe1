"""Domains with canonical expressions, and what each type of the user's rests on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from schemactl.model import Check, Composite, DataType, Domain, Enum, Expression, Kind, ObjectKey, Range, UserType
from schemactl_postgres.canonical.expression import canonical
from schemactl_postgres.canonical.nulls import NULL
from schemactl_postgres.canonical.resolve import Context
from schemactl_postgres.canonical.syntax import parse
from schemactl_postgres.canonical.tokens import Unreadable, tokens
from schemactl_postgres.canonical.tree import Cast, Constant
from schemactl_postgres.canonical.typenames import path_of, type_of


def type_of_user(it: UserType, types: Mapping[str, str], default_schema: str) -> UserType:
    """One type with all its expressions canonical and `uses` filled in; what an inspector found stays in it."""
    match it:
        case Enum():
            return it
        case Composite():
            found = [*_types(a.type for a in it.attributes), *_collations(a.collation for a in it.attributes)]
            return replace(it, uses=_together(it.uses, found))
        case Range():
            return replace(it, uses=_together(it.uses, [*_types([it.subtype]), *_collations([it.collation])]))
        case Domain():
            return _domain(it, types, default_schema)


def context_of_domain(it: Domain, types: Mapping[str, str], default_schema: str) -> Context:
    """VALUE is of the base type."""
    found = type_of(it.type.text)
    return Context({"value": path_of(found)} if found is not None else {}, "", default_schema, types)


def _domain(it: Domain, types: Mapping[str, str], default_schema: str) -> Domain:
    context = context_of_domain(it, types, default_schema)
    default = it.default
    if default is not None:
        null = Expression(text=default.text, canonical=NULL)
        default = null if is_null(default.text) else _expression(default, context, context.columns.get("value"))
    checks = tuple(replace(c, expression=_expression(c.expression, context, None)) for c in it.constraints)
    uses = [*_types([it.type]), *_collations([it.collation]), *_mentioned(default, checks)]
    return replace(it, default=default, constraints=checks, uses=_together(it.uses, uses))


def _expression(source: Expression, context: Context, target: str | None) -> Expression:
    found = canonical(source.text, context, target)
    return Expression(text=source.text, canonical=found.text, uses=found.uses)


def _mentioned(default: Expression | None, checks: tuple[Check, ...]) -> list[ObjectKey]:
    found = [key for check in checks for key in check.expression.uses]
    return found if default is None else [*default.uses, *found]


def _types(found: Iterable[DataType]) -> list[ObjectKey]:
    return [data.uses for data in found if data.uses is not None]


def _collations(names: Iterable[str | None]) -> list[ObjectKey]:
    return [key for name in names if name is not None and (key := collation_key(name)) is not None]


def collation_key(name: str) -> ObjectKey | None:
    """The key of a collation written `schema.name`; None for one of the server's own."""
    try:
        parts = [t.text for t in tokens(name) if t.kind in ("name", "quoted")]
    except Unreadable:
        return None
    return ObjectKey(kind=Kind.COLLATION, schema=parts[0], name=parts[1]) if len(parts) == 2 else None


def _together(one: Iterable[ObjectKey], other: Iterable[ObjectKey]) -> tuple[ObjectKey, ...]:
    return tuple(dict.fromkeys((*one, *other)))


def is_null(text: str) -> bool:
    """Whether an expression is NULL, or NULL cast to something."""
    tree = parse(text)
    while isinstance(tree, Cast):
        tree = tree.operand
    return isinstance(tree, Constant) and tree.type == "null"
