"""What the server would refuse, or break without a word, for want of what it rests on: foreign keys and views.

A temporary table has no foreign keys, and MariaDB's error for one tells nothing. Which types go together was measured
on MySQL 9.7, MariaDB 10.11 and 11.8, which agree.
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from schemactl.errors import ImpossibleError, MissingObjectError
from schemactl.model import Catalog, Column, ForeignKey, Kind, ObjectKey, PrimaryKey, Table, View
from schemactl_mysql.ddl.definitions import index_options
from schemactl_mysql.types import WIDTHS, base

#: Types that go together in a foreign key; those that are not here, with themselves alone.
_TOGETHER = {"varchar": "char", "varbinary": "binary", "timestamp": "datetime"}
#: Types of which is not told here what they go with.
_UNTOLD = frozenset({"enum", "set", "bit", "json", "uuid", "inet4", "inet6"})


def refuse_unfit_keys(desired: Catalog, actual: Catalog) -> None:
    """Raises ImpossibleError for a foreign key, at a table that is made or altered, that no server takes."""
    live = actual.by_key()
    tables = {t.key: t for t in desired.tables()}
    for table in tables.values():
        for key in table.constraints:
            if not isinstance(key, ForeignKey):
                continue
            parent = tables.get(key.references)
            if live.get(table.key) == table and (parent is None or live.get(parent.key) == parent):
                continue
            reason = next(_unfit(table, key, parent), None)
            if reason is not None:
                raise ImpossibleError(
                    f"the server takes no foreign key {key.name} of {table.key}: {reason[0]}",
                    subject=str(table.key),
                    hint=reason[1],
                )


def _unfit(table: Table, key: ForeignKey, parent: Table | None) -> Iterator[tuple[str, str]]:
    """What is wrong, and what to do about it."""
    own = [table.column(c) for c in key.columns]
    for it in own:
        if it is not None and not it.nullable and "SET NULL" in (key.on_delete, key.on_update):
            yield (
                f"it sets {it.name} to NULL, which the column forbids",
                "let the column be NULL, or choose another action",
            )
    if parent is None:
        return
    theirs = [parent.column(c) for c in key.referenced_columns]
    for a, b in zip(own, theirs, strict=False):
        if a is None or b is None or base(a.type.text) in _UNTOLD or base(b.type.text) in _UNTOLD:
            continue
        if _sort(a) != _sort(b):
            shown = [f"{c.type}{f' collate {c.collation}' if c.collation else ''}" for c in (a, b)]
            yield f"{a.name} is {shown[0]}, and {parent.name}.{b.name} is {shown[1]}", "give both columns the same type"
    if not any(first in key.referenced_columns for first in _first_columns(parent)):
        columns = ", ".join(key.referenced_columns)
        yield f"{parent.name} has no index over {columns}", f"add a unique key over {columns} to {parent.key.path}"


def _sort(it: Column) -> tuple[str, str | None]:
    """What two columns have in common that go together."""
    name = base(it.type.text)
    if name in WIDTHS:
        return f"{name}{' unsigned' if 'unsigned' in it.type.text or 'zerofill' in it.type.text else ''}", None
    return _TOGETHER.get(name, name), it.collation if name in ("char", "varchar") else None


def _first_columns(table: Table) -> Iterator[str]:
    for constraint in table.constraints:
        if isinstance(constraint, PrimaryKey | ForeignKey):
            yield constraint.columns[0]
            parts = index_options(constraint.options).parts if isinstance(constraint, PrimaryKey) else ()
            yield from (p.column for p in parts[:1] if p.column)
    yield from (index.parts[0].column or "" for index in table.indexes)


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


def relations(view: View) -> Iterator[tuple[str, str]]:
    """(database, name), in lower case, of all that the query selects from; nothing where sqlglot cannot read it."""
    try:
        tree = sqlglot.parse_one(view.query.text, read="mysql")
    except SqlglotError:
        return
    own = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
    for table in tree.find_all(exp.Table):
        if table.db or table.name.lower() not in own:
            yield (table.db or view.schema).lower(), table.name.lower()


def _missing(view: ObjectKey, gone: ObjectKey) -> MissingObjectError:
    return MissingObjectError(
        f"{view} rests on {gone}, which the desired schema does not create, so that it would be dropped",
        subject=str(view),
        hint=f"keep {gone} in the desired schema, exclude it, or take it out of the view",
    )
