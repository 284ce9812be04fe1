"""Whether the columns that views and triggers name are there: in the tables as they are desired.

A view is explained while temporary tables shadow those that are made or altered, so that the server resolves its names
as it will. A trigger cannot be: its NEW and OLD are looked up here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pymysql
from pymysql.constants import ER
from sqlalchemy import Connection

from schemactl.errors import MissingObjectError
from schemactl.model import Catalog, Column, Kind, ObjectKey, Program, SchemaObject, Table, View
from schemactl_mysql.confirm_references import relations
from schemactl_mysql.ddl.context import Context
from schemactl_mysql.ddl.definitions import create_table
from schemactl_mysql.flavour import Flavour
from schemactl_mysql.options import TriggerOptions
from schemactl_mysql.read.scanner import Lexical, tokens_of
from schemactl_mysql.session import execute
from schemactl_mysql.sql import quoted


def refuse_missing_columns(
    connection: Connection, context: Context, desired: Catalog, known: Mapping[ObjectKey, SchemaObject], database: str
) -> None:
    """Raises MissingObjectError, with the key of the view or trigger as its subject.

    `desired` has tables that the server takes. A view over another view is left to the server.
    """
    by_name = {(o.key.schema.lower(), o.key.name.lower()): o for o in desired.objects if _is_relation(o)}
    shadows: set[str] = set()
    try:
        for it in desired.objects:
            if isinstance(it, View):
                tables = _to_shadow(it, by_name, known, database)
                if tables is not None:
                    for table in tables:
                        if table.name not in shadows:
                            execute(connection, _shadow(context, table))
                            shadows.add(table.name)
                    _explained(connection, it)
            elif isinstance(it, Program) and isinstance(it.options, TriggerOptions):
                owner = by_name.get((it.schema.lower(), it.table.lower()))
                if isinstance(owner, Table) and (known.get(owner.key) != owner or known.get(it.key) != it):
                    _refuse_unknown(it, owner, context.flavour)
    finally:
        for name in shadows:
            execute(connection, f"DROP TEMPORARY TABLE {quoted(name)}")


def _is_relation(it: SchemaObject) -> bool:
    return it.key.kind in (Kind.TABLE, Kind.VIEW)


def _to_shadow(
    view: View, by_name: Mapping[tuple[str, str], SchemaObject], known: Mapping[ObjectKey, SchemaObject], database: str
) -> list[Table] | None:
    """The tables under a view; None where nothing can be asked, or nothing has changed."""
    tables = [by_name.get(name) for name in relations(view)]
    if not all(isinstance(it, Table) and it.schema == database for it in tables):
        return None
    found = [it for it in tables if isinstance(it, Table)]
    changed = known.get(view.key) != view or any(known.get(it.key) != it for it in found)
    # All of them: what is live may have the names that it had before a rename.
    return found if changed else None


def _shadow(context: Context, table: Table) -> str:
    """A temporary table with the columns alone: that is all that a query sees."""
    columns = tuple(Column(name=c.name, type=c.type, collation=c.collation) for c in table.columns)
    bare = Table(schema=table.schema, name=table.name, columns=columns)
    return create_table(context, bare, foreign_keys=(), temporary=True)


def _explained(connection: Connection, view: View) -> None:
    try:
        execute(connection, f"EXPLAIN {view.query.text}")
    except pymysql.MySQLError as error:
        # All else may come of what is yet to be made, or of how temporary tables are.
        if error.args[0] == ER.BAD_FIELD_ERROR:
            raise MissingObjectError(
                f"{view.key} cannot be: {error.args[-1]}",
                subject=str(view.key),
                hint="correct the view, or the tables beneath it",
            ) from None


def _refuse_unknown(trigger: Program, table: Table, flavour: Flavour) -> None:
    columns = {c.name.lower() for c in table.columns}
    lexical = Lexical(flavour=flavour).under(getattr(trigger.options, "sql_mode", None) or "")
    for word, name in _rows(trigger.body, lexical):
        if name.lower() not in columns:
            raise MissingObjectError(
                f"{trigger.key} names {word}.{name}, and {table.key} has no such column",
                subject=str(trigger.key),
                hint="correct the trigger, or the table",
            )


def _rows(body: str, lexical: Lexical) -> Iterator[tuple[str, str]]:
    """(NEW or OLD, column) of each that a body names."""
    tokens = tokens_of(body, lexical)
    for before, it, dot, name in zip([None, *tokens], tokens, tokens[1:], tokens[2:], strict=False):
        stands_alone = before is None or before.word not in (".", "@")
        if it.word in ("NEW", "OLD") and dot.word == "." and stands_alone:
            text = body[name.start : name.stop]
            quote = text[0] if text[0] in '`"' else ""
            yield it.word, text[1:-1].replace(2 * quote, quote) if quote else text
