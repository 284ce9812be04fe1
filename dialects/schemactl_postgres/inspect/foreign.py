"""Foreign data wrappers and servers, and what holds credentials and is left alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from schemactl.model import ForeignOptions, ForeignServer, ForeignWrapper, Kind, ObjectKey, Unmanaged, Unsupported
from schemactl_postgres.credentials import may_be_secret
from schemactl_postgres.inspect import rows
from schemactl_postgres.inspect.session import Snapshot
from schemactl_postgres.inspect.values import pairs

Held = tuple[ForeignWrapper | ForeignServer, ForeignOptions]
Found = tuple[list[ForeignWrapper | ForeignServer], list[Unsupported]]


def foreign(view: Snapshot) -> Found:
    """Wrappers and servers; one with an option that may be secret is refused, and nothing of it kept."""
    found: list[ForeignWrapper | ForeignServer] = []
    refused: list[Unsupported] = []
    all_of: list[Held] = [*_wrappers(view), *_servers(view)]
    for one, settings in all_of:
        what = refusal(one.key.kind, settings)
        if what is None:
            found.append(one)
        else:
            refused.append(Unsupported(key=one.key, what=what))
    return found, refused


def refusal(what: str, settings: ForeignOptions) -> str | None:
    """Why a thing with such options cannot be held; None where it can."""
    secret = next((name for name, value in settings if may_be_secret(name, value)), None)
    return None if secret is None else f"a {what} with the option {secret}, which may hold a secret"


def foreign_options(stored: Iterable[str] | None) -> ForeignOptions:
    return tuple(sorted(pairs(stored)))


def unmanaged(view: Snapshot) -> Iterator[Unmanaged]:
    for row in view.rows(rows.UNMANAGED):
        on = ObjectKey(kind=Kind.FOREIGN_SERVER, name=row.on_server) if row.on_server is not None else None
        yield Unmanaged(key=ObjectKey(kind=Kind.OTHER, name=row.name), what=row.what, on=on)


def _wrappers(view: Snapshot) -> Iterator[Held]:
    for row in view.rows(rows.FOREIGN_WRAPPERS):
        handler = _routine(row.handler_schema, row.handler, "()")
        validator = _routine(row.validator_schema, row.validator, "(text[], oid)")
        settings = foreign_options(row.settings)
        uses = tuple(key for key in (handler, validator) if key is not None)
        one = ForeignWrapper(
            name=row.name, handler=handler, validator=validator, settings=settings, comment=row.comment
        )
        yield replace(one, uses=uses), settings


def _servers(view: Snapshot) -> Iterator[Held]:
    for row in view.rows(rows.FOREIGN_SERVERS):
        settings = foreign_options(row.settings)
        one = ForeignServer(
            name=row.name,
            wrapper=row.wrapper,
            type=row.type,
            version=row.version,
            settings=settings,
            comment=row.comment,
        )
        brought = ObjectKey(kind=Kind.EXTENSION, name=row.extension) if row.extension is not None else None
        yield replace(one, uses=(one.by if brought is None else brought,)), settings


def _routine(schema: str | None, name: str | None, arguments: str) -> ObjectKey | None:
    if schema is None or name is None:
        return None
    return ObjectKey(kind=Kind.ROUTINE, schema=schema, name=name + arguments)
