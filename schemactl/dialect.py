"""What a dialect must offer, and how one is found.

A dialect is a class registered under the entry-point group `schemactl.dialects` by the name of its URL scheme
(`postgresql`). The core calls it through the Protocol below and knows none by name.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from schemactl.changes import Change
from schemactl.errors import BusyError, SchemactlError, UrlError
from schemactl.manner import Manner, Size
from schemactl.model import Catalog, Desired, ObjectKey
from schemactl.steps import Right, Step

if TYPE_CHECKING:
    from threading import Event

    from sqlalchemy import Connection, Engine
    from sqlalchemy.engine import URL


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceText:
    """One file of the desired schema: its name as the user knows it, and its whole text."""

    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """What is known of a live server. `version` is comparable: (18, 6). `settings` are those that matter to plans."""

    name: str
    version: tuple[int, ...]
    database: str
    default_schema: str
    read_only: bool = False
    settings: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """How an official image of a server is used: its port, the variable that takes a password, who logs in where."""

    port: int
    login_variable: str
    username: str
    database: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """What two connections share, found by a lock of the one that the other sees, whatever their URLs say."""

    server: bool
    database: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a session waits for locks. Seconds; `attempts` counts the first try. A `lock_timeout` of 0 is no limit.

    Rows that a plan may not suit are counted for so long, each query: `check_timeout` before the first step of an
    apply, which may scan as long, `plan_check_timeout` where a plan is only made.
    """

    lock_timeout: float = 3.0
    attempts: int = 10
    advisory_timeout: float = 10.0
    check_timeout: float = 600.0
    plan_check_timeout: float = 5.0


@contextmanager
def holding(connection: Connection, patience: Patience, *, take: str, give: str) -> Iterator[None]:
    """Hold a lock of the session's: `take` is SQL that gives true once it is ours, `give` gives it back.

    Raises BusyError where it was not to be had within `advisory_timeout`.
    """
    deadline = time.monotonic() + patience.advisory_timeout
    while not connection.exec_driver_sql(take).scalar():
        connection.rollback()
        if time.monotonic() > deadline:
            raise BusyError(
                "another schemactl works on this database", hint="wait until it has finished, then run again"
            )
        time.sleep(random.uniform(0.05, 0.25))  # noqa: S311
    connection.commit()
    try:
        yield
    except BaseException:
        with suppress(Exception):  # what went wrong must be told; and where the session is gone, its lock is too
            connection.rollback()
            connection.exec_driver_sql(give)
            connection.commit()
        raise
    connection.rollback()
    connection.exec_driver_sql(give)
    connection.commit()


@runtime_checkable
class Dialect(Protocol):
    """One database family. Every method takes and returns plain values; none keeps state between calls."""

    #: The entry-point name, which is the URL scheme.
    name: str
    #: The schema of an unqualified name, where neither the URL nor the manifest says another; empty where each
    #: database has its own.
    default_schema: str
    #: Whether the server decides what a text means: its version, what its settings make of quotes.
    reads_for_server: bool
    #: Whether a column can be put between others.
    moves_columns: bool
    #: Whether `confirm` has a use for a connection aside.
    asks_aside: bool
    #: Whether a statement may name the database that it is for: it can then be tried in one of that name alone.
    names_databases: bool
    #: The official images of its servers, by their names without a tag.
    containers: Mapping[str, Container]

    def engine(self, url: URL, *, application_name: str) -> Engine:
        """An engine with the dialect's driver and no pool. Connects to nothing yet."""
        ...

    def error(self, error: Exception, *, doing: str) -> SchemactlError | None:
        """What a driver's error means to a user; None where it is not the driver's. `doing` completes "while ..."."""
        ...

    def server(self, connection: Connection) -> Server:
        """Version, database and settings. Raises ServerVersionError where the server is too old or a stranger."""
        ...

    def read(self, sources: Sequence[SourceText], *, default_schema: str, server: Server | None = None) -> Desired:
        """Play the scripts in order and return the catalog that a server would hold. Raises SourceError.

        Where the `server` is None, it is the newest of its kind.
        """
        ...

    def inspect(self, connection: Connection, *, schemas: Sequence[str] | None) -> Catalog:
        """The live catalog of these schemas, or of all that are the user's. One round of bulk queries."""
        ...

    def renamed(self, catalog: Catalog, old: ObjectKey, new: ObjectKey) -> Catalog:
        """The catalog with one thing under another name wherever it is mentioned, as the server shows it afterwards.

        Both keys are of one kind and place.
        """
        ...

    def respelled(self, desired: Desired, actual: Catalog) -> Desired:
        """`desired` with a rename for each thing that the server finds in `actual` under another spelling of its name.

        The old names of its other renames come out as they are spelled there.
        """
        ...

    def settle(self, desired: Desired, actual: Catalog) -> Catalog:
        """The desired catalog with what only the live one can tell: types of extensions, names left to the server.

        Raises UnknownTypeError for a type that neither side knows.
        """
        ...

    def confirm(
        self, connection: Connection, desired: Catalog, actual: Catalog, *, aside: Connection | None = None
    ) -> Catalog:
        """`desired`, where each expression that the server finds equal to the live one is replaced by it.

        Only expressions that differ in canonical text are put to the server, in a transaction that is rolled back;
        to the server `aside`, where there is one, what the user may not ask on the first.
        Raises SourceError, with the key of the object as its subject, for what no server would take.
        """
        ...

    def scratch(self, connection: Connection, name: str) -> AbstractContextManager[None]:
        """An empty database of this name beside the one at hand, and with its defaults; dropped at the end."""
        ...

    def meets(self, connection: Connection, other: Connection) -> Meeting:
        """Whether two connections lead to one server, and to one database of it."""
        ...

    def stage(self, dev: Connection, target: Connection, catalogs: Sequence[Catalog], *, own: bool) -> str:
        """Have a new database show the catalogs as the target would: who asks, its settings, the roles they name.

        What is lacking for that is returned, as a sentence without a full stop; empty where nothing is. Roles are made
        only on a server that is `own`: they would belong to others too.
        """
        ...

    def sizes(self, connection: Connection) -> dict[ObjectKey, Size]:
        """How big each live table is. One that is missing here is taken for big; nobody who holds one is waited for."""
        ...

    def steps(
        self, changes: Sequence[Change], *, desired: Catalog, actual: Catalog, server: Server, manner: Manner
    ) -> list[Step]:
        """The statements that make the changes, in no order: the planner orders them by what they need."""
        ...

    def lock(self, connection: Connection, patience: Patience) -> AbstractContextManager[None]:
        """Hold the session lock that keeps a second schemactl off this database. Raises BusyError."""
        ...

    def execute(self, connection: Connection, sql: str) -> None:
        """Run one statement as it stands (no parameters)."""
        ...

    def prepare(self, connection: Connection, patience: Patience) -> None:
        """Set up a session for DDL: lock timeout, no statement timeout, a fixed search_path."""
        ...

    def is_lock_timeout(self, error: Exception) -> bool:
        """Whether the statement failed only because a lock was not to be had in time, and may be tried again."""
        ...


@runtime_checkable
class Embeds(Protocol):
    """What a dialect offers that has a server of its own to start, from a package that may be installed."""

    def embedded_version(self) -> tuple[int, ...]:
        """The version that there is, as that of a Server. Raises UsageError where the package is not installed."""
        ...

    def embedded(self) -> AbstractContextManager[URL]:
        """A server that nobody else knows of, for as long as the block lasts."""
        ...


@runtime_checkable
class LaysOut(Protocol):
    """What a dialect offers whose texts sqlfluff can lay out."""

    #: What sqlfluff calls the dialect.
    sqlfluff: str

    def lexemes(self, source: SourceText) -> Iterator[str]:
        """The tokens of a script as they are written, comments and what the client alone reads aside. Raises
        SqlSyntaxError.
        """
        ...


@runtime_checkable
class Marks(Protocol):
    """What a dialect offers that can tell by one query, cheaply, that no inspection would see anything new."""

    def mark(self, connection: Connection) -> str:
        """A text that is another one after any change that an inspection of any scope would see, or of the server's
        version or settings. It may change without one.

        Empty where that cannot be told of this server.
        """
        ...


@runtime_checkable
class CountsRows(Protocol):
    """What a dialect offers whose steps have checks of their rows."""

    def count(self, connection: Connection, sql: str, *, seconds: float) -> int:
        """The number that the query gives; it can change nothing.

        Raises TimeoutError where it is cut short, after so many seconds; a lock of others is an error of the driver's.
        """
        ...


@runtime_checkable
class LooksFirst(CountsRows, Protocol):
    """What a dialect offers beside the rest whose statements commit by themselves.

    No rollback would take back what ran before a step that fails, so what can fail is looked for before the first.
    """

    def lacking(self, connection: Connection, rights: Sequence[Right]) -> Sequence[Right]:
        """Those of the rights that the session's user surely lacks."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What a session is seen to do: for whom it waits, in words that quote no statement; what it is at; how much is done.

    `share` goes from 0 to 1. What the server does not tell is empty, or None.
    """

    blockers: str = ""
    phase: str = ""
    share: float | None = None


@runtime_checkable
class Watches(Protocol):
    """What a dialect offers beside the rest that can tell, from a second session, what the first is doing."""

    def session(self, connection: Connection) -> int:
        """The number by which others know this session."""
        ...

    def look(self, connection: Connection, session: int) -> Sight:
        """What that other session is doing. Cheap, and without a lock on anything."""
        ...

    def cancel(self, connection: Connection, session: int) -> None:
        """End the statement that the other session runs; the session stays."""
        ...

    def is_cancelled(self, error: Exception) -> bool:
        """Whether a statement failed because it was cancelled."""
        ...

    def blockers(self, connection: Connection, schema: str, name: str) -> str:
        """Who holds a lock on the table, in words; empty where the server does not tell."""
        ...

    def hurry(self, connection: Connection, seconds: float) -> None:
        """For the rest of the transaction, wait no longer than that for a lock."""
        ...

    def again(self, connection: Connection, sql: str) -> None:
        """Take away what a statement, run outside a transaction, left when it failed: before it is run once more."""
        ...


@runtime_checkable
class HandsOver(Protocol):
    """What a dialect offers whose tables other programs can copy while others write."""

    #: The placeholders that a command may have beside `{alter}`, `{schema}` and `{table}`.
    placeholders: frozenset[str]

    def hand_over(
        self,
        connection: Connection,
        command: Sequence[str],
        values: Mapping[str, str],
        say: Callable[[str], None],
        cancel: Event,
    ) -> None:
        """Run a program on the database of the connection, its placeholders filled, and say each line that it prints.

        Once `cancel` is set it is told to end. No word of the command holds a password. Raises StepFailedError where the
        program does not end well, InterruptedError_ where it was told to.
        """
        ...


@lru_cache(maxsize=1)
def _registered() -> dict[str, Callable[[], Dialect]]:
    found: dict[str, Callable[[], Dialect]] = {}
    for point in entry_points(group="schemactl.dialects"):
        if point.name in found:
            raise UrlError(
                f"two installed packages both offer the dialect {point.name!r}", hint="uninstall one of the two"
            )
        found[point.name] = point.load
    return found


def names() -> list[str]:
    """The names of all installed dialects, sorted."""
    return sorted(_registered())


#: Whoever is first makes the dialect, and all others get that one: dialects are told apart by identity.
_MAKING = threading.Lock()


def find(name: str) -> Dialect:
    """The dialect registered as `name` (`postgres` means `postgresql`), always the same object. Raises UrlError."""
    with _MAKING:
        return _made({"postgres": "postgresql"}.get(name, name))


@lru_cache
def _made(name: str) -> Dialect:
    registered = _registered()
    if name not in registered:
        known = ", ".join(sorted(registered))
        hint = f"installed dialects: {known}" if known else "no dialect is installed: pip install schemactl"
        raise UrlError(f"no dialect speaks {name!r}", hint=hint)
    load = registered[name]
    dialect: Dialect = load()()  # type: ignore[operator]
    return dialect
