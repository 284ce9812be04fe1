"""Defaults and checks of domains whose text differs, put to the server as those of temporary domains.

As `confirm` does for tables: read back as the inspector reads, and rolled back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import psycopg

from schemactl.model import Catalog, Check, Composite, DataType, Domain, Expression, ObjectKey, Range
from schemactl_postgres.canonical.expression import canonical
from schemactl_postgres.canonical.user_types import context_of_domain
from schemactl_postgres.probe import asked

if TYPE_CHECKING:
    from sqlalchemy import Connection

_READ = """
SELECT pg_get_expr(t.typdefaultbin, 0), (SELECT pg_get_expr(k.conbin, 0) FROM pg_constraint k
                                         WHERE k.contypid = t.oid AND k.contype = 'c')
FROM pg_type t WHERE t.oid = to_regtype('pg_temp.schemactl_domain')
"""

Prepare = Callable[[psycopg.Cursor[Any]], bool]


def changed_types(desired: Catalog, actual: Catalog) -> frozenset[ObjectKey]:
    """The types that are made of something else than live: the server cannot yet tell what expressions over them are."""
    live = actual.by_key()
    goals = [o for o in desired.objects if isinstance(o, Composite | Domain | Range)]
    found = {o.key for o in goals if (twin := live.get(o.key)) is not None and _made_of(o) != _made_of(twin)}
    grew = True
    while grew:
        more = {o.key for o in goals if any(data.uses in found for data in _made_of(o))} - found
        found |= more
        grew = bool(more)
    return frozenset(found)


def _made_of(it: object) -> tuple[DataType, ...]:
    match it:
        case Composite():
            return tuple(a.type for a in it.attributes)
        case Domain():
            return (it.type,)
        case Range():
            return (it.subtype,)
        case _:
            return ()


def confirm_domains(
    connection: Connection, desired: Catalog, actual: Catalog, changed: frozenset[ObjectKey], *, prepared: Prepare
) -> Catalog:
    """`desired`, where each default or check that the server prints like the live one is replaced by the live one.

    Those over `changed` types are left alone.
    """
    live = {o.key: o for o in actual.objects if isinstance(o, Domain)}
    doubts = [
        (o, live[o.key])
        for o in desired.objects
        if isinstance(o, Domain) and o.key in live and o != live[o.key] and o.key not in changed
    ]
    if not doubts:
        return desired
    driver: Any = connection.connection.dbapi_connection
    with driver.transaction(force_rollback=True), driver.cursor() as cursor:
        if not prepared(cursor):
            return desired
        settled = {it.key: _settled(cursor, it, twin) for it, twin in doubts}
    return replace(desired, objects=tuple(settled.get(o.key, o) for o in desired.objects))


def _settled(cursor: psycopg.Cursor[Any], it: Domain, twin: Domain) -> Domain:
    if it.default is not None and twin.default is not None and it.default != twin.default:
        forms = [_printed(cursor, it, f"DEFAULT {e.text}") for e in (it.default, twin.default)]
        if _same(it, twin.default, forms):
            it = replace(it, default=twin.default)
    return replace(it, constraints=tuple(_check(cursor, it, twin, check) for check in it.constraints))


def _check(cursor: psycopg.Cursor[Any], it: Domain, twin: Domain, check: Check) -> Check:
    """The check, with the live expression where it is the same: of its name, or of any if it has none of its own."""
    for other in twin.constraints:
        if check.expression == other.expression:
            return check
    stated = {c.name for c in it.constraints if not c.generated_name}
    for other in twin.constraints:
        if other.name != check.name and not (check.generated_name and other.name not in stated):
            continue
        forms = [_printed(cursor, it, f"CHECK ({e.text}\n)") for e in (check.expression, other.expression)]
        if _same(it, other.expression, forms):
            return replace(check, expression=other.expression)
    return check


def _same(it: Domain, live: Expression, forms: list[str | None]) -> bool:
    context = context_of_domain(it, {}, "")
    target = context.columns.get("value")
    found = [canonical(text, context, target).text if text is not None else None for text in forms]
    return found[0] is not None and found[0] in (found[1], live.canonical)


def _printed(cursor: psycopg.Cursor[Any], it: Domain, clause: str) -> str | None:
    """The server's text of a default or check; None where it does not take it."""
    collation = f" COLLATE {it.collation}" if it.collation else ""
    make = f"CREATE DOMAIN pg_temp.schemactl_domain AS {it.type.text}{collation} {clause}"
    rows = asked(cursor, make, _READ)
    return (rows[0][0] or rows[0][1]) if rows else None
