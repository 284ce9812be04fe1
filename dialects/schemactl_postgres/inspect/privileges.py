"""Privileges and default privileges: what differs from what everybody has anyway."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from schemactl.model import DefaultPrivileges, Kind, ObjectKey, Privileges, Unsupported
from schemactl_postgres import privileges
from schemactl_postgres.inspect import rows
from schemactl_postgres.inspect.session import Snapshot
from schemactl_postgres.options import Surroundings
from schemactl_postgres.privileges import PUBLIC, Held
from schemactl_postgres.settle_privileges import default_start, rests_on
from schemactl_postgres.sql import quoted

#: pg_default_acl.defaclobjtype.
LETTERS = {"r": "TABLES", "S": "SEQUENCES", "f": "FUNCTIONS", "T": "TYPES", "n": "SCHEMAS"}


class Access(NamedTuple):
    """Who may do what, and what that rests on beside the catalog."""

    objects: tuple[Privileges | DefaultPrivileges, ...]
    surroundings: Surroundings
    refused: tuple[Unsupported, ...]


#: What stands in no schema, and is asked for only where everything is.
_ANYWHERE = frozenset({Kind.FOREIGN_SERVER, Kind.FOREIGN_WRAPPER})


def access(view: Snapshot, *, everything: bool = True) -> Access:
    (asker,) = view.rows(rows.SURROUNDINGS)
    owners: dict[ObjectKey, str] = {}
    listed: dict[ObjectKey, defaultdict[str, Held]] = {}
    homes: dict[ObjectKey, ObjectKey] = {}
    foreign: set[tuple[ObjectKey, str]] = set()
    for row in view.rows(rows.PRIVILEGES):
        target = ObjectKey(kind=Kind(row.kind), schema=row.schema, name=row.name)
        if target.kind in _ANYWHERE and not everything:
            continue
        if row.owner != asker.role:
            owners[target] = quoted(row.owner)
        if not row.listed:
            continue
        found = listed.setdefault(target, defaultdict(dict))
        if row.owning_table is not None and row.owning_column is not None:
            homes[target] = ObjectKey(
                kind=Kind.COLUMN, schema=row.schema, table=row.owning_table, name=row.owning_column
            )
        if row.privilege is None:
            continue
        grantee = PUBLIC if row.to_public else quoted(row.grantee or "")
        place = row.privilege, row.on_column or ""
        found[grantee][place] = found[grantee].get(place, False) or bool(row.grantable)
        if not row.by_owner:
            foreign.add((target, grantee))
    who = Surroundings(
        role=quoted(asker.role), session_role=quoted(asker.session_role), major=asker.major, owners=owners
    )
    objects = [one for target, found in listed.items() for one in _told(target, found, homes, who)]
    others = frozenset(o.key for o in objects if (o.target, o.grantee) in foreign)
    who = Surroundings(
        role=who.role,
        session_role=who.session_role,
        major=who.major,
        owners=owners,
        granted_by_others=others,
        roles=frozenset(asker.roles),
        extensions=frozenset(asker.extensions),
        steady=frozenset(asker.steady),
        volatile=frozenset(asker.volatile),
    )
    defaults, refused = _defaults(view, who.major)
    return Access((*objects, *defaults), who, refused)


def _told(
    target: ObjectKey, found: Mapping[str, Held], homes: Mapping[ObjectKey, ObjectKey], who: Surroundings
) -> list[Privileges]:
    """What of an access list does not go without saying."""
    owner = who.owners.get(target, who.role)
    told = []
    for grantee in sorted({*found, owner, PUBLIC}):
        now = found.get(grantee, {})
        if now != privileges.baseline(target, grantee, owner, who.major):
            uses = rests_on(target, now, homes)
            told.append(Privileges(target=target, grantee=grantee, grants=privileges.grants(now), uses=uses))
    return told


def _defaults(view: Snapshot, major: int) -> tuple[list[DefaultPrivileges], tuple[Unsupported, ...]]:
    found: dict[tuple[str, str, str], defaultdict[str, Held]] = {}
    refused = set()
    for row in view.rows(rows.DEFAULT_PRIVILEGES):
        on = LETTERS.get(row.letter)
        if on is None:
            key = ObjectKey(kind=Kind.DEFAULT_PRIVILEGES, schema=row.schema, name=f"of {row.role}")
            refused.add(Unsupported(key=key, what="default privileges on large objects"))
            continue
        held = found.setdefault((quoted(row.role), row.schema, on), defaultdict(dict))
        if row.privilege is not None:
            grantee = PUBLIC if row.to_public else quoted(row.grantee or "")
            held[grantee][row.privilege, ""] = bool(row.grantable)
    told = []
    for (role, schema, on), held in found.items():
        # A schema's own are given beside the others, and take nothing away.
        for grantee in sorted({*held, role, PUBLIC}):
            now = held.get(grantee, {})
            one = DefaultPrivileges(role=role, schema=schema, on=on, grantee=grantee, grants=privileges.grants(now))
            if now != default_start(one, major):
                told.append(one)
    return told, tuple(refused)
