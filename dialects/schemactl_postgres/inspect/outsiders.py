"""What stands in other schemas and rests on these."""

from __future__ import annotations

from collections import defaultdict

from schemactl.model import Kind, ObjectKey, Outsider
from schemactl_postgres.inspect import rows
from schemactl_postgres.inspect.session import Snapshot


def outsiders(view: Snapshot) -> tuple[Outsider, ...]:
    found: defaultdict[tuple[str, bool], list[ObjectKey]] = defaultdict(list)
    for row in view.rows(rows.OUTSIDERS):
        key = ObjectKey(kind=Kind(row.kind), schema=row.schema, table=row.on_table, name=row.name)
        found[row.what, row.pins].append(key)
    return tuple(Outsider(what=what, uses=tuple(uses), pins=pins) for (what, pins), uses in found.items())
