"""Views that would be broken without a word, for want of what they rest on."""

from __future__ import annotations

from collections.abc import Iterator

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from schemactl.errors import MissingObjectError
from schemactl.model import Catalog, Kind, ObjectKey, View


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
