"""Privileges are managed where the desired text says anything of them, else left as they are, and that is told."""

from __future__ import annotations

from schemactl.diff.scope import Scope, is_in_scope
from schemactl.model import Catalog, DefaultPrivileges, Desired, Kind, Privileges, SchemaObject
from schemactl.model.catalog import sorted_catalog

_WORDS = {
    Kind.PRIVILEGES: ("privileges on", "GRANT or REVOKE"),
    Kind.DEFAULT_PRIVILEGES: ("default privileges:", "ALTER DEFAULT PRIVILEGES"),
}


def with_unstated_access(catalog: Catalog, desired: Desired, actual: Catalog) -> tuple[Catalog, tuple[str, ...]]:
    """`catalog` with the live privileges of each kind that the desired text says nothing of; and notes that say so.

    Those of an object that goes are not among them: they go along.
    """
    going = {o.key for o in actual.objects} - {o.key for o in catalog.objects}
    kept: list[SchemaObject] = []
    notes = []
    for kind, (what, statement) in _WORDS.items():
        if kind in desired.states:
            continue
        found = [o for o in actual.objects if o.key.kind is kind]
        if found:
            objects = {o.target for o in found if isinstance(o, Privileges)}
            on = f" {len(objects)} object{'s' if len(objects) > 1 else ''}" if objects else f" {len(found)} sets"
            notes.append(f"{what}{on} are left as they are: the desired schema has no {statement}")
        kept += [o for o in found if not (isinstance(o, Privileges) and o.target in going)]
        kept = [o for o in kept if not (isinstance(o, DefaultPrivileges) and _schema_goes(o, catalog))]
    return (sorted_catalog((*catalog.objects, *kept)) if kept else catalog), tuple(notes)


def left_alone(actual: Catalog, scope: Scope) -> tuple[str, ...]:
    """Notes that name what holds credentials, and so is never managed."""
    named = [f"{u.what} {u.key.path}" for u in actual.unmanaged if is_in_scope(u.key, scope)]
    return (f"left as they are, for they hold credentials: {', '.join(named)}",) if named else ()


def _schema_goes(one: DefaultPrivileges, catalog: Catalog) -> bool:
    return bool(one.schema) and not any(o.key.kind is Kind.SCHEMA and o.key.name == one.schema for o in catalog.objects)
