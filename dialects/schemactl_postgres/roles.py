"""Roles that a schema names: which there are on the server, and which are yet to be made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from schemactl.errors import MissingObjectError
from schemactl.model import Catalog, DefaultPrivileges, Desired, Kind, ObjectKey, Policy, Privileges, Role, SchemaObject
from schemactl_postgres.options import Surroundings
from schemactl_postgres.sql import quoted

#: Words in place of a role's name. A name like one of these is spelled in double quotes.
_WORDS = frozenset({"PUBLIC", "CURRENT_USER", "SESSION_USER"})


def role_key(spelled: str) -> ObjectKey | None:
    """The key of a role as SQL spells it; None for a word such as PUBLIC."""
    if spelled in _WORDS:
        return None
    name = spelled[1:-1].replace('""', '"') if spelled.startswith('"') else spelled
    return ObjectKey(kind=Kind.ROLE, name=name)


def roles_of(thing: SchemaObject) -> Iterator[ObjectKey]:
    """The roles that must be there before a thing is."""
    match thing:
        case Privileges():
            spelled: tuple[str, ...] = (thing.grantee,)
        case DefaultPrivileges():
            spelled = (thing.role, thing.grantee)
        case Policy():
            spelled = thing.roles
        case Role():
            yield from thing.uses
            return
        case _:
            return
    for one in spelled:
        key = role_key(one)
        if key is not None:
            yield key


def settled_roles(desired: Desired, actual: Catalog) -> Catalog:
    """The desired catalog without the roles that there are: nothing is left to do about them.

    Raises MissingObjectError where a role is named that neither is there nor shall be made.
    """
    who = actual.surroundings
    if not isinstance(who, Surroundings):
        return desired.catalog
    known = {ObjectKey(kind=Kind.ROLE, name=name) for name in who.roles}
    asked = {o.key for o in desired.catalog.objects if isinstance(o, Role)}
    for thing in desired.catalog.objects:
        for key in roles_of(thing):
            if key not in known and key not in asked:
                raise MissingObjectError(
                    f"{thing.key} names the role {key.name}, which does not exist",
                    place=desired.places.get(key) or desired.places.get(thing.key),
                    subject=str(thing.key),
                    hint="correct the name, create the role, or say that it shall be there:"
                    f" DO $$ BEGIN CREATE ROLE {quoted(key.name)}; EXCEPTION WHEN duplicate_object THEN NULL; END $$;",
                )
    kept = tuple(o for o in desired.catalog.objects if o.key not in known)
    return replace(desired.catalog, objects=kept)
