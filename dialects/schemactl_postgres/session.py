"""Connections: the driver, what its errors mean, the lock, and how a statement is run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any

import psycopg
from psycopg import errors as pg
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, PendingRollbackError
from sqlalchemy.pool import NullPool

from schemactl.dialect import Patience, Server, holding
from schemactl.errors import (
    AuthenticationError,
    LockError,
    NoDatabaseError,
    NoFeatureError,
    PermissionError_,
    ReadOnlyError,
    SchemactlError,
    ServerVersionError,
    StepFailedError,
    UnreachableError,
    UrlError,
)
from schemactl_postgres.probe import is_broken_body
from schemactl_postgres.sql import literal, quoted

OLDEST = (14,)
_ROUTINE = re.compile(r"CREATE (OR REPLACE )?(FUNCTION|PROCEDURE)\b")

#: How it is said that a server was built without something: no SQLSTATE tells that from what no server can.
_BUILT = re.compile(r"\bbuil[dt]\b")

#: The key of the advisory lock: the first eight bytes of sha256("schemactl"), as a signed integer.
ADVISORY_KEY = 3898346340282022832


def engine(url: URL, *, application_name: str) -> Engine:
    """An engine without a pool. `?search_path=a,b` in the URL becomes the session's search_path, as in Atlas."""
    query = dict(url.query)
    path = query.pop("search_path", None)
    if path is not None:
        names = ",".join(path) if isinstance(path, tuple) else path
        escaped = names.replace("\\", "\\\\").replace(" ", "\\ ")
        options = query.get("options", "")
        query["options"] = f"{options} -csearch_path={escaped}".strip()
    query.setdefault("application_name", application_name)
    query.setdefault("connect_timeout", "10")
    return create_engine(url.set(drivername="postgresql+psycopg", query=query), poolclass=NullPool)


def server(connection: Connection) -> Server:
    """Raises ServerVersionError below Postgres 14, and for a server that only speaks the protocol."""
    row = connection.exec_driver_sql(
        "select current_setting('server_version_num')::int, version(), current_database(),"
        " coalesce(current_schema(), 'public'), pg_is_in_recovery() or"
        " current_setting('default_transaction_read_only')::bool, current_setting('TimeZone')"
    ).one()
    connection.rollback()
    number, text, database, schema, read_only, zone = row
    if not text.startswith("PostgreSQL "):
        raise ServerVersionError(f"this server is no PostgreSQL: {text.split(',')[0]}")
    version = (number // 10000, number % 10000)
    if version < OLDEST:
        raise ServerVersionError(
            f"PostgreSQL {version[0]} is older than the oldest supported, {OLDEST[0]}", hint="upgrade the server"
        )
    return Server(
        name="PostgreSQL",
        version=version,
        database=database,
        default_schema=schema,
        read_only=read_only,
        settings={"TimeZone": zone},
    )


#: What classes of errors mean; the first that fits wins.
_MEANING: tuple[tuple[type[Exception], type[SchemactlError], str], ...] = (
    (pg.InvalidPassword, AuthenticationError, "check user and password of the URL"),
    (pg.InvalidAuthorizationSpecification, AuthenticationError, "check user and password of the URL"),
    (pg.InvalidCatalogName, NoDatabaseError, "create the database first, or correct its name in the URL"),
    (pg.ReadOnlySqlTransaction, ReadOnlyError, "connect to the primary, or turn default_transaction_read_only off"),
    (pg.InsufficientPrivilege, PermissionError_, "grant the right, or connect as the owner of the objects"),
    (pg.LockNotAvailable, LockError, "other sessions held the lock: try again, or raise --lock-timeout"),
    (pg.DeadlockDetected, LockError, "other sessions held the lock: try again"),
    (pg.AdminShutdown, UnreachableError, "the server ended the connection: try again"),
    (pg.CrashShutdown, UnreachableError, "the server ended the connection: try again"),
    (pg.CannotConnectNow, UnreachableError, "the server is starting or stopping: try again"),
    (pg.TooManyConnections, UnreachableError, "the server has no connection left: try again later"),
)

#: The driver gives no SQLSTATE to what fails while connecting; only the server's words tell.
_WORDS: tuple[tuple[str, type[SchemactlError], str], ...] = (
    ("password authentication failed", AuthenticationError, "check user and password of the URL"),
    ("no password supplied", AuthenticationError, "the URL has no password, and the server wants one"),
    ("pg_hba.conf", AuthenticationError, "the server does not let this user in from here: see its pg_hba.conf"),
    ("role ", AuthenticationError, "check the user of the URL"),
    ("database ", NoDatabaseError, "create the database first, or correct its name in the URL"),
    ("starting up", UnreachableError, "try again in a moment"),
    ("too many", UnreachableError, "the server has no connection left: try again later"),
    ("invalid connection option", UrlError, "see libpq's list of connection parameters"),
    ("invalid sslmode", UrlError, "see libpq's list of connection parameters"),
)


def meaning(error: Exception, *, doing: str) -> SchemactlError | None:
    """What a driver's error means. None for an error that is not the driver's."""
    origin = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(origin, PendingRollbackError):  # SQLAlchemy's, of whatever is asked once the connection is lost
        return UnreachableError(f"{doing}: the connection is lost", hint="the server ended the connection: try again")
    if not isinstance(origin, psycopg.Error):
        return None
    text = _first_line(origin)
    if isinstance(origin, pg.FeatureNotSupported) and _BUILT.search(f"{text} {origin.diag.message_detail or ''}"):
        return NoFeatureError(f"{doing}: {text}", hint="use a server that was built with it, or leave it out")
    for cls, becomes, hint in _MEANING:
        if isinstance(origin, cls):
            return becomes(f"{doing}: {text}", hint=hint)
    connecting = isinstance(origin, psycopg.OperationalError | psycopg.ProgrammingError) and not origin.sqlstate
    if connecting:
        for word, becomes, hint in _WORDS:
            if word in text and ("FATAL" in text or becomes is UrlError):
                return becomes(f"{doing}: {text}", hint=hint)
        if isinstance(origin, psycopg.OperationalError):
            return UnreachableError(f"{doing}: {text}", hint="check host, port and network, and that the server runs")
    return StepFailedError(f"{doing}: {text}", hint=_detail(origin))


def _first_line(error: psycopg.Error) -> str:
    if error.diag.message_primary:
        return error.diag.message_primary
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    # While connecting, the first line may only say which address was tried.
    return next((line for line in lines if "FATAL" in line), lines[0] if lines else type(error).__name__)


def _detail(error: psycopg.Error) -> str:
    parts = [error.diag.message_detail, error.diag.message_hint]
    return " ".join(p for p in parts if p) or "mend the data or the desired schema, and run again"


def is_lock_timeout(error: Exception) -> bool:
    origin = error.orig if isinstance(error, DBAPIError) else error
    return isinstance(origin, pg.LockNotAvailable | pg.DeadlockDetected)


def is_cancelled(error: Exception) -> bool:
    origin = error.orig if isinstance(error, DBAPIError) else error
    return isinstance(origin, pg.QueryCanceled)


def prepare(connection: Connection, patience: Patience) -> None:
    """A lock is waited for briefly, since whoever waits makes everybody behind it wait; work itself has no limit."""
    milliseconds = int(patience.lock_timeout * 1000)
    for statement in (
        f"SET lock_timeout = {milliseconds}",
        "SET statement_timeout = 0",
        "SET idle_in_transaction_session_timeout = 0",
        "SET client_min_messages = warning",
        "SET check_function_bodies = off",
        # What is written in batches meets rows that others have written since the batch began.
        "SET default_transaction_isolation = 'read committed'",
    ):
        connection.exec_driver_sql(statement)
    connection.commit()
    # Once we are dead, our statement holds its locks no longer than this. Not every platform's server can tell.
    with suppress(DBAPIError):
        connection.exec_driver_sql("SET client_connection_check_interval = '5s'")
        connection.commit()
    connection.rollback()


def hurry(connection: Connection, seconds: float) -> None:
    """For the rest of the transaction, wait no longer than that for a lock."""
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = {max(1, int(seconds * 1000))}")


def execute(connection: Connection, sql: str) -> None:
    """Run one statement as it stands: no parameters, so that a percent sign is just one."""
    cursor = connection.connection.cursor()
    try:
        if _ROUTINE.match(sql) and connection.in_transaction():
            _make_routine(cursor, sql)
        else:
            cursor.execute(sql.encode())
    finally:
        cursor.close()


def _make_routine(cursor: Any, sql: str) -> None:
    """Have the body checked; but what it names need not be there yet, so that only its syntax can be an error."""
    cursor.execute(b"SAVEPOINT schemactl; SET LOCAL check_function_bodies = on")
    try:
        cursor.execute(sql.encode())
    except psycopg.Error as error:
        if is_broken_body(error) or is_lock_timeout(error) or isinstance(error, psycopg.OperationalError):
            raise
        cursor.execute(b"ROLLBACK TO SAVEPOINT schemactl; RELEASE SAVEPOINT schemactl")
        cursor.execute(sql.encode())
    else:
        cursor.execute(b"SET LOCAL check_function_bodies = off; RELEASE SAVEPOINT schemactl")


def count(connection: Connection, sql: str, *, seconds: float) -> int:
    """The one number of a query, in a transaction that can change nothing. Raises TimeoutError after so many seconds.

    No lock is waited for longer than one. Where row security would hide rows, the query is an error and no lower number.
    """
    connection.rollback()
    # SQLAlchemy rolls back only what it has begun, not what a cursor of the driver's begins.
    transaction = connection.begin()
    cursor = connection.connection.cursor()
    try:
        cursor.execute("SET TRANSACTION READ ONLY")
        milliseconds = max(1, round(seconds * 1000))
        cursor.execute(
            f"SET LOCAL statement_timeout = {milliseconds}; SET LOCAL lock_timeout = '1s'; SET LOCAL row_security = off"
        )
        cursor.execute(sql.encode())
        [number] = cursor.fetchone() or (0,)
    except pg.QueryCanceled:
        raise TimeoutError from None
    finally:
        cursor.close()
        transaction.rollback()
    return int(number)


@contextmanager
def scratch(connection: Connection, name: str) -> Iterator[None]:
    """A database of the encoding and locale of the one at hand. Outside a transaction: the server wants it so."""
    connection.rollback()
    options = _locale(connection)
    alone = connection.execution_options(isolation_level="AUTOCOMMIT")
    try:
        execute(alone, f"CREATE DATABASE {quoted(name)} TEMPLATE template0{options}")
        try:
            yield
        finally:
            execute(alone, f"DROP DATABASE {quoted(name)} WITH (FORCE)")
    finally:
        alone.rollback()
        connection.execution_options(isolation_level=connection.default_isolation_level)


#: Where a version keeps the locale of a provider that is not the C library: from when on, the column, and how it is said.
_LOCALES = ((17, "datlocale"), (15, "daticulocale"))


def _locale(connection: Connection) -> str:
    [number] = connection.exec_driver_sql("SELECT current_setting('server_version_num')::int / 10000").one()
    column = next((column for since, column in _LOCALES if number >= since), None)
    own = f"datlocprovider, {column}" if column else "'c', NULL"
    encoding, collate, ctype, provider, locale = connection.exec_driver_sql(
        f"SELECT pg_encoding_to_char(encoding), datcollate, datctype, {own} FROM pg_database"  # noqa: S608
        " WHERE datname = current_database()"
    ).one()
    connection.rollback()
    said = {"ENCODING": encoding, "LC_COLLATE": collate, "LC_CTYPE": ctype}
    if column and provider in "ib":
        said |= {"LOCALE_PROVIDER": {"i": "icu", "b": "builtin"}[provider]}
        said |= {"ICU_LOCALE" if provider == "i" else "BUILTIN_LOCALE": locale}
    elif column:
        said |= {"LOCALE_PROVIDER": "libc"}
    return "".join(f" {word} {literal(value)}" for word, value in said.items())


def lock(connection: Connection, patience: Patience) -> AbstractContextManager[None]:
    """The session's advisory lock. It goes with the session, so a killed process leaves none behind."""
    return holding(
        connection,
        patience,
        take=f"SELECT pg_try_advisory_lock({ADVISORY_KEY})",
        give=f"SELECT pg_advisory_unlock({ADVISORY_KEY})",
    )
