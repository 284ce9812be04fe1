"""Views whose queries differ in text, put to the server: it prints the desired one in its own words.

Each is made as a temporary view, in a transaction that is rolled back, and read as the inspector reads. A view beneath
it means the live one; so the answer holds only while what lies beneath stays as it is, see `moves`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import psycopg

from schemactl.model import Catalog, Index, Kind, ObjectKey, Routine, Table, View, ViewColumn
from schemactl_postgres.canonical.query import canonical_query
from schemactl_postgres.canonical.tokens import Token, Unreadable, tokens
from schemactl_postgres.confirm import BATCH, confirm, prepared
from schemactl_postgres.indexed import as_table, with_indexes
from schemactl_postgres.inspect.values import in_sql
from schemactl_postgres.probe import asked
from schemactl_postgres.sql import names
from schemactl_postgres.stand_ins import stand_ins

if TYPE_CHECKING:
    from sqlalchemy import Connection

_READ = """
SELECT pg_get_viewdef(c.oid), a.attname::text, format_type(a.atttypid, a.atttypmod), n.nspname::text, l.collname::text
FROM pg_class c
LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
LEFT JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_collation l ON l.oid = a.attcollation AND a.attcollation <> t.typcollation
LEFT JOIN pg_namespace n ON n.oid = l.collnamespace
WHERE c.oid = to_regclass('pg_temp.schemactl_view')
ORDER BY a.attnum
"""


class Answer(NamedTuple):
    """What the server made of a query: its text, canonical, and its columns."""

    text: str
    columns: tuple[ViewColumn, ...]


def confirm_views(connection: Connection, desired: Catalog, actual: Catalog) -> Catalog:
    """`desired`, where each query that the server finds equal to the live one is canonically that.

    Where the server took a query, the view's `columns` are told too, unless they may change by the same plan. The
    connection is in no transaction, neither before nor after.
    """
    live = {o.key: o for o in actual.objects if isinstance(o, View)}
    pairs = [(o, live[o.key]) for o in desired.objects if isinstance(o, View) and o.key in live]
    doubts = [(o, twin) for o, twin in pairs if o.query != twin.query]
    answers: dict[ObjectKey, Answer] = {}
    driver: Any = connection.connection.dbapi_connection
    for start in range(0, len(doubts), BATCH):
        with driver.transaction(force_rollback=True), driver.cursor() as cursor:
            if not prepared(cursor):
                break
            for view, twin in doubts[start : start + BATCH]:
                if answer := _asked(cursor, view, twin):
                    answers[view.key] = answer
    judged = _Judge(desired, actual, live, answers)
    found = replace(desired, objects=tuple(judged.view(o) if isinstance(o, View) else o for o in desired.objects))
    return _with_indexes(connection, _foreseen(connection, found, judged), live)


def _foreseen(connection: Connection, desired: Catalog, judged: _Judge) -> Catalog:
    """`desired`, where a view that is to be over what the plan makes or alters tells the columns it will have."""
    open_ = [o for o in desired.objects if isinstance(o, View) and o.columns is None and o.key in judged.live]
    open_ = [o for o in open_ if not o.materialized]
    driver: Any = connection.connection.dbapi_connection
    told: dict[ObjectKey, View] = {}
    for start in range(0, len(open_), BATCH):
        with driver.transaction(force_rollback=True), driver.cursor() as cursor:
            if not prepared(cursor):
                break
            for view in open_[start : start + BATCH]:
                making = stand_ins(view, desired.by_key(), judged.moves)
                answer = None if making is None else _printed(cursor, making.query, view.names, before=making.before)
                if answer is not None:
                    told[view.key] = replace(view, columns=answer.columns)
    return replace(desired, objects=tuple(told.get(o.key, o) for o in desired.objects)) if told else desired


class _Judge:
    """Decides view by view, from the bottom up, whether an answer can be relied on."""

    def __init__(
        self, desired: Catalog, actual: Catalog, live: dict[ObjectKey, View], answers: dict[ObjectKey, Answer]
    ) -> None:
        self.desired = desired.by_key()
        self.actual = actual.by_key()
        self.live = live
        self.answers = answers
        self.done: dict[ObjectKey, View] = {}

    def view(self, view: View) -> View:
        if view.key not in self.done:
            self.done[view.key] = view  # a circle is told of when steps are put in order
            self.done[view.key] = self._judged(view)
        return self.done[view.key]

    def _judged(self, view: View) -> View:
        twin = self.live.get(view.key)
        if twin is None:
            return view
        if view.query == twin.query:
            return replace(view, columns=twin.columns)
        answer = self.answers.get(view.key)
        if answer is None:
            return view
        moves = any(self.moves(key) for key in view.uses)
        if answer.text == twin.query.canonical and not (moves and takes_all(view.query.text)):
            return replace(view, query=replace(view.query, canonical=answer.text), columns=twin.columns)
        return view if moves else replace(view, columns=answer.columns)

    def moves(self, key: ObjectKey) -> bool:
        """Whether the columns of something beneath a view may be others after the plan."""
        goal, now = self.desired.get(key), self.actual.get(key)
        if isinstance(goal, Table) and isinstance(now, Table):
            return [(c.name, c.type, c.collation) for c in goal.columns] != [
                (c.name, c.type, c.collation) for c in now.columns
            ]
        if isinstance(goal, View) and isinstance(now, View):
            judged = self.view(goal)
            return judged.columns is None or judged.columns != now.columns or judged.materialized != now.materialized
        if isinstance(goal, Routine) and isinstance(now, Routine):
            return _columns_of(goal) != _columns_of(now)
        return goal != now


def _columns_of(it: Routine) -> tuple[object, ...]:
    """What a query gets from a routine: its body may be another, or the same in other words."""
    return it.returns, it.returns_set, [(a.mode, a.name, a.type) for a in it.arguments]


#: Words that bring columns without naming them.
_TAKING = frozenset({Token("name", "natural"), Token("name", "table")})


def takes_all(text: str) -> bool:
    """Whether a query takes whatever columns there are: a star that neither counts nor multiplies, NATURAL, TABLE."""
    try:
        found = tokens(text)
    except Unreadable:
        return True
    return any(
        (token == Token("op", "*") and _is_star(found[at - 1] if at else None, found[at + 1])) or token in _TAKING
        for at, token in enumerate(found)
    )


def _is_star(before: Token | None, after: Token) -> bool:
    if before is not None and before.text == "(" and after.text == ")":
        return False
    return before is None or before.text in (".", ",", "select", "all", "distinct", "returning", "(", ")")


def _asked(cursor: psycopg.Cursor[Any], view: View, twin: View) -> Answer | None:
    """The server's words for the desired query, read once more where they are not the live ones.

    What it prints is not always what it prints of that text again, and either may be what a dump has left live.
    """
    answer = _printed(cursor, view.query.text, view.names)
    if answer is not None and canonical_query(answer.text) != twin.query.canonical:
        again = _printed(cursor, answer.text, ())
        if again is not None and canonical_query(again.text) == twin.query.canonical:
            answer = answer._replace(text=again.text)
    return None if answer is None else answer._replace(text=canonical_query(answer.text))


def _printed(cursor: psycopg.Cursor[Any], query: str, columns: tuple[str, ...], *, before: str = "") -> Answer | None:
    """`before` are statements to run first. None where the server does not take the query, as when it is over what the plan is yet to make."""
    listed = f" ({names(columns)})" if columns else ""
    rows = asked(cursor, f"{before}CREATE TEMPORARY VIEW schemactl_view{listed} AS {query}\n", _READ)
    if not rows:
        return None
    found = tuple(
        ViewColumn(name=name, type=kind, collation=in_sql(schema, collation))
        for _, name, kind, schema, collation in rows
        if name is not None
    )
    return Answer(rows[0][0].rstrip().removesuffix(";"), found)


def _with_indexes(connection: Connection, desired: Catalog, live: dict[ObjectKey, View]) -> Catalog:
    """Expressions of the indexes of materialized views, confirmed as if these were tables."""
    pairs = {
        o.key: (as_table(o, live[o.key]), as_table(live[o.key], live[o.key]))
        for o in desired.objects
        if isinstance(o, View) and o.key in live and o.indexes != live[o.key].indexes and _has_expressions(o.indexes)
    }
    if not pairs:
        return desired
    goal, now = zip(*pairs.values(), strict=True)
    told = {t.key: t for t in confirm(connection, Catalog(objects=goal), Catalog(objects=now)).tables()}
    return replace(
        desired,
        objects=tuple(
            with_indexes(o, told[replace(o.key, kind=Kind.TABLE)]) if isinstance(o, View) and o.key in pairs else o
            for o in desired.objects
        ),
    )


def _has_expressions(indexes: tuple[Index, ...]) -> bool:
    return any(i.predicate is not None or any(p.expression is not None for p in i.parts) for i in indexes)
