"""Policies whose expressions differ in text, put to the server on a temporary table of the same name and columns.

It stands last on the search_path, so that a query within an expression reads the real tables, and finds the
temporary one only where the policy means its own row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import psycopg

from schemactl.model import Catalog, Expression, ObjectKey, Policy, Table
from schemactl_postgres.canonical.catalog import context_of
from schemactl_postgres.canonical.expression import canonical
from schemactl_postgres.probe import asked
from schemactl_postgres.sql import quoted

_LAST = "SELECT set_config('search_path', concat_ws(', ', nullif(current_setting('search_path'), ''), 'pg_temp'), true)"
_READ = """
SELECT polname::text, pg_get_expr(polqual, polrelid) FROM pg_policy WHERE polrelid = to_regclass('pg_temp.{table}')
"""

Pair = tuple[Expression, Expression]


def doubtful(desired: Catalog, actual: Catalog) -> list[tuple[Policy, Policy, Table]]:
    """Desired policies, their live twins that differ in an expression, and the live table of both."""
    live = actual.by_key()
    found = []
    for policy in desired.objects:
        twin = live.get(policy.key)
        if isinstance(policy, Policy) and isinstance(twin, Policy) and list(_pairs(policy, twin)):
            table = live.get(policy.on)
            if isinstance(table, Table):
                found.append((policy, twin, table))
    return found


def confirmed(cursor: psycopg.Cursor[Any], doubts: Iterable[tuple[Policy, Policy, Table]]) -> dict[ObjectKey, Policy]:
    """The policies, each expression that the server prints like the live one canonically that.

    The cursor is in a transaction that will be rolled back, under the search_path of the user's script.
    """
    cursor.execute(_LAST)
    settled = {}
    for policy, twin, table in doubts:
        same = {pair for pair in _pairs(policy, twin) if _same(cursor, table, pair)}
        using, check = (
            _as_live(one, other) if (one, other) in same else one
            for one, other in ((policy.using, twin.using), (policy.check, twin.check))
        )
        settled[policy.key] = replace(policy, using=using, check=check)
    return settled


def _as_live(one: Expression | None, live: Expression | None) -> Expression | None:
    """In the words of the desired text: the live ones name casts that hold for the types of today."""
    return replace(one, canonical=live.canonical) if one is not None and live is not None else one


def _pairs(policy: Policy, twin: Policy) -> Iterator[Pair]:
    for one, other in ((policy.using, twin.using), (policy.check, twin.check)):
        if one is not None and other is not None and one != other:
            yield one, other


def _same(cursor: psycopg.Cursor[Any], table: Table, pair: Pair) -> bool:
    name = quoted(table.name)
    columns = ", ".join(f"{quoted(c.name)} {c.type.text}" for c in table.columns)
    policies = "; ".join(
        f"CREATE POLICY {side} ON pg_temp.{name} USING ({expression.text}\n)"
        for side, expression in zip(("desired", "actual"), pair, strict=True)
    )
    read = _READ.format(table=name.replace("'", "''"))
    printed = dict(asked(cursor, f"CREATE TEMPORARY TABLE {name} ({columns}); {policies}", read))
    if len(printed) < 2:
        return False
    context = context_of(table, {}, "")
    mine, theirs = (canonical(printed[side], context, None).text for side in ("desired", "actual"))
    return mine in (theirs, pair[1].canonical)
