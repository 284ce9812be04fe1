"""What is worked on: a live database and the part of it that is in care, and how it is talked to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from schemactl.devdb import Address, Way, check_version, opened
from schemactl.dialect import Dialect, HandsOver, find
from schemactl.diff import Scope
from schemactl.errors import UnreachableError, UsageError
from schemactl.lint.settings import LintSettings
from schemactl.manner import Manner
from schemactl.plan.document import Transactions
from schemactl.steps import placeholders
from schemactl.urls import DatabaseUrl

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A live database and the part of it that is in care. `display` is its URL without a password.

    `column_order`: where columns stand is a difference too. `dev` says where a database of nobody's is to be had: it is
    asked what the user may not ask on the target itself, and plans are proved on it. `skip` are kinds of changes that are
    left out of plans (`drop_column`), `renames` old and new paths of things that no hint in the text tells of.
    """

    dialect: Dialect
    engine: Engine
    display: str
    scope: Scope
    redact: Callable[[str], str]
    column_order: bool = False
    manner: Manner = field(default_factory=Manner)
    dev: Address | None = None
    lint: LintSettings = field(default_factory=LintSettings)
    skip: frozenset[str] = frozenset()
    transactions: Transactions = Transactions.FEW
    renames: tuple[tuple[str, str], ...] = ()


def target(
    url: str | DatabaseUrl | Engine,
    *,
    schemas: Sequence[str] = (),
    exclude: Sequence[str] = (),
    include: Sequence[str] = (),
    column_order: bool = False,
    manner: Manner | None = None,
    dev: Address | str | None = None,
    lint: LintSettings | None = None,
    skip: frozenset[str] = frozenset(),
    transactions: Transactions = Transactions.FEW,
    renames: Sequence[tuple[str, str]] = (),
    application_name: str = "schemactl",
) -> Target:
    """A target by URL, or by an engine of the caller's own. Connects to nothing yet.

    `?search_path=app` in a URL limits the scope to that schema, as in Atlas, and so does the database in one of MySQL:
    then what is excluded is named within it. Raises UrlError and UsageError.
    """
    engine = None
    if isinstance(url, str):
        url = DatabaseUrl.parse(url)
    elif not isinstance(url, DatabaseUrl):
        engine, url = url, DatabaseUrl.parse(url.url.render_as_string(hide_password=False))
    dialect, manner = _able(find(url.dialect_name), column_order=column_order), manner or Manner()
    _known_placeholders(dialect, manner)
    if engine is None:
        address = url.url
        if url.search_path and not schemas:
            schemas = url.schemas
        elif len(schemas) == 1 and not url.search_path:
            # Unqualified names in the desired text mean this schema, in expressions too.
            address = address.update_query_dict({"search_path": f'"{schemas[0]}",public'})
        engine = _engine(url.dialect_name, address, application_name)
    return Target(
        dialect=dialect,
        engine=engine,
        display=str(url),
        scope=Scope.of(schemas, exclude, include, bound=bool(url.database) and dialect.names_databases and not schemas),
        redact=url.redact,
        column_order=column_order,
        manner=manner,
        dev=_other(dev, url),
        lint=lint or LintSettings(),
        skip=skip,
        transactions=transactions,
        renames=tuple(renames),
    )


@lru_cache(maxsize=4096)
def _engine(dialect: str, address: URL, application_name: str) -> Engine:
    """Kept, since the first connection of an engine asks the server who it is; it holds no connection itself."""
    return find(dialect).engine(address, application_name=application_name)


def _other(dev: Address | str | None, target: DatabaseUrl) -> Address | None:
    """The dev database, which is never the target. Raises UsageError."""
    if isinstance(dev, str):
        dev = Address.parse(dev)
    if dev is None or dev.url is None:
        return dev
    if (dev.url.hosts, dev.url.database) == (target.hosts, target.database):
        raise UsageError("the dev database is the target itself", hint="name another one, or scratch")
    if find(dev.url.dialect_name) is not find(target.dialect_name):
        raise UsageError(f"the dev database is {dev.url.dialect_name}, and the target {target.dialect_name}")
    return dev


def _able(dialect: Dialect, *, column_order: bool) -> Dialect:
    if column_order and not dialect.moves_columns:
        raise UsageError(
            f"{dialect.name} cannot move a column",
            hint="leave out --column-order, or column_order in a manifest: new columns come behind the others",
        )
    return dialect


def _known_placeholders(dialect: Dialect, manner: Manner) -> None:
    """Raises UsageError for a command of programs that the dialect cannot fill in."""
    if not manner.copy_with:
        return
    if not isinstance(dialect, HandsOver):
        raise UsageError(f"--copy-with is not for {dialect.name}: no table is copied there that others write to")
    known = dialect.placeholders | {"alter", "schema", "table"}
    for name in placeholders(manner.copy_with):
        if name not in known:
            listed = ", ".join(f"{{{it}}}" for it in sorted(known))
            raise UsageError(
                f"--copy-with has a placeholder {{{name}}} that nothing is known for", hint=f"known: {listed}"
            )


def without_dev(target: Target) -> Target:
    """The same target with no dev database."""
    return replace(target, dev=None)


@contextmanager
def connected(target: Target) -> Iterator[Connection]:
    """A connection whose driver errors come out as ours, without secrets."""
    try:
        with target.engine.connect() as connection:
            _is_never_another(connection)
            try:
                yield connection
            finally:
                # A caller's pool must not get back a session whose settings are ours: close it for good.
                connection.invalidate()
    except Exception as error:
        meaning = target.dialect.error(error, doing=f"while talking to {target.display}")
        if meaning is None:
            raise
        meaning.message = target.redact(meaning.message)
        meaning.args = (meaning.message,)
        raise meaning from None


def _is_never_another(connection: Connection) -> None:
    """SQLAlchemy would open a new session for one that is lost, at the next transaction: without our lock and settings."""
    from sqlalchemy import event

    session = connection.connection.dbapi_connection

    def begin(connection: Connection) -> None:
        if connection.invalidated or connection.connection.dbapi_connection is not session:
            raise UnreachableError("the connection was lost", hint="run again, it goes on from there")

    event.listen(connection, "begin", begin)


@contextmanager
def dev_beside(target: Target, connection: Connection) -> Iterator[Connection | None]:
    """A connection to the dev database, where there is one and the dialect has a use for it."""
    if target.dev is None or not target.dialect.asks_aside:
        yield None
    elif target.dev.way is Way.URL and target.dev.url is not None:
        # That very database: nothing that is not temporary is made in it.
        engine = target.dialect.engine(target.dev.url.url, application_name="schemactl")
        with engine.connect() as aside:
            if target.dialect.meets(connection, aside).database:
                raise UsageError("the dev database is the target itself", hint="name another one, or scratch")
            check_version(target.dev, target.dialect.server(aside), target.dialect.server(connection))
            yield aside
    else:
        with opened(target.dev, dialect=target.dialect, engine=target.engine, connection=connection) as dev:
            yield dev.connection


def dev_is_away(target: Target) -> str:
    """Why the dev database does not answer, without a secret; empty where it does, or is yet to be made."""
    if target.dev is None or target.dev.url is None:
        return ""
    engine = target.dialect.engine(target.dev.url.url, application_name="schemactl")
    try:
        with engine.connect() as connection:
            connection.invalidate()
    except Exception as error:
        meaning = target.dialect.error(error, doing=f"while talking to the dev database {target.dev}")
        if meaning is None:
            raise
        return target.dev.redact(meaning.message)
    return ""
