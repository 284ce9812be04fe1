"""What a dev database takes: to know that it is not the target, and to be asked as the target is."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Sequence

from psycopg import errors as pg
from sqlalchemy import Connection

from schemactl.dialect import Meeting
from schemactl.model import Catalog, Domain, Extension, Role, SchemaObject, Table
from schemactl_postgres.roles import roles_of
from schemactl_postgres.session import execute
from schemactl_postgres.sql import literal, quoted

#: A name without a schema.
_BARE = re.compile(r'"(?:[^"]|"")*"|[^".]+')
_SEEN = """
SELECT count(*) > 0, coalesce(bool_or(d.datname = current_database()), false)
FROM pg_locks l LEFT JOIN pg_database d ON d.oid = l.database
WHERE l.locktype = 'advisory' AND l.classid = {} AND l.objid = {} AND l.objsubid = 2
"""


def meets(connection: Connection, other: Connection) -> Meeting:
    """Found by an advisory lock under a key that nobody else can know: pg_locks shows those of the whole server."""
    first, second = (secrets.randbelow(2**31) for _ in range(2))
    connection.rollback()
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({first}, {second})")
    try:
        server, database = other.exec_driver_sql(_SEEN.format(first, second)).one()
    finally:
        connection.rollback()
        other.rollback()
    return Meeting(server=server, database=database)


def stage(dev: Connection, target: Connection, catalogs: Sequence[Catalog], *, own: bool) -> str:
    """Settings as on the target, its user as the one who asks, and the roles that the catalogs name.

    Returns what the dev server lacks for that.
    """
    asker, path, zone = target.exec_driver_sql(
        "SELECT current_user::text, current_setting('search_path'), current_setting('TimeZone')"
    ).one()
    target.rollback()
    lacking = (
        _extensions(dev, catalogs)
        or _collations(dev, catalogs)
        or _roles(dev, catalogs, asker, own=own)
        or _identity(dev, asker)
    )
    if not lacking:
        said = f"set_config('search_path', {literal(path)}, false), set_config('TimeZone', {literal(zone)}, false)"
        with dev.begin():
            execute(dev, f"SELECT {said}")
    return lacking


def _extensions(dev: Connection, catalogs: Sequence[Catalog]) -> str:
    there = set(dev.exec_driver_sql("SELECT name::text FROM pg_available_extensions").scalars())
    dev.rollback()
    wanted = {o.name for catalog in catalogs for o in catalog.objects if isinstance(o, Extension)}
    missing = sorted(wanted - there)
    return f"{_named('extension', missing)} not on the dev server" if missing else ""


def _collations(dev: Connection, catalogs: Sequence[Catalog]) -> str:
    """Those that a server has or has not from the start, by its build and by its system."""
    there = dev.exec_driver_sql(
        "SELECT quote_ident(collname) FROM pg_collation WHERE collnamespace = 'pg_catalog'::regnamespace"
        " AND collencoding IN (-1, (SELECT encoding FROM pg_database WHERE datname = current_database()))"
    )
    known = set(there.scalars())
    dev.rollback()
    named = {name for catalog in catalogs for o in catalog.objects for name in _collations_of(o)}
    missing = sorted(name for name in named - known if _BARE.fullmatch(name))
    return f"{_named('collation', missing)} not on the dev server" if missing else ""


def _collations_of(thing: SchemaObject) -> Iterator[str]:
    found: list[str | None] = []
    if isinstance(thing, Domain):
        found.append(thing.collation)
    elif isinstance(thing, Table):
        found += [column.collation for column in thing.columns]
        found += [part.collation for index in thing.indexes for part in index.parts]
    yield from (name.removeprefix("pg_catalog.") for name in found if name is not None)


def _roles(dev: Connection, catalogs: Sequence[Catalog], asker: str, *, own: bool) -> str:
    """Roles that the plan makes are left to it."""
    made = {o.name for catalog in catalogs for o in catalog.objects if isinstance(o, Role)}
    if made and not own:
        return f"it makes the role {min(made)}, which would belong to the dev database's whole server"
    there = set(dev.exec_driver_sql("SELECT rolname::text FROM pg_roles").scalars())
    dev.rollback()
    named = {key.name for catalog in catalogs for o in catalog.objects for key in roles_of(o)}
    missing = sorted((named | {asker}) - made - there)
    if missing and not own:
        return f"{_named('role', missing)} not on the dev server"
    with dev.begin():
        for name in missing:
            # Who asks has to make extensions and casts as well, whatever it takes here.
            execute(dev, f"CREATE ROLE {quoted(name)}{' SUPERUSER' if name == asker else ''}")
    return ""


def _identity(dev: Connection, asker: str) -> str:
    """What one owns or may do anyway is not told of in a catalog, so it has to be the same user's."""
    mine = dev.exec_driver_sql("SELECT current_user::text").scalar_one()
    dev.rollback()
    if mine == asker:
        return ""
    try:
        with dev.begin():
            execute(dev, f"SET SESSION AUTHORIZATION {quoted(asker)}")
    except pg.InsufficientPrivilege:
        return f"the dev database's user {mine} is not the target's, {asker}, and may not act as that one"
    return ""


def _named(what: str, names: Sequence[str]) -> str:
    return f"{what} {names[0]} is" if len(names) == 1 else f"{what}s {', '.join(names)} are"
