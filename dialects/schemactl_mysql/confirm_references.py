"""Views that would be broken without a word, for want of what they rest on."""

from __future__ import annotations

from collections.abc import Iterator

import pymysql
import sqlglot
from pymysql.constants import ER
from sqlalchemy import Connection
from sqlglot import exp
from sqlglot.errors import SqlglotError

from schemactl.errors import MissingObjectError
from schemactl.model import Catalog, Kind, ObjectKey, View
from schemactl_mysql.session import execute
from schemactl_mysql.sql import quoted


def refuse_broken_views(desired: Catalog, actual: Catalog) -> None:
    """Raises MissingObjectError for a view over a table or view that is live and not desired.

    The server drops it all the same, and has a view then that nobody can use.
    """
    kept = {
        (o.key.schema.lower(), o.key.name.lower()) for o in desired.objects if o.key.kind in (Kind.TABLE, Kind.VIEW)
    }
    going = {
        (o.key.schema.lower(), o.key.name.lower()): o.key
        for o in actual.objects
        if o.key.kind in (Kind.TABLE, Kind.VIEW) and (o.key.schema.lower(), o.key.name.lower()) not in kept
    }
    if not going:
        return
    for view in desired.objects:
        if isinstance(view, View):
            gone = next((going[name] for name in relations(view) if name in going), None)
            if gone is not None:
                raise _missing(view.key, gone)


def refuse_unknown_relations(connection: Connection, desired: Catalog, actual: Catalog) -> None:
    """Raises MissingObjectError for a view that comes or changes over what neither is there nor is made.

    The server is asked for each such name: it may be out of scope, of another database, or one that MariaDB makes up.
    """
    live = actual.by_key()
    made = {(o.key.schema.lower(), o.key.name.lower()) for o in desired.objects}
    for view in desired.objects:
        if not isinstance(view, View) or live.get(view.key) == view:
            continue
        for schema, name in dict.fromkeys(_named(view)):
            if (schema.lower(), name.lower()) not in made and _is_missing(connection, schema, name):
                raise MissingObjectError(
                    f"{view.key} rests on {schema}.{name}, which is not there, nor does the desired schema create it",
                    subject=str(view.key),
                    hint="create it, or correct its name",
                )


def _is_missing(connection: Connection, schema: str, name: str) -> bool:
    try:
        execute(connection, f"EXPLAIN SELECT 1 FROM {quoted(schema)}.{quoted(name)}")  # noqa: S608
    except pymysql.MySQLError as error:
        return bool(error.args[0] == ER.NO_SUCH_TABLE)
    return False


def relations(view: View) -> Iterator[tuple[str, str]]:
    """(database, name), in lower case, of all that the query selects from; nothing where sqlglot cannot read it."""
    for schema, name in _named(view):
        yield schema.lower(), name.lower()


def _named(view: View) -> Iterator[tuple[str, str]]:
    try:
        tree = sqlglot.parse_one(view.query.text, read="mysql")
    except SqlglotError:
        return
    own = {"dual", *(cte.alias.lower() for cte in tree.find_all(exp.CTE))}
    for table in tree.find_all(exp.Table):
        if isinstance(table.this, exp.Identifier) and (table.db or table.name.lower() not in own):
            yield table.db or view.schema, table.name


def _missing(view: ObjectKey, gone: ObjectKey) -> MissingObjectError:
    return MissingObjectError(
        f"{view} rests on {gone}, which the desired schema does not create, so that it would be dropped",
        subject=str(view),
        hint=f"keep {gone} in the desired schema, exclude it, or take it out of the view",
    )
