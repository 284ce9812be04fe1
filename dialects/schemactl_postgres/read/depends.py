"""[NO] DEPENDS ON EXTENSION: what goes when an extension does."""

from __future__ import annotations

from schemactl_postgres.read.cursor import Cursor
from schemactl_postgres.read.state import State


def is_depends(cursor: Cursor) -> bool:
    return cursor.at("DEPENDS") or cursor.at("NO", "DEPENDS")


def parse_depends(cursor: Cursor, state: State, before: tuple[str, ...]) -> tuple[str, ...]:
    """The extensions that a thing depends on after it, where `before` are those until now."""
    no = cursor.take("NO")
    cursor.expect("DEPENDS", "ON", "EXTENSION")
    token = cursor.token
    name = cursor.name("an extension")
    if name not in state.extensions:
        raise state.missing(cursor, "extension", name, token)
    return tuple(sorted({*before} - {name} if no else {*before, name}))
