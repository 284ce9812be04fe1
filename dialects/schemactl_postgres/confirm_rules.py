"""Rules whose text differs, put to the server: each on a temporary table with the columns of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import psycopg

from schemactl.model import Catalog, ObjectKey, Rule, SchemaObject, Table, View
from schemactl_postgres.canonical.query import canonical_query
from schemactl_postgres.confirm import BATCH, prepared
from schemactl_postgres.confirm_views import takes_all
from schemactl_postgres.inspect.rules import body_of
from schemactl_postgres.probe import asked
from schemactl_postgres.sql import quoted

if TYPE_CHECKING:
    from sqlalchemy import Connection

_READ = "SELECT pg_get_ruledef(oid) FROM pg_rewrite WHERE ev_class = to_regclass('pg_temp.schemactl_ruled')"


def confirm_rules(connection: Connection, desired: Catalog, actual: Catalog) -> Catalog:
    """`desired`, where each rule's body that the server prints like the live one is canonically that."""
    live = {o.key: o for o in actual.objects if isinstance(o, Rule)}
    doubts = [o for o in desired.objects if isinstance(o, Rule) and o.key in live and o.body != live[o.key].body]
    if not doubts:
        return desired
    goal, now = desired.by_key(), actual.by_key()
    told: dict[ObjectKey, Rule] = {}
    driver: Any = connection.connection.dbapi_connection
    for start in range(0, len(doubts), BATCH):
        with driver.transaction(force_rollback=True), driver.cursor() as cursor:
            if not prepared(cursor):
                break
            for rule in doubts[start : start + BATCH]:
                if takes_all(rule.body.text) and any(goal.get(k) != now.get(k) for k in rule.uses):
                    continue
                answer = _printed(cursor, rule, next((goal[k] for k in rule.uses if k in goal), None))
                if answer is not None and answer == live[rule.key].body.canonical:
                    told[rule.key] = replace(rule, body=replace(rule.body, canonical=answer))
    return replace(desired, objects=tuple(told.get(o.key, o) for o in desired.objects))


def _printed(cursor: psycopg.Cursor[Any], rule: Rule, owner: SchemaObject | None) -> str | None:
    """The server's text of a rule's body, canonical; None where it does not take the rule."""
    if isinstance(owner, Table):
        columns = [(c.name, c.type.text) for c in owner.columns]
    elif isinstance(owner, View) and owner.columns is not None:
        columns = [(c.name, c.type) for c in owner.columns]
    else:
        return None
    listed = ", ".join(f"{quoted(name)} {kind}" for name, kind in columns)
    making = (
        f"CREATE TEMPORARY TABLE schemactl_ruled ({listed}); "
        f"CREATE RULE r AS ON {rule.event} TO schemactl_ruled {rule.body.text}\n"
    )
    rows = asked(cursor, making, _READ)
    return canonical_query(body_of(rows[0][0], "r").text) if rows else None
