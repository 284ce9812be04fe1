"""Names that differ in the case of letters alone: which of them the server takes for one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from schemactl.model import Catalog, Desired, Kind, ObjectKey, Table
from schemactl_mysql.options import Surroundings
from schemactl_mysql.renamed import renamed

#: MariaDB keeps triggers as files: their names are as those of tables.
_PROGRAMS = {False: (Kind.FUNCTION, Kind.PROCEDURE, Kind.EVENT, Kind.TRIGGER), True: (Kind.FUNCTION, Kind.PROCEDURE)}
_PROGRAMS[True] += (Kind.EVENT,)
_RELATIONS = (Kind.TABLE, Kind.VIEW, Kind.SEQUENCE)


def respelled(desired: Desired, actual: Catalog) -> Desired:
    """`desired` with a rename for each thing that is live under another spelling, and old names in the live one.

    Names of columns, indexes, constraints, routines and events are the same in either case on every server. Those of
    tables are where lower_case_table_names is not 0: they then are as they are live.
    """
    around = actual.surroundings
    mariadb = isinstance(around, Surroundings) and around.flavour.mariadb
    if isinstance(around, Surroundings) and around.lower_case_table_names:
        desired = _tables_as_live(desired, actual)
    renames = dict(desired.renames)
    for kind in _PROGRAMS[mariadb]:
        renames.update(_spelled(_keys(desired.catalog, kind), _keys(actual, kind), renames))
    live = {t.key: t for t in actual.tables()}
    for table in desired.catalog.tables():
        key = table.key
        twin = live.get(key) or (live.get(renames[key]) if key in renames else None)
        if twin is not None:
            renames.update(_spelled(_parts(table, table), _parts(twin, table), renames))
    return replace(desired, renames=renames)


def _keys(catalog: Catalog, kind: Kind) -> list[ObjectKey]:
    return [o.key for o in catalog.objects if o.key.kind is kind]


def _parts(table: Table, under: Table) -> list[ObjectKey]:
    """The keys of the parts whose names are stated, as if they stood `under` that table."""
    keys = [under.child(Kind.COLUMN, c.name) for c in table.columns]
    keys += [under.child(Kind.INDEX, i.name) for i in table.indexes if not i.generated_name]
    return keys + [under.child(Kind.CONSTRAINT, c.name) for c in table.constraints if not c.generated_name]


def _spelled(
    desired: Iterable[ObjectKey], live: Iterable[ObjectKey], renames: dict[ObjectKey, ObjectKey]
) -> Iterator[tuple[ObjectKey, ObjectKey]]:
    """The old name of each desired thing in the live spelling, where it has one."""
    wanted = list(desired)
    names = {_folded(k): k.name for k in live}
    exact = {*wanted}
    for key in wanted:
        old = names.get(_folded(replace(key, name=renames.get(key, key).name)))
        if old is not None and old != key.name and (key in renames or replace(key, name=old) not in exact):
            yield key, replace(key, name=old)


def _folded(key: ObjectKey) -> ObjectKey:
    return replace(key, table=key.table.lower(), name=key.name.lower())


def _tables_as_live(desired: Desired, actual: Catalog) -> Desired:
    live = {_folded(o.key): o.key for o in actual.objects if o.key.kind in _RELATIONS}
    catalog = desired.catalog
    for it in desired.catalog.objects:
        twin = live.get(_folded(it.key))
        if it.key.kind in _RELATIONS and twin is not None and twin != it.key:
            catalog = renamed(catalog, it.key, twin)
    return replace(desired, catalog=catalog)
