"""MySQL 8.0 to 9 and MariaDB 10.6 to 11.8, behind the Protocol of schemactl.dialect.

Each method lives in the module of its name. Which of the two answers is seen when a server is asked, whatever the
URL says; the two dialects differ in what they take a server for that nobody asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import TYPE_CHECKING

from schemactl.dialect import Container

if TYPE_CHECKING:
    from threading import Event

    from sqlalchemy import Connection, Engine
    from sqlalchemy.engine import URL

    from schemactl.changes import Change
    from schemactl.dialect import Meeting, Patience, Server, Sight, SourceText
    from schemactl.errors import SchemactlError
    from schemactl.lint.nolint import Lexis
    from schemactl.lint.rule import Rule
    from schemactl.manner import Manner, Size
    from schemactl.model import Catalog, Desired, ObjectKey
    from schemactl.steps import Right, Step
    from schemactl_mysql.read.scanner import Lexical


class MySQLDialect:
    """Imports what a call needs when it is called: the command line must start fast."""

    name = "mysql"
    default_schema = ""
    reads_for_server = True
    moves_columns = True
    placeholders = frozenset({"defaults", "host", "port", "user"})
    asks_aside = True
    names_databases = True
    sqlfluff = "mysql"
    containers: Mapping[str, Container] = {
        "mysql": Container(port=3306, login_variable="MYSQL_ROOT_PASSWORD", username="root")
    }
    _mariadb = False

    def engine(self, url: URL, *, application_name: str) -> Engine:
        from schemactl_mysql import session

        return session.engine(url, application_name=application_name)

    def error(self, error: Exception, *, doing: str) -> SchemactlError | None:
        from schemactl_mysql import session

        return session.meaning(error, doing=doing)

    def server(self, connection: Connection) -> Server:
        from schemactl_mysql import session

        return session.server(connection)

    def read(self, sources: Sequence[SourceText], *, default_schema: str, server: Server | None = None) -> Desired:
        from schemactl_mysql.canonical import canonicalise
        from schemactl_mysql.offline import surroundings
        from schemactl_mysql.read import read
        from schemactl_mysql.read.scanner import Lexical

        if server is None:
            lexical = self._lexical()
            found = read(sources, default_schema=default_schema, lexical=lexical)
            return replace(found, catalog=canonicalise(found.catalog, surroundings(lexical.flavour)))
        case = int(server.settings.get("lower_case_table_names", 0))
        lexical = Lexical.of(server)
        return read(sources, default_schema=default_schema, lexical=lexical, lower_case_table_names=case)

    def lexemes(self, source: SourceText) -> Iterator[str]:
        from schemactl.reading import Source
        from schemactl_mysql.read.splitter import statements

        for cursor in statements(Source(source), self._lexical()):
            yield from cursor.written()

    def _lexical(self) -> Lexical:
        """Where no server says how it reads."""
        from schemactl_mysql.flavour import NEWEST_MARIADB, NEWEST_MYSQL
        from schemactl_mysql.read.scanner import Lexical

        return Lexical(flavour=NEWEST_MARIADB if self._mariadb else NEWEST_MYSQL)

    def inspect(self, connection: Connection, *, schemas: Sequence[str] | None) -> Catalog:
        from schemactl_mysql.inspect import inspect

        return inspect(connection, schemas=schemas)

    def renamed(self, catalog: Catalog, old: ObjectKey, new: ObjectKey) -> Catalog:
        from schemactl_mysql.renamed import renamed

        return renamed(catalog, old, new)

    def respelled(self, desired: Desired, actual: Catalog) -> Desired:
        from schemactl_mysql.respell import respelled

        return respelled(desired, actual)

    def settle(self, desired: Desired, actual: Catalog) -> Catalog:
        from schemactl_mysql.settle import settle

        return settle(desired, actual)

    def confirm(
        self, connection: Connection, desired: Catalog, actual: Catalog, *, aside: Connection | None = None
    ) -> Catalog:
        from schemactl_mysql.confirm import confirm

        return confirm(connection, desired, actual, aside=aside)

    def scratch(self, connection: Connection, name: str) -> AbstractContextManager[None]:
        from schemactl_mysql import session

        return session.scratch(connection, name)

    def meets(self, connection: Connection, other: Connection) -> Meeting:
        from schemactl_mysql import session

        return session.meets(connection, other)

    def stage(self, dev: Connection, target: Connection, catalogs: Sequence[Catalog], *, own: bool) -> str:
        return ""

    def sizes(self, connection: Connection) -> dict[ObjectKey, Size]:
        from schemactl_mysql.sizes import sizes

        return sizes(connection)

    def steps(
        self, changes: Sequence[Change], *, desired: Catalog, actual: Catalog, server: Server, manner: Manner
    ) -> list[Step]:
        from schemactl_mysql.ddl import steps

        return steps(changes, desired=desired, actual=actual, server=server, manner=manner)

    def lint_rules(self) -> Sequence[Rule]:
        from schemactl_mysql.lint import RULES

        return RULES

    def lint_lexis(self) -> Lexis:
        from schemactl.lint.nolint import Lexis

        return Lexis(hashes=True, backslashes=True)

    def lock(self, connection: Connection, patience: Patience) -> AbstractContextManager[None]:
        from schemactl_mysql import session

        return session.lock(connection, patience)

    def prepare(self, connection: Connection, patience: Patience) -> None:
        from schemactl_mysql import session

        session.prepare(connection, patience)

    def execute(self, connection: Connection, sql: str) -> None:
        from schemactl_mysql import session

        session.execute(connection, sql)

    def hand_over(
        self,
        connection: Connection,
        command: Sequence[str],
        values: Mapping[str, str],
        say: Callable[[str], None],
        cancel: Event,
    ) -> None:
        from schemactl_mysql import handover

        handover.hand_over(connection, command, values, say, cancel)

    def lacking(self, connection: Connection, rights: Sequence[Right]) -> Sequence[Right]:
        from schemactl_mysql import grants

        return grants.lacking(connection, rights)

    def count(self, connection: Connection, sql: str, *, seconds: float) -> int:
        from schemactl_mysql import session

        return session.count(connection, sql, seconds=seconds)

    def blockers(self, connection: Connection, schema: str, name: str) -> str:
        from schemactl_mysql.blockers import blockers

        return blockers(connection, schema, name)

    def session(self, connection: Connection) -> int:
        from schemactl_mysql import watch

        return watch.session(connection)

    def look(self, connection: Connection, session: int) -> Sight:
        from schemactl_mysql import watch

        return watch.look(connection, session)

    def cancel(self, connection: Connection, session: int) -> None:
        from schemactl_mysql import watch

        watch.cancel(connection, session)

    def is_cancelled(self, error: Exception) -> bool:
        from schemactl_mysql import session

        return session.is_cancelled(error)

    def hurry(self, connection: Connection, seconds: float) -> None:
        """Nothing here: each statement commits by itself, and waits with nothing in its hands."""

    def again(self, connection: Connection, sql: str) -> None:
        """Nothing here: a statement that fails is taken back whole."""

    def is_lock_timeout(self, error: Exception) -> bool:
        from schemactl_mysql import session

        return session.is_lock_timeout(error)


class MariaDBDialect(MySQLDialect):
    name = "mariadb"
    sqlfluff = "mariadb"
    containers: Mapping[str, Container] = {
        "mariadb": Container(port=3306, login_variable="MARIADB_ROOT_PASSWORD", username="root")
    }
    _mariadb = True
