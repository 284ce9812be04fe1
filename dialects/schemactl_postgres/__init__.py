"""Postgres 14 to 18, behind the Protocol of schemactl.dialect. Each method lives in the module of its name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from schemactl.dialect import Container

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine
    from sqlalchemy.engine import URL

    from schemactl.changes import Change
    from schemactl.dialect import Meeting, Patience, Server, Sight, SourceText
    from schemactl.errors import SchemactlError
    from schemactl.lint.nolint import Lexis
    from schemactl.lint.rule import Rule
    from schemactl.manner import Manner, Size
    from schemactl.model import Catalog, Desired, ObjectKey
    from schemactl.steps import Step


class PostgresDialect:
    """Imports what a call needs when it is called: the command line must start fast."""

    name = "postgresql"
    default_schema = "public"
    reads_for_server = False
    moves_columns = False
    asks_aside = False
    sqlfluff = "postgres"
    names_databases = False
    containers: Mapping[str, Container] = {
        "postgres": Container(port=5432, login_variable="POSTGRES_PASSWORD", username="postgres", database="postgres")
    }

    def engine(self, url: URL, *, application_name: str) -> Engine:
        from schemactl_postgres import session

        return session.engine(url, application_name=application_name)

    def error(self, error: Exception, *, doing: str) -> SchemactlError | None:
        from schemactl_postgres import session

        return session.meaning(error, doing=doing)

    def server(self, connection: Connection) -> Server:
        from schemactl_postgres import session

        return session.server(connection)

    def read(self, sources: Sequence[SourceText], *, default_schema: str, server: Server | None = None) -> Desired:
        from dataclasses import replace

        from schemactl_postgres.canonical import canonicalise
        from schemactl_postgres.read import read
        from schemactl_postgres.settle_privileges import expected

        desired = read(sources, default_schema=default_schema)
        return replace(desired, catalog=expected(canonicalise(desired.catalog, default_schema=default_schema)))

    def lexemes(self, source: SourceText) -> Iterator[str]:
        from schemactl_postgres.read.splitter import statements
        from schemactl_postgres.read.tokens import Source

        for cursor in statements(Source(source)):
            yield from cursor.written()

    def inspect(self, connection: Connection, *, schemas: Sequence[str] | None) -> Catalog:
        from schemactl_postgres.canonical import canonicalise
        from schemactl_postgres.inspect import inspect

        return canonicalise(inspect(connection, schemas=schemas))

    def mark(self, connection: Connection) -> str:
        from schemactl_postgres.mark import mark

        return mark(connection)

    def renamed(self, catalog: Catalog, old: ObjectKey, new: ObjectKey) -> Catalog:
        from schemactl_postgres.renamed import renamed

        return renamed(catalog, old, new)

    def respelled(self, desired: Desired, actual: Catalog) -> Desired:
        return desired

    def settle(self, desired: Desired, actual: Catalog) -> Catalog:
        from schemactl_postgres.settle import settle

        return settle(desired, actual)

    def scratch(self, connection: Connection, name: str) -> AbstractContextManager[None]:
        from schemactl_postgres import session

        return session.scratch(connection, name)

    def embedded_version(self) -> tuple[int, ...]:
        from schemactl_postgres import embedded

        return embedded.version()

    def embedded(self) -> AbstractContextManager[URL]:
        from schemactl_postgres import embedded

        return embedded.server()

    def meets(self, connection: Connection, other: Connection) -> Meeting:
        from schemactl_postgres import dev

        return dev.meets(connection, other)

    def stage(self, dev: Connection, target: Connection, catalogs: Sequence[Catalog], *, own: bool) -> str:
        from schemactl_postgres import dev as dev_database

        return dev_database.stage(dev, target, catalogs, own=own)

    def confirm(
        self, connection: Connection, desired: Catalog, actual: Catalog, *, aside: Connection | None = None
    ) -> Catalog:
        from schemactl_postgres.confirm import confirm
        from schemactl_postgres.confirm_bodies import refuse_broken_bodies
        from schemactl_postgres.confirm_others import confirm_others
        from schemactl_postgres.confirm_routines import confirm_routines
        from schemactl_postgres.confirm_rules import confirm_rules
        from schemactl_postgres.confirm_views import confirm_views
        from schemactl_postgres.toast import without_forgotten

        refuse_broken_bodies(connection, desired, actual)
        found = confirm_views(connection, confirm(connection, desired, actual), actual)
        found = confirm_others(connection, confirm_rules(connection, found, actual), actual)
        return without_forgotten(confirm_routines(connection, found, actual), actual)

    def sizes(self, connection: Connection) -> dict[ObjectKey, Size]:
        from schemactl_postgres.sizes import sizes

        return sizes(connection)

    def steps(
        self, changes: Sequence[Change], *, desired: Catalog, actual: Catalog, server: Server, manner: Manner
    ) -> list[Step]:
        from schemactl_postgres.ddl import steps

        return steps(changes, desired=desired, actual=actual, server=server, manner=manner)

    def lint_rules(self) -> Sequence[Rule]:
        from schemactl_postgres.lint import RULES

        return RULES

    def lint_lexis(self) -> Lexis:
        from schemactl.lint.nolint import Lexis

        return Lexis()

    def lock(self, connection: Connection, patience: Patience) -> AbstractContextManager[None]:
        from schemactl_postgres import session

        return session.lock(connection, patience)

    def prepare(self, connection: Connection, patience: Patience) -> None:
        from schemactl_postgres import session

        session.prepare(connection, patience)

    def execute(self, connection: Connection, sql: str) -> None:
        from schemactl_postgres import session

        session.execute(connection, sql)

    def count(self, connection: Connection, sql: str, *, seconds: float) -> int:
        from schemactl_postgres import session

        return session.count(connection, sql, seconds=seconds)

    def is_lock_timeout(self, error: Exception) -> bool:
        from schemactl_postgres import session

        return session.is_lock_timeout(error)

    def session(self, connection: Connection) -> int:
        from schemactl_postgres import watch

        return watch.session(connection)

    def look(self, connection: Connection, session: int) -> Sight:
        from schemactl_postgres import watch

        return watch.look(connection, session)

    def cancel(self, connection: Connection, session: int) -> None:
        from schemactl_postgres import watch

        watch.cancel(connection, session)

    def is_cancelled(self, error: Exception) -> bool:
        from schemactl_postgres import session

        return session.is_cancelled(error)

    def blockers(self, connection: Connection, schema: str, name: str) -> str:
        from schemactl_postgres.blockers import blockers

        return blockers(connection, schema, name)

    def hurry(self, connection: Connection, seconds: float) -> None:
        from schemactl_postgres import session

        session.hurry(connection, seconds)

    def again(self, connection: Connection, sql: str) -> None:
        from schemactl_postgres import leftovers

        leftovers.clear(connection, sql)
