"""Opening a dev database: always a new one, made for the purpose and dropped afterwards.

The server that it is made on is found by an Address. The database that a URL names is only the way in: nothing in it is
read or written.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemactl.devdb.address import Address, Way
from schemactl.devdb.container import container
from schemactl.dialect import Dialect, Embeds, Server
from schemactl.errors import SchemactlError, UsageError

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class Dev:
    """A new and empty database. `where` says in words whose: "PostgreSQL 18.6 (embedded)".

    `own`: the whole server is ours, and is gone with the database.
    """

    connection: Connection
    server: Server
    where: str
    own: bool


@contextmanager
def opened(
    address: Address, *, dialect: Dialect, engine: Engine, connection: Connection, named: str | None = None
) -> Iterator[Dev]:
    """A database on a server of the kind and version of the target's, which `engine` and `connection` lead to.

    It is called `named`, for a dialect whose statements may say the name of the database that they are for.
    Raises UsageError where the address leads to the target itself, or to a server of another kind or version.
    """
    with (
        _server(address, dialect, engine) as keeper_engine,
        _opening(address, dialect),
        keeper_engine.connect() as keeper,
    ):
        own = address.way in (Way.EMBEDDED, Way.DOCKER)
        server = dialect.server(keeper)
        if not own:
            _refuse(address, dialect, connection, keeper, named)
        check_version(address, server, dialect.server(connection))
        name = named or f"schemactl_scratch_{secrets.token_hex(6)}"
        with dialect.scratch(keeper, name):
            inside = dialect.engine(keeper_engine.url.set(database=name), application_name="schemactl")
            with inside.connect() as dev:
                try:
                    yield Dev(connection=dev, server=dialect.server(dev), where=_where(address, server), own=own)
                finally:
                    dev.invalidate()  # its settings are ours


def check_version(address: Address, theirs: Server, ours: Server) -> None:
    """Raises UsageError where the dev server is of another kind or version. The last number of a version is no matter."""
    if (theirs.name, theirs.version[:-1]) != (ours.name, ours.version[:-1]):
        raise UsageError(
            f"the dev database {address} is on {theirs.name} {_number(theirs)}, and the target on {ours.name}"
            f" {_number(ours)}",
            hint="name one on a server of the same kind and version, or scratch",
        )


@contextmanager
def _server(address: Address, dialect: Dialect, engine: Engine) -> Iterator[Engine]:
    """An engine for a database of the server on which the dev database is to be made."""
    match address.way:
        case Way.SCRATCH:
            yield engine
        case Way.URL:
            assert address.url is not None
            yield dialect.engine(address.url.url, application_name="schemactl")
        case Way.EMBEDDED:
            if not isinstance(dialect, Embeds):
                raise UsageError(
                    f"there is no embedded {dialect.name}",
                    hint="name a URL, scratch, or an image: "
                    + ", ".join(f"docker://{name}/TAG" for name in dialect.containers),
                )
            with dialect.embedded() as url:
                yield dialect.engine(url, application_name="schemactl")
        case Way.DOCKER:
            with container(dialect, address.image) as url:
                yield dialect.engine(url, application_name="schemactl")


@contextmanager
def _opening(address: Address, dialect: Dialect) -> Iterator[None]:
    """Errors of the dev server's driver come out as ours, without secrets, and say that they are not the target's."""
    try:
        yield
    except SchemactlError:
        raise
    except Exception as error:
        meaning = dialect.error(error, doing=f"while talking to the dev database {address}")
        if meaning is None:
            raise
        meaning.message = address.redact(meaning.message)
        meaning.args = (meaning.message,)
        raise meaning from None


def _refuse(address: Address, dialect: Dialect, target: Connection, keeper: Connection, named: str | None) -> None:
    met = dialect.meets(target, keeper)
    if address.way is Way.URL and met.database:
        raise UsageError("the dev database is the target itself", hint="name another one, or scratch")
    if named is not None and met.server:
        raise UsageError(
            "the statements of a plan may name the target's database, so they cannot be tried on its own server",
            hint="name a dev database on another server: "
            + ", ".join(f"docker://{name}/TAG" for name in dialect.containers),
        )


def _where(address: Address, server: Server) -> str:
    how = "a scratch database on the target's server" if address.way is Way.SCRATCH else str(address)
    return f"{server.name} {_number(server)} ({how})"


def _number(server: Server) -> str:
    return ".".join(map(str, server.version))
