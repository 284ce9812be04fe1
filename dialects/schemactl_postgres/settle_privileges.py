"""What statements about privileges come to: that takes the owner of each object, and the server's version.

The desired text is played as the server would: an object begins with what its owner and PUBLIC have anyway and with
the default privileges in force when it is made, then comes what was granted and revoked by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from schemactl.errors import UnsupportedObjectsError
from schemactl.model import Catalog, DefaultPrivileges, Desired, Kind, ObjectKey, Privileges, SchemaObject, Table
from schemactl_postgres import privileges
from schemactl_postgres.names import generated_name
from schemactl_postgres.options import Said, Surroundings
from schemactl_postgres.privileges import PLURALS, Held

#: The columns that sequences go with.
Homes = Mapping[ObjectKey, ObjectKey]

#: For two texts compared with no server to ask.
UNKNOWN = Surroundings(
    role="CURRENT_USER",
    session_role="SESSION_USER",
    major=999,
    steady=frozenset({"now", "transaction_timestamp", "statement_timestamp"}),
)


def surroundings(actual: Catalog) -> Surroundings:
    return actual.surroundings if isinstance(actual.surroundings, Surroundings) else UNKNOWN


def named(role: str, actual: Catalog) -> str:
    """The name of a role that was given as CURRENT_USER or SESSION_USER."""
    who = surroundings(actual)
    return {"CURRENT_USER": who.role, "SESSION_USER": who.session_role}.get(role, role)


def owner(target: ObjectKey, who: Surroundings) -> str:
    """The owner of a live object; of one that is yet to be made, whoever makes it."""
    return who.owners.get(target, who.role)


def settled_privileges(
    objects: Iterable[SchemaObject], renamed: Mapping[ObjectKey, ObjectKey], desired: Desired, actual: Catalog
) -> list[SchemaObject]:
    """`objects` with what was said of privileges resolved to what is granted, and nothing that goes without saying.

    `renamed` are sequences that are live under another name. Raises UnsupportedObjectsError where a grant was made by
    another role than the owner.
    """
    who = surroundings(actual)
    if Kind.PRIVILEGES in desired.states:
        _refuse_others(who, actual)
    kept: list[SchemaObject] = []
    held: dict[tuple[ObjectKey, str], list[Said]] = {}
    defaults: dict[ObjectKey, tuple[DefaultPrivileges, list[Said]]] = {}
    for found in objects:
        if isinstance(found, Privileges) and found.stated:
            # CURRENT_USER and its name may both have been said: they are one.
            held.setdefault((found.target, named(found.grantee, actual)), []).extend(_of(found.stated, actual))
        elif isinstance(found, DefaultPrivileges) and found.stated:
            known = replace(found, role=named(found.role, actual), grantee=named(found.grantee, actual), stated=())
            defaults.setdefault(known.key, (known, []))[1].extend(_of(found.stated, actual))
        else:
            kept.append(found)
    homes = {sequence: column for o in kept if isinstance(o, Table) for sequence, column in identities(o)}
    after = {o.key: o for o in kept if isinstance(o, Table)}
    renamed = dict(renamed)
    for table in desired.catalog.tables():
        # Sequences of identity columns that are live under another name than the server would choose today.
        renamed |= {
            old: new for (old, _), (new, _) in zip(identities(table), identities(after[table.key]), strict=True)
        }
    for (target, grantee), said in held.items():
        target = renamed.get(target, target)
        kept += _privileges(target, grantee, said, who, homes)
    for one, said in defaults.values():
        kept += _defaults(one, said, who)
    if Kind.PRIVILEGES in desired.states:
        kept += _given_by_default(kept, actual, who, homes)
    return kept


def expected(catalog: Catalog) -> Catalog:
    """`catalog` with what its statements come to for an owner who is not named and on the newest server."""
    nobody = Catalog()
    objects: list[SchemaObject] = []
    for found in catalog.objects:
        if isinstance(found, Privileges):
            now = _now(found.target, found.grantee, _of(found.stated, nobody), UNKNOWN)
            found = replace(found, grants=privileges.grants(now))
        elif isinstance(found, DefaultPrivileges):
            start = default_start(found, UNKNOWN.major)
            now = privileges.played(start, _of(found.stated, nobody), PLURALS[found.on][0], UNKNOWN.major)
            found = replace(found, grants=privileges.grants(now))
        objects.append(found)
    return replace(catalog, objects=tuple(objects))


def _of(stated: Iterable[object], actual: Catalog) -> list[Said]:
    found = [one for one in stated if isinstance(one, Said)]
    return [
        replace(one, by_default=(named(one.by_default[0], actual), one.by_default[1])) if one.by_default else one
        for one in found
    ]


def _privileges(
    target: ObjectKey, grantee: str, said: list[Said], who: Surroundings, homes: Homes
) -> Iterable[Privileges]:
    now = _now(target, grantee, said, who)
    if now != privileges.baseline(target, grantee, owner(target, who), who.major):
        yield Privileges(
            target=target, grantee=grantee, grants=privileges.grants(now), uses=rests_on(target, now, homes)
        )


def _now(target: ObjectKey, grantee: str, said: list[Said], who: Surroundings) -> Held:
    mine = owner(target, who)
    start = privileges.baseline(target, grantee, mine, who.major)
    everywhere = [one for one in said if one.by_default == (mine, "")]
    in_schema = [one for one in said if one.by_default == (mine, target.schema) and target.schema]
    now = privileges.played(start, everywhere, target.kind, who.major)
    now |= privileges.played({}, in_schema, target.kind, who.major)
    return privileges.played(now, (one for one in said if one.by_default is None), target.kind, who.major)


def rests_on(target: ObjectKey, what: Held, homes: Homes) -> tuple[ObjectKey, ...]:
    """The target, its columns that are granted on, and the column that it goes with if it is a sequence of one."""
    names = sorted({column for _, column in what if column})
    columns = [ObjectKey(kind=Kind.COLUMN, schema=target.schema, table=target.name, name=c) for c in names]
    return (target, *columns, homes[target]) if target in homes else (target, *columns)


def identities(table: Table) -> Iterator[tuple[ObjectKey, ObjectKey]]:
    """The sequences of a table's identity columns, which stand nowhere by themselves, and these columns."""
    for column in table.columns:
        if column.identity is not None:
            name = column.identity.sequence or generated_name(table.name, column.name, "seq")
            yield ObjectKey(kind=Kind.SEQUENCE, schema=table.schema, name=name), table.child(Kind.COLUMN, column.name)


def default_start(one: DefaultPrivileges, major: int) -> Held:
    """What a grantee has by default where no ALTER DEFAULT PRIVILEGES was ever run."""
    return {} if one.schema else privileges.unasked(PLURALS[one.on][0], one.grantee, one.role, major)


def _defaults(one: DefaultPrivileges, said: list[Said], who: Surroundings) -> Iterable[DefaultPrivileges]:
    start = default_start(one, who.major)
    now = privileges.played(start, said, PLURALS[one.on][0], who.major)
    if now != start:
        yield replace(one, grants=privileges.grants(now))


def own_defaults(actual: Catalog, who: Surroundings) -> tuple[DefaultPrivileges, ...]:
    """The live default privileges of whoever is asking."""
    return tuple(o for o in actual.objects if isinstance(o, DefaultPrivileges) and o.role == who.role)


def inherited(target: ObjectKey, grantee: str, defaults: Iterable[DefaultPrivileges], who: Surroundings) -> Held:
    """What a grantee gets of an object that is made now, by the `defaults` of whoever makes it."""
    found = privileges.unasked(target.kind, grantee, who.role, who.major)
    ours = [o for o in _in_force(target, defaults) if o.grantee == grantee]
    for one in ours:
        if not one.schema:
            found = privileges.held(one.grants)
    for one in ours:
        if one.schema:
            found = found | privileges.held(one.grants)
    return found


def grantees_by_default(target: ObjectKey, defaults: Iterable[DefaultPrivileges]) -> set[str]:
    """Whom the default privileges speak of where an object like this is made."""
    return {one.grantee for one in _in_force(target, defaults)}


def _in_force(target: ObjectKey, defaults: Iterable[DefaultPrivileges]) -> list[DefaultPrivileges]:
    return [o for o in defaults if o.schema in ("", target.schema) and target.kind in PLURALS[o.on]]


def _given_by_default(
    objects: list[SchemaObject], actual: Catalog, who: Surroundings, homes: Homes
) -> Iterable[Privileges]:
    """For new objects: what live default privileges would give and nobody wants. It is written down to be revoked."""
    defaults = own_defaults(actual, who)
    if not defaults:
        return
    live = {o.key for o in actual.objects} | {key for table in actual.tables() for key, _ in identities(table)}
    wanted = {(o.target, o.grantee) for o in objects if isinstance(o, Privileges)}
    for target in sorted({*(o.key for o in objects), *homes}):
        if target in live or not any(target.kind in kinds for kinds in PLURALS.values()):
            continue
        for grantee in sorted(grantees_by_default(target, defaults)):
            if (target, grantee) not in wanted:
                plain = privileges.baseline(target, grantee, who.role, who.major)
                yield Privileges(
                    target=target, grantee=grantee, grants=privileges.grants(plain), uses=rests_on(target, {}, homes)
                )


def _refuse_others(who: Surroundings, actual: Catalog) -> None:
    found = sorted(str(o.key) for o in actual.objects if o.key in who.granted_by_others)
    if found:
        raise UnsupportedObjectsError(
            f"some privileges were granted by another role than the owner: {', '.join(found[:10])}",
            subject=found[0],
            hint="only that role can revoke them: REVOKE ... GRANTED BY, then grant them as the owner",
        )
