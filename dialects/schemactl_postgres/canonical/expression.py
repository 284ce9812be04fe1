"""One expression's canonical text, remembered by its text and by what its names mean."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

from schemactl.model import ObjectKey
from schemactl_postgres.canonical.resolve import Context, Resolver
from schemactl_postgres.canonical.syntax import parse
from schemactl_postgres.canonical.tokens import Token, Unreadable, tokens
from schemactl_postgres.canonical.tree import Node, Ref, TypeName

#: Before the text of what could not be parsed.
UNPARSED = "unparsed: "


class Canonical(NamedTuple):
    """`columns` are names; `uses` all else that is mentioned."""

    text: str
    columns: tuple[str, ...]
    uses: tuple[ObjectKey, ...]


def canonical(text: str, context: Context, target: str | None) -> Canonical:
    """The canonical form. `target` is the base type of the column that a default or generated value goes to."""
    names, types = _names(text)
    return _canonical(
        text,
        target,
        context.schema,
        context.table if context.table in names else "",
        tuple((name, context.columns[name]) for name in names if name in context.columns),
        tuple((name, context.types[name]) for name in types if name in context.types),
        context.rows,
    )


@lru_cache(maxsize=32768)
def _canonical(
    text: str,
    target: str | None,
    schema: str,
    table: str,
    columns: tuple[tuple[str, str], ...],
    types: tuple[tuple[str, str], ...],
    rows: tuple[str, ...],
) -> Canonical:
    context = Context(dict(columns), table, schema, dict(types), rows)
    tree = parse(text)
    if tree is not None:
        try:
            resolver = Resolver(context)
            value = resolver.root(tree, target)
            return Canonical(value.text, tuple(resolver.columns), tuple(resolver.uses))
        except (Unreadable, RecursionError):
            pass
    return _unparsed(text, context)


def _unparsed(text: str, context: Context) -> Canonical:
    """Tokens with one space between them: white space, comments and the case of words do not count."""
    try:
        found = tokens(text)[:-1]
    except Unreadable:
        return Canonical(UNPARSED + text.strip(), tuple(c for c in context.columns if c in text), ())
    while _wrapped(found):
        found = found[1:-1]
    columns = dict.fromkeys(t.text for t in found if t.kind in ("name", "quoted") and t.text in context.columns)
    return Canonical(UNPARSED + " ".join(f"{t.kind}:{t.text!r}" for t in found), tuple(columns), ())


def _wrapped(found: list[Token]) -> bool:
    """Whether one pair of parentheses stands around everything."""
    depth = 0
    for at, token in enumerate(found):
        depth += {"(": 1, ")": -1}.get(token.text, 0) if token.kind == "punct" else 0
        if depth == 0:
            return at > 0 and at == len(found) - 1
    return False


@lru_cache(maxsize=32768)
def _names(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names that may be columns or the table, and unqualified types that are not the server's."""
    tree = parse(text)
    names: dict[str, None] = {}
    types: dict[str, None] = {}
    if tree is not None:
        _collect(tree, names, types)
        return tuple(names), tuple(types)
    try:
        return tuple(dict.fromkeys(t.text for t in tokens(text) if t.kind in ("name", "quoted"))), ()
    except Unreadable:
        return (), ()


def _collect(node: Node | tuple[Any, ...], names: dict[str, None], types: dict[str, None]) -> None:
    if isinstance(node, Ref):
        names |= dict.fromkeys(node.parts)
    elif isinstance(node, TypeName):
        if node.schema is None:
            types[node.name] = None
    else:
        for part in node:
            if isinstance(part, tuple):
                _collect(part, names, types)
