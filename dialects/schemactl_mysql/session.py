"""Connections: the driver, what its errors mean, the lock, and how a statement is run."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import pymysql
from pymysql.constants import CR, ER
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, PendingRollbackError
from sqlalchemy.pool import NullPool

from schemactl.dialect import Meeting, Patience, Server, holding
from schemactl.errors import (
    AuthenticationError,
    LockError,
    NoDatabaseError,
    PermissionError_,
    ReadOnlyError,
    RowsError,
    SchemactlError,
    ServerVersionError,
    StepFailedError,
    UnreachableError,
    UrlError,
)
from schemactl_mysql.flavour import parse_version
from schemactl_mysql.modes import our_mode, split
from schemactl_mysql.sql import quoted

OLDEST = {False: (8, 0), True: (10, 6)}
#: Settings of a session that change what DDL means.
SETTINGS = (
    "sql_mode",
    "lower_case_table_names",
    "collation_server",
    "collation_database",
    "explicit_defaults_for_timestamp",
)

#: Options of a URL as Atlas and the clients spell them, and as PyMySQL does.
_QUERY = {"ssl-ca": "ssl_ca", "ssl-cert": "ssl_cert", "ssl-key": "ssl_key", "socket": "unix_socket"}
_IGNORED = frozenset({"parseTime", "multiStatements", "collation", "search_path"})
#: Options of the driver that a URL may set. A URL may be another's: there are some by which the server gets to read files here.
_TAKEN = frozenset(
    "charset use_unicode sql_mode init_command program_name connect_timeout read_timeout write_timeout max_allowed_packet"
    " unix_socket bind_address ssl ssl_ca ssl_capath ssl_cert ssl_key ssl_cipher ssl_disabled ssl_check_hostname"
    " ssl_verify_cert ssl_verify_identity".split()
)


def engine(url: URL, *, application_name: str) -> Engine:
    """An engine without a pool. Raises UrlError for an option of the URL that is not taken."""
    query = {_QUERY.get(key, key): value for key, value in url.query.items() if key not in _IGNORED}
    if strange := sorted(query.keys() - _TAKEN):
        raise UrlError(
            f"the URL has an option that is not taken: {strange[0]}",
            hint=f"those that are: {', '.join(sorted(_TAKEN))}",
        )
    query.setdefault("charset", "utf8mb4")
    query.setdefault("connect_timeout", "10")
    query.setdefault("program_name", application_name)
    # Each statement of ours commits by itself: a read must hold no metadata lock once it is done.
    return create_engine(
        url.set(drivername="mysql+pymysql", query=query),
        poolclass=NullPool,
        execution_options={"isolation_level": "AUTOCOMMIT"},
    )


def server(connection: Connection) -> Server:
    """Raises ServerVersionError below MySQL 8.0 and MariaDB 10.6, and for a server that only speaks the protocol."""
    names = ", ".join(f"@@{name}" for name in SETTINGS[:-1])
    row = connection.exec_driver_sql(f"SELECT VERSION(), DATABASE(), @@read_only, @@version_comment, {names}").one()
    text, database, read_only, comment, *values = row
    flavour = parse_version(text)
    if "tidb" in text.lower() or not flavour.version:
        raise ServerVersionError(f"this server is neither MySQL nor MariaDB: {text}, {comment}")
    if flavour.version < OLDEST[flavour.mariadb]:
        oldest = ".".join(map(str, OLDEST[flavour.mariadb]))
        raise ServerVersionError(f"{flavour} is older than the oldest supported, {oldest}", hint="upgrade the server")
    settings = dict(zip(SETTINGS, map(str, values), strict=False))
    return Server(
        name="MariaDB" if flavour.mariadb else "MySQL",
        version=flavour.version,
        database=database or "",
        default_schema=database or "",
        read_only=bool(read_only) and not _may_write_anyway(connection),
        settings=settings,
    )


@contextmanager
def scratch(connection: Connection, name: str) -> Iterator[None]:
    """A database with the character set and collation of the one at hand."""
    charset, collation = connection.exec_driver_sql("SELECT @@character_set_database, @@collation_database").one()
    connection.exec_driver_sql(f"CREATE DATABASE {quoted(name)} CHARACTER SET {charset} COLLATE {collation}")
    try:
        yield
    finally:
        connection.exec_driver_sql(f"DROP DATABASE {quoted(name)}")


def meets(connection: Connection, other: Connection) -> Meeting:
    """Found by a lock under a name that nobody else can know; locks by name are the server's."""
    name = f"schemactl.{secrets.token_hex(20)}"
    database = connection.exec_driver_sql(f"SELECT DATABASE(), GET_LOCK('{name}', 0)").one()[0]
    try:
        held, theirs = other.exec_driver_sql(f"SELECT IS_USED_LOCK('{name}') IS NOT NULL, DATABASE()").one()
    finally:
        connection.exec_driver_sql(f"SELECT RELEASE_LOCK('{name}')")
    # Whether case tells names apart is up to the server: in doubt they are one.
    return Meeting(server=bool(held), database=bool(held) and (database or "").lower() == (theirs or "").lower())


def _may_write_anyway(connection: Connection) -> bool:
    """read_only does not hold for those with SUPER, or MariaDB's READ_ONLY ADMIN."""
    grants = " ".join(str(row[0]) for row in connection.exec_driver_sql("SHOW GRANTS"))
    return any(word in grants for word in ("SUPER", "READ_ONLY ADMIN", "READ ONLY ADMIN", "ALL PRIVILEGES ON *.*"))


#: What a server says that would have to do more than the ALGORITHM or LOCK of a step allows.
_MORE_THAN_FORECAST = (
    "the table cannot be altered as cheaply as forecast, and this step did nothing to it: run again with --no-online,"
    " which lets the server do it in its own way, or write the table anew when that suits (OPTIMIZE TABLE), then run again"
)
_CAME_BETWEEN = (
    "there are rows without the one that they refer to, written before the foreign key came: mend them, and run again;"
    " until then the key stands under a name that ends in __unchecked, and new rows are checked"
)
_ENDED = "the server ended the connection: try again"
_CREDENTIALS = "check user and password of the URL"
#: What numbers of errors mean.
_MEANING: dict[int, tuple[type[SchemactlError], str]] = {
    ER.ACCESS_DENIED_ERROR: (AuthenticationError, _CREDENTIALS),
    ER.DBACCESS_DENIED_ERROR: (AuthenticationError, "grant the user a right on the database, or correct its name"),
    1251: (AuthenticationError, "the server wants an authentication plugin that the driver does not have"),
    2059: (AuthenticationError, "the server wants an authentication plugin that the driver does not have"),
    ER.BAD_DB_ERROR: (NoDatabaseError, "create the database first, or correct its name in the URL"),
    ER.OPTION_PREVENTS_STATEMENT: (ReadOnlyError, "connect to the primary, or turn read_only off"),
    1836: (ReadOnlyError, "connect to the primary, or turn read_only off"),
    ER.TABLEACCESS_DENIED_ERROR: (PermissionError_, "grant the right, or connect as another user"),
    ER.COLUMNACCESS_DENIED_ERROR: (PermissionError_, "grant the right, or connect as another user"),
    ER.SPECIFIC_ACCESS_DENIED_ERROR: (PermissionError_, "grant the right, or connect as another user"),
    ER.PROCACCESS_DENIED_ERROR: (PermissionError_, "grant the right, or connect as another user"),
    ER.LOCK_WAIT_TIMEOUT: (LockError, "other sessions held the lock: try again, or raise --lock-timeout"),
    ER.LOCK_DEADLOCK: (LockError, "other sessions held the lock: try again"),
    **dict.fromkeys((1845, 1846, 4092), (StepFailedError, _MORE_THAN_FORECAST)),
    ER.SUBQUERY_NO_1_ROW: (RowsError, _CAME_BETWEEN),
    ER.CON_COUNT_ERROR: (UnreachableError, "the server has no connection left: try again later"),
    **dict.fromkeys(
        # The second: what the driver says of a connection that it has closed. The last two: killed, on each of the two.
        (ER.SERVER_SHUTDOWN, 0, CR.CR_SERVER_GONE_ERROR, CR.CR_SERVER_LOST, 3169, 1927),
        (UnreachableError, _ENDED),
    ),
    CR.CR_CONN_HOST_ERROR: (UnreachableError, "check host, port and network, and that the server runs"),
    CR.CR_CONNECTION_ERROR: (UnreachableError, "check host, port and network, and that the server runs"),
    CR.CR_UNKNOWN_HOST: (UnreachableError, "check the host of the URL"),
}


def meaning(error: Exception, *, doing: str) -> SchemactlError | None:
    """What a driver's error means. None for an error that is not the driver's."""
    origin = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(origin, PendingRollbackError):  # SQLAlchemy's, of whatever is asked once the connection is lost
        return UnreachableError(f"{doing}: the connection is lost", hint=_ENDED)
    if isinstance(origin, TypeError) and "unexpected keyword argument" in str(origin):
        return UrlError(f"{doing}: the URL has an option that the driver does not know", hint="see PyMySQL's options")
    if not isinstance(origin, pymysql.MySQLError):
        return None
    number, text = _number(origin)
    if number is None and "cryptography" in text:
        hint = "pip install 'PyMySQL[rsa]', or connect with TLS"
        return AuthenticationError(f"{doing}: the server's way to check passwords needs a package", hint=hint)
    becomes, hint = _MEANING.get(
        -1 if number is None else number, (StepFailedError, "mend the data or the desired schema, and run again")
    )
    return becomes(f"{doing}: {text}", hint=hint)


def _number(error: pymysql.MySQLError) -> tuple[int | None, str]:
    if len(error.args) >= 2 and isinstance(error.args[0], int):
        return error.args[0], str(error.args[1])
    return None, str(error)


def is_lock_timeout(error: Exception) -> bool:
    origin = error.orig if isinstance(error, DBAPIError) else error
    return isinstance(origin, pymysql.MySQLError) and _number(origin)[0] in (ER.LOCK_WAIT_TIMEOUT, ER.LOCK_DEADLOCK)


def is_cancelled(error: Exception) -> bool:
    origin = error.orig if isinstance(error, DBAPIError) else error
    return isinstance(origin, pymysql.MySQLError) and _number(origin)[0] == ER.QUERY_INTERRUPTED


#: Seconds: the longest that either server takes.
_NO_LIMIT = 31536000


def prepare(connection: Connection, patience: Patience) -> None:
    """A lock is waited for briefly, since whoever waits makes everybody behind it wait; work itself has no limit."""
    seconds = max(1, round(patience.lock_timeout)) if patience.lock_timeout else _NO_LIMIT
    for statement in (
        f"SET SESSION lock_wait_timeout = {seconds}",
        f"SET SESSION innodb_lock_wait_timeout = {seconds}",
        f"SET SESSION sql_mode = '{_our_mode(connection)}'",
        "SET SESSION foreign_key_checks = 1",
        "SET SESSION wait_timeout = 28800",
    ):
        connection.exec_driver_sql(statement)
    connection.commit()


def _our_mode(connection: Connection) -> str:
    return our_mode(str(connection.exec_driver_sql("SELECT @@sql_mode").scalar_one()))


#: Seconds for which reading waits for a lock.
_LONGEST_WAIT = 30


@contextmanager
def as_we_write(connection: Connection) -> Iterator[None]:
    """The session's sql_mode is one under which the server prints, and takes, names and strings as ours do.

    Nor does it wait for the lock of another as long as the servers do when nothing is said: a day, or a year.
    """
    before, waits = connection.exec_driver_sql("SELECT @@sql_mode, @@lock_wait_timeout").one()
    connection.exec_driver_sql(
        f"SET SESSION sql_mode = '{_our_mode(connection)}', SESSION sql_quote_show_create = 1,"
        f" SESSION lock_wait_timeout = {min(int(waits), _LONGEST_WAIT)}"
    )
    try:
        yield
    finally:
        if not connection.closed and not connection.invalidated:
            connection.exec_driver_sql(f"SET SESSION sql_mode = '{before}', SESSION lock_wait_timeout = {waits}")


def execute(connection: Connection, sql: str) -> None:
    """Run one statement as it stands: no parameters, so that a percent sign is just one.

    One that is to run under a setting of its own does; the session then has its own again.
    """
    setting, statement = split(sql)
    cursor = connection.connection.cursor()
    try:
        if setting is None:
            cursor.execute(statement)
            return
        name, value = setting
        cursor.execute(f"SELECT @@{name}")
        [before] = cursor.fetchone() or ("",)
        cursor.execute(f"SET SESSION {name} = {value}")
        try:
            cursor.execute(statement)
        finally:
            cursor.execute(f"SET SESSION {name} = {before!r}")
    finally:
        cursor.close()


#: How a session has its queries cut short: the setting, and how many of its units a second has.
_CUT_SHORT = (3024, 1969)  # MySQL, MariaDB
_LIMIT = {False: ("max_execution_time", 1000), True: ("max_statement_time", 1)}


def count(connection: Connection, sql: str, *, seconds: float) -> int:
    """The one number of a query, which waits for no lock longer than a second.

    Raises TimeoutError where it is cut short, after so many seconds.
    """
    mariadb = parse_version(str(connection.exec_driver_sql("SELECT VERSION()").scalar_one())).mariadb
    name, unit = _LIMIT[mariadb]
    with as_we_write(connection):
        limit, patience = connection.exec_driver_sql(f"SELECT @@{name}, @@lock_wait_timeout").one()
        cursor = connection.connection.cursor()
        try:
            cursor.execute(f"SET SESSION {name} = {seconds * unit:.0f}, SESSION lock_wait_timeout = 1")
            cursor.execute(sql)
            [number] = cursor.fetchone() or (0,)
        except pymysql.MySQLError as error:
            if _number(error)[0] in _CUT_SHORT:
                raise TimeoutError from None
            raise
        finally:
            cursor.execute(f"SET SESSION {name} = {limit}, SESSION lock_wait_timeout = {patience}")
            cursor.close()
    return int(number)


def lock(connection: Connection, patience: Patience) -> AbstractContextManager[None]:
    """A lock by name, one for each database of the server. It goes with the session, so a killed process leaves none."""
    # A name has 64 characters at most. MySQL 9 has no MD5 of its own any more.
    name = "CONCAT('schemactl.', LEFT(SHA2(COALESCE(DATABASE(), ''), 256), 40))"
    return holding(
        connection,
        patience,
        take=f"SELECT GET_LOCK({name}, 0)",
        give=f"SELECT RELEASE_LOCK({name})",
    )
