"""What is live: whole, or only whether anything has moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemactl.dialect import Marks
from schemactl.diff import within
from schemactl.engine.targets import Target, connected
from schemactl.errors import UnsupportedObjectsError
from schemactl.model import Catalog
from schemactl.wording import few

if TYPE_CHECKING:
    from sqlalchemy import Connection


def inspect(target: Target) -> Catalog:
    """What is live and in scope, with what cannot be held in `unsupported`."""
    with connected(target) as connection:
        target.dialect.server(connection)
        return seen(target, connection)


def mark(target: Target) -> str:
    """A short text that changes whenever anything changes that an inspection would see, got by one query.

    Empty where the dialect knows of none: then only an inspection can tell. Changes nothing.
    """
    if not isinstance(target.dialect, Marks):
        return ""
    with connected(target) as connection:
        return target.dialect.mark(connection)


def seen(target: Target, connection: Connection) -> Catalog:
    catalog = target.dialect.inspect(connection, schemas=target.scope.schemas or None)
    connection.rollback()
    return within(catalog, target.scope)


def refuse_unsupported(target: Target, actual: Catalog) -> None:
    if not actual.unsupported:
        return
    named = [f"{u.key.path} ({u.what})" for u in actual.unsupported]
    raise UnsupportedObjectsError(
        f"the database holds what cannot be managed yet: {few(named, 10)}",
        subject=named[0],
        hint=f"leave it out of care: --exclude '{actual.unsupported[0].key.path}'",
    )
