"""In which order parents and children change: a step on the one counts for the others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from schemactl.model import Catalog, Check, Kind, ObjectKey
from schemactl.steps import Step
from schemactl_postgres.ddl import not_nulls
from schemactl_postgres.ddl.context import column_key
from schemactl_postgres.ddl.inherited import Families
from schemactl_postgres.ddl.new_heirs import options_of
from schemactl_postgres.ddl.partitions import former, membership
from schemactl_postgres.inheritance import parents_of


def with_children(steps: Iterable[Step], *, desired: Catalog, actual: Catalog) -> list[Step]:
    """`steps`, where those on a parent's columns count for its children's, and a child's own come after them."""
    families = Families(desired, actual)
    children: dict[ObjectKey, list[ObjectKey]] = {}
    parents = _named_parts(families)
    rebound, leaving = _rebound(families), _leaving(families)
    result = []
    for step in steps:
        if step.key.parent in rebound and step.key.kind in (Kind.COLUMN, Kind.CONSTRAINT, Kind.INDEX):
            step = replace(step, needs=step.needs | rebound[step.key.parent])
        if step.key.parent in leaving and step.key.kind in (Kind.COLUMN, Kind.CONSTRAINT):
            step = replace(step, follows=step.follows | leaving[step.key.parent])
        if step.key.parent and (left := families.leaves(step.key.parent)):
            step = replace(step, follows=step.follows | {former(step.key.parent, parent) for parent in left})
        if step.action == "create" and step.key.kind in (Kind.INDEX, Kind.CONSTRAINT) and step.key.parent:
            # An index made before would be taken for one that the new parent asks for.
            joined = {membership(step.key.parent, parent) for parent in families.joins(step.key.parent)}
            if joined and not _is_check(step, families):
                step = replace(step, needs=step.needs | joined)
        if step.action == "create" and step.key.kind is Kind.INDEX and step.key.parent in parents:
            step = replace(step, needs=step.needs | parents[step.key.parent])
        parent = step.key.parent if step.key.kind is Kind.COLUMN else None
        if parent is None or parent not in families.live:
            result.append(step)
            continue
        if parent not in children:
            children[parent] = families.descendants(parent)
        above = {column_key(p, step.key.name) for p in families.stays(parent)}
        if any(k.kind is Kind.CONSTRAINT for k in step.creates):  # it makes the column NOT NULL
            above = set() if step.key.name in families.own_first(parent) else above
            step = replace(step, needs=step.needs | _own_not_nulls_below(step.key, children[parent], families))
        if children[parent] or above:
            step = replace(
                step,
                creates=step.creates | _for(children[parent], step.creates),
                destroys=step.destroys | _for(children[parent], step.destroys),
                needs=step.needs | above,
                frees=step.frees,
            )
        result.append(step)
    return result


def _rebound(families: Families) -> dict[ObjectKey, frozenset[ObjectKey]]:
    """By a table, the partitions at or below it that leave for a moment: what changes there must find them back."""
    found: dict[ObjectKey, frozenset[ObjectKey]] = {}
    for key in families.live.keys() & families.goal.keys():
        was, shall = options_of(families.live[key]).partition_of, options_of(families.goal[key]).partition_of
        if was is None or shall is None or was == shall or was.parent != shall.parent:
            continue
        above: ObjectKey | None = was.parent
        while above in families.live:
            found[above] = found.get(above, frozenset()) | {membership(key, was.parent)}
            above = next(iter(parents_of(families.live[above])), None)
    return found


def _leaving(families: Families) -> dict[ObjectKey, frozenset[ObjectKey]]:
    """By a table, the children at or below it that leave for good: what changes there must not reach them any more."""
    found: dict[ObjectKey, frozenset[ObjectKey]] = {}
    for key in families.live.keys() & families.goal.keys():
        for parent in families.leaves(key):
            above: ObjectKey | None = parent
            while above in families.live:
                found[above] = found.get(above, frozenset()) | {former(key, parent)}
                above = next(iter(parents_of(families.live[above])), None)
    return found


def _named_parts(families: Families) -> dict[ObjectKey, frozenset[ObjectKey]]:
    """By a partitioned table: the indexes of new partitions that its own ones are to take under their stated names."""
    found: dict[ObjectKey, frozenset[ObjectKey]] = {}
    for key, table in families.goal.items():
        partition = options_of(table).partition_of
        if partition and key not in families.live:
            names = {table.child(Kind.INDEX, index.name) for index in options_of(table).given_indexes}
            found[partition.parent] = found.get(partition.parent, frozenset()) | names
    return found


def _is_check(step: Step, families: Families) -> bool:
    """Whether it makes a constraint without an index, or one that the parent asks for."""
    table = families.goal[step.key.parent] if step.key.parent else None
    if table is None or step.key.kind is Kind.INDEX:
        return False
    found = next((c for c in table.constraints if c.name == step.key.name), None)
    return found is None or isinstance(found, Check)


def _own_not_nulls_below(column: ObjectKey, children: list[ObjectKey], families: Families) -> frozenset[ObjectKey]:
    """Those of children that come before a parent's."""
    return frozenset(
        not_nulls.constraint_key(column_key(child, column.name), found.not_null.name)
        for child in children
        if column.name in families.own_first(child)
        and (found := families.goal[child].column(column.name)) is not None
        and found.not_null is not None
    )


def _for(children: list[ObjectKey], keys: Iterable[ObjectKey]) -> frozenset[ObjectKey]:
    return frozenset(column_key(child, k.name) for child in children for k in keys if k.kind is Kind.COLUMN)
