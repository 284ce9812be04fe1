"""A plan for a target, and the way that it goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from schemactl.changes import Change, Rename
from schemactl.dialect import SourceText
from schemactl.engine.document import Linted, document
from schemactl.engine.targets import Target
from schemactl.engine.way import Early, Way, find_way, placed
from schemactl.manner import Manner
from schemactl.model import Kind, ObjectKey
from schemactl.plan import Plan, fingerprint

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A plan, and the way that it goes."""

    plan: Plan
    way: Way


def make(target: Target, connection: Connection, sources: Sequence[SourceText], early: Early) -> Made:
    way = find_way(target, connection, sources, early)
    return Made(plan=plan_of(target, connection, way), way=way)


def plan_of(target: Target, connection: Connection, way: Way) -> Plan:
    changed = bool(way.renames) or way.goal.objects != way.start.objects
    manner = manner_for(target, connection, way.renames, changed=changed)
    with placed(way.desired):
        return document(
            target.dialect,
            way.server,
            way.start,
            way.goal,
            manner=manner,
            digest=fingerprint(way.desired.catalog),
            mark=fingerprint(way.actual),
            renames=way.renames,
            notes=way.notes,
            column_order=target.column_order,
            lint=Linted(settings=target.lint, sources=way.sources, places=way.desired.places),
            transactions=target.transactions,
        )


def manner_for(target: Target, connection: Connection, renames: Sequence[Change], *, changed: bool) -> Manner:
    """The target's manner, with the sizes of its tables by the keys that they have after the `renames`."""
    if not changed:
        return target.manner
    found = target.dialect.sizes(connection)
    for rename in renames:
        if isinstance(rename, Rename) and rename.new.kind in (Kind.SCHEMA, Kind.TABLE, Kind.VIEW):
            found = {_under(key, rename.key, rename.new): size for key, size in found.items()}
    return replace(target.manner, sizes=found)


def _under(key: ObjectKey, old: ObjectKey, new: ObjectKey) -> ObjectKey:
    """The key of a table once `old` is `new`."""
    if old.kind is Kind.SCHEMA:
        return replace(key, schema=new.name) if key.schema == old.name else key
    return new if key == old else key
