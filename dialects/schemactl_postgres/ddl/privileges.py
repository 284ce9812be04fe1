"""GRANT, REVOKE and ALTER DEFAULT PRIVILEGES."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from schemactl.changes import Alter, Change, Create, Drop
from schemactl.model import Catalog, DefaultPrivileges, Kind, ObjectKey, Privileges
from schemactl.steps import Step
from schemactl_postgres import privileges
from schemactl_postgres.ddl import rank
from schemactl_postgres.ddl.context import Action, Context, column_key, schema_of
from schemactl_postgres.options import Surroundings
from schemactl_postgres.privileges import PLURALS, Held
from schemactl_postgres.roles import roles_of
from schemactl_postgres.settle_privileges import (
    UNKNOWN,
    default_start,
    grantees_by_default,
    identities,
    inherited,
    owner,
)
from schemactl_postgres.sql import qualified, quoted

_WORDS = {
    Kind.FOREIGN_SERVER: "FOREIGN SERVER",
    Kind.FOREIGN_WRAPPER: "FOREIGN DATA WRAPPER",
    Kind.TABLE: "TABLE",
    Kind.VIEW: "TABLE",
    Kind.SEQUENCE: "SEQUENCE",
    Kind.SCHEMA: "SCHEMA",
    Kind.TYPE: "TYPE",
    Kind.ROUTINE: "ROUTINE",
}


def privileges_on(context: Context, change: Create | Drop | Alter) -> Iterator[Step]:
    """The grants and revocations that lead from what is held to what shall be; none where the object itself goes."""
    match change:
        case Create(after=Privileges() as it):
            yield from _between(context, it, _found(context, it), privileges.held(it.grants))
        case Drop(before=Privileges() as was):
            if _goes(context, was) or was.key in context.after:
                return
            plain = privileges.baseline(was.target, was.grantee, owner(was.target, _who(context)), _major(context))
            yield from _between(context, was, _found(context, was), plain)
        case Alter(before=Privileges(), after=Privileges() as it):
            yield from _between(context, it, _found(context, it), privileges.held(it.grants))


def default_privileges(context: Context, change: Create | Drop | Alter) -> Iterator[Step]:
    thing = change.before if isinstance(change, Drop) else change.after
    assert isinstance(thing, DefaultPrivileges)
    start = default_start(thing, _major(context))
    before, after = start, start
    if isinstance(change, Drop | Alter) and isinstance(change.before, DefaultPrivileges):
        before = privileges.held(change.before.grants)
    if isinstance(change, Create | Alter) and isinstance(change.after, DefaultPrivileges):
        after = privileges.held(change.after.grants)
    schema = ObjectKey(kind=Kind.SCHEMA, name=thing.schema)
    if isinstance(change, Drop) and thing.schema and schema in context.dropped:
        return
    where = f" IN SCHEMA {quoted(thing.schema)}" if thing.schema else ""
    for sql, action, reason in _statements(
        before, after, thing.on, PLURALS[thing.on][0], thing.grantee, _major(context)
    ):
        yield context.step(
            f"ALTER DEFAULT PRIVILEGES FOR ROLE {thing.role}{where} {sql}",
            change.key,
            action,
            reason,
            cost="default_privileges",
            # What is made in this plan is made under the old ones, which its own privileges reckon with.
            needs={*roles_of(thing), *schema_of(schema), *([schema] if thing.schema else []), *context.created},
            frees={schema} if thing.schema else set(),
            rank=rank.DEFAULT_PRIVILEGES,
        )


def surplus(context: Context) -> Iterator[Step]:
    """What default privileges give anew on an object that is dropped and made again, and that it did not have."""
    who = _who(context)
    for target in sorted(context.created & context.dropped):
        if not any(target.kind in kinds for kinds in PLURALS.values()):
            continue
        for grantee in sorted(grantees_by_default(target, context.defaults)):
            plain = privileges.grants(privileges.baseline(target, grantee, who.role, _major(context)))
            one = Privileges(target=target, grantee=grantee, grants=plain)
            if one.key not in context.after:
                yield from _between(context, one, _found(context, one), privileges.held(plain))


def of_new_types(replaced: Iterable[ObjectKey], desired: Catalog) -> list[Change]:
    """The privileges on types that are replaced: the new type begins without them."""
    types = frozenset(replaced)
    found = (o for o in desired.objects if isinstance(o, Privileges) and o.target in types)
    return [Create(key=o.key, after=o) for o in found]


def with_new_types(changes: Sequence[Change], replaced: frozenset[ObjectKey], desired: Catalog) -> list[Change]:
    """`changes`, where the privileges on replaced types are granted anew."""
    again = of_new_types(replaced, desired)
    keys = {c.key for c in again}
    return [*(c for c in changes if c.key not in keys), *again] if again else list(changes)


def new_identities(actual: Catalog, desired: Catalog) -> frozenset[ObjectKey]:
    """The sequences of identity columns that are yet to be made."""
    return _identities(desired) - _identities(actual)


def old_identities(actual: Catalog, desired: Catalog) -> frozenset[ObjectKey]:
    """The sequences of identity columns that are to be none."""
    return _identities(actual) - _identities(desired)


def _identities(catalog: Catalog) -> frozenset[ObjectKey]:
    return frozenset(key for table in catalog.tables() for key, _ in identities(table))


def _who(context: Context) -> Surroundings:
    return asking(context.actual, context.desired)


def asking(actual: Catalog, desired: Catalog) -> Surroundings:
    """Who runs the plan, and what else is known of the server."""
    for catalog in (actual, desired):
        if isinstance(catalog.surroundings, Surroundings):
            return catalog.surroundings
    return UNKNOWN


def _major(context: Context) -> int:
    return context.server.version[0]


def _goes(context: Context, was: Privileges) -> bool:
    """Whether the server forgets the privileges with what they are on."""
    if was.target in context.dropped:
        return True
    home = next((key for key in was.uses if was.target.kind is Kind.SEQUENCE and key.kind is Kind.COLUMN), None)
    return home is not None and (home in context.dropped or home.parent in context.dropped)


def _found(context: Context, it: Privileges) -> Held:
    """What the grantee has of the object when the plan comes to it."""
    who = _who(context)
    if it.target in context.created:
        return inherited(it.target, it.grantee, context.defaults, who)
    live = context.before.get(it.key)
    if not isinstance(live, Privileges):
        return privileges.baseline(it.target, it.grantee, owner(it.target, who), _major(context))
    return {
        (name, column): option
        for (name, column), option in privileges.held(live.grants).items()
        if not column or column_key(it.target, column) not in context.dropped
    }


def _between(context: Context, it: Privileges, before: Held, after: Held) -> Iterator[Step]:
    columns = {column_key(it.target, column) for _, column in after if column}
    for sql, action, reason in _statements(
        before, after, f"{_WORDS[it.target.kind]} {_named(it.target)}", it.target.kind, it.grantee, _major(context)
    ):
        yield context.step(
            sql,
            it.key,
            action,
            reason,
            cost="none" if it.target in context.created else "grant" if action == "create" else "revoke",
            needs={it.target, *it.uses, *columns, *roles_of(it)} | schema_of(it.target),
            follows={it.target},
            # Before anything goes; of what is new, before anything is granted.
            rank=rank.GRANT if action == "create" else rank.GRANT - 1 if it.target in context.created else rank.REVOKE,
        )


def _named(target: ObjectKey) -> str:
    if target.kind is not Kind.ROUTINE:
        return qualified(target)
    name, _, arguments = target.name.rpartition("(")
    return f"{quoted(target.schema)}.{quoted(name)}({arguments}"


def _statements(
    before: Held, after: Held, on: str, kind: Kind, grantee: str, major: int
) -> Iterator[tuple[str, Action, str]]:
    """Statement, action and reason: first what is revoked, then what is granted."""
    revoked = {key for key in before if key not in after}
    downgraded = {key for key, option in before.items() if option and after.get(key) is False}
    now = {key: option for key, option in before.items() if key not in revoked}
    for key in downgraded:
        now[key] = False
    # What is revoked on a table is revoked on each of its columns.
    for name, column in revoked | downgraded:
        if not column:
            now = {k: option for k, option in now.items() if k[0] != name or not k[1]}
    if words := _listed(revoked, kind, major):
        yield f"REVOKE {words} ON {on} FROM {grantee}", "drop", "not desired"
    if words := _listed(downgraded, kind, major):
        yield f"REVOKE GRANT OPTION FOR {words} ON {on} FROM {grantee}", "drop", "the grant option is not desired"
    missing = {key for key, option in after.items() if key not in now or (option and not now[key])}
    for option in (False, True):
        if words := _listed({key for key in missing if after[key] is option}, kind, major):
            suffix = " WITH GRANT OPTION" if option else ""
            yield f"GRANT {words} ON {on} TO {grantee}{suffix}", "create", "desired"


def _listed(keys: Iterable[tuple[str, str]], kind: Kind, major: int) -> str:
    columns: dict[str, list[str]] = {}
    whole = []
    for name, column in sorted(keys):
        if column:
            columns.setdefault(name, []).append(quoted(column))
        else:
            whole.append(name)
    if tuple(whole) == privileges.everything(kind, major) and len(whole) > 1 and not columns:
        whole = ["ALL"]
    return ", ".join([*whole, *(f"{name} ({', '.join(names)})" for name, names in columns.items())])
