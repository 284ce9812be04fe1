"""Steps by which tables become partitions and cease to be, and children of INHERITS."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from schemactl.model import Check, ForeignKey, Kind, ObjectKey, Table
from schemactl.steps import Step
from schemactl_postgres.ddl import neighbours, rank, reach
from schemactl_postgres.ddl.context import Context
from schemactl_postgres.ddl.new_heirs import options_of
from schemactl_postgres.ddl.online import attach, bring, detach
from schemactl_postgres.ddl.partition_keys import refuse_other_key
from schemactl_postgres.inheritance import parents_of
from schemactl_postgres.options import Partition
from schemactl_postgres.partitioning import bound_sql
from schemactl_postgres.sql import qualified


def dropped_with(context: Context, key: ObjectKey) -> list[ObjectKey]:
    """The partitions that go with a table, without those of them."""
    return [
        other
        for other, table in context.live.items()
        if (partition := options_of(table).partition_of) and partition.parent == key and other not in context.tables
    ]


def all_dropped_with(context: Context, key: ObjectKey) -> list[ObjectKey]:
    """The partitions that go with a table, and theirs."""
    return [k for child in dropped_with(context, key) for k in (child, *all_dropped_with(context, child))]


def making_room(context: Context, it: Table) -> frozenset[ObjectKey]:
    """The tables that stop being partitions of the parent of `it`: it may want the values that were theirs."""
    partition = options_of(it).partition_of
    if partition is None:
        return frozenset()
    found = set()
    for key, table in context.live.items():
        other = options_of(table).partition_of
        if other and other.parent == partition.parent:
            now = context.tables.get(key)
            if now is None or options_of(now).partition_of != other:
                found.add(former(key, other.parent))
                found |= {key} if now is None else set()
    return frozenset(found)


def membership(child: ObjectKey, parent: ObjectKey) -> ObjectKey:
    """The key of being a child: created by ATTACH and INHERIT."""
    return ObjectKey(kind=Kind.OTHER, schema=child.schema, table=child.name, name=f"child of {parent.path}")


def former(child: ObjectKey, parent: ObjectKey) -> ObjectKey:
    """The key of having been a child: destroyed by DETACH and NO INHERIT."""
    return ObjectKey(kind=Kind.OTHER, schema=child.schema, table=child.name, name=f"once child of {parent.path}")


def moves(context: Context, it: Table, was: Table) -> Iterator[Step]:
    """DETACH and ATTACH, NO INHERIT and INHERIT, for a table that stays."""
    old, new = options_of(was), options_of(it)
    refuse_other_key(it, old.partition_by, new.partition_by)
    before, after = old.partition_of, new.partition_of
    if before != after:
        rebound = before is not None and after is not None and before.parent == after.parent
        if before is not None:
            yield from _detached(context, it.key, before, rebound=rebound)
        if after is not None:
            found = [] if rebound else attach.proofs(context, it)
            made = {} if rebound else bring.brought(context, it)
            joins = _attach(context, it, after, rebound=rebound, proofs=found, brought=made)
            yield from (step for steps in made.values() for step in steps)
            yield from attach.proved(context, it, found, joins)
    for parent in old.inherits:
        if parent not in new.inherits:
            yield _inherit(context, it.key, parent, "NO INHERIT")
    for parent in new.inherits:
        if parent not in old.inherits:
            yield _inherit(context, it.key, parent, "INHERIT")


def detached_first(context: Context, was: Table) -> Iterator[Step]:
    """DETACH of a partition that goes, where a foreign key to its parent would not let it be dropped, or all would wait."""
    partition = options_of(was).partition_of
    if partition is None or partition.parent in context.made or not {partition.parent, was.key} & context.tables.keys():
        return
    above, key = set(), partition.parent
    while key not in above:
        above.add(key)
        key = next(iter(parents_of(context.live[key])), key) if key in context.live else key
    if partition.leaving or (partition.parent in context.tables and detach.leaves_online(context, partition)):
        for step in _detached(context, was.key, partition, rebound=False):
            # It keeps nothing, so that what goes from the parent may go first.
            yield replace(step, frees=frozenset({partition.parent}) if step.frees else step.frees)
        return
    tables = (*context.live.values(), *context.tables.values())
    if any(isinstance(c, ForeignKey) and c.references in above for t in tables for c in t.constraints):
        step = _detach(context, was.key, partition, rebound=False)
        # It keeps nothing, so that what goes from the parent may go first.
        yield replace(step, reason="a foreign key goes to its parent", frees=frozenset({partition.parent}))


def own_detach(was: Table) -> frozenset[ObjectKey]:
    """What a table's drop comes after, where it is detached first."""
    return frozenset(former(was.key, parent) for parent in parents_of(was))


def _detached(context: Context, child: ObjectKey, partition: Partition, *, rebound: bool) -> Iterator[Step]:
    """The steps by which a partition leaves."""
    plain = _detach(context, child, partition, rebound=rebound)
    gone = former(child, partition.parent)
    if partition.leaving:
        yield detach.finished(context, child, plain)
    elif rebound or not detach.leaves_online(context, partition):
        yield plain
    else:
        yield detach.detached(context, child, plain)
        yield from detach.without_bound(context, child, gone)


def _detach(context: Context, child: ObjectKey, partition: Partition, *, rebound: bool) -> Step:
    parent = partition.parent
    frees = {parent}
    if not rebound and (live := context.live.get(parent)):
        # What goes from the parent goes from its partitions: only a partition that has left keeps it.
        frees |= {live.child(Kind.CONSTRAINT, c.name) for c in live.constraints}
        frees |= {live.child(Kind.INDEX, i.name) for i in live.indexes}
    kin = neighbours.kin(context, parent, gone=context.dropped)
    return context.step(
        f"ALTER TABLE {qualified(parent)} DETACH PARTITION {qualified(child)}",
        child,
        "alter",
        "other values are to go there" if rebound else f"no partition of {parent.path} any more",
        cost="detach_partition",
        table=parent,
        others={"partition": reach.with_partitions(context, [child])} | kin,
        extra=neighbours.referring_read(context, kin["referring"]),
        destroys={former(child, parent)},
        frees=frees,
        rank=rank.DETACH,
    )


def attach_new(context: Context, it: Table) -> Iterator[Step]:
    """ATTACH of a table that this plan has made for it, with its keys and indexes."""
    partition = options_of(it).partition_of
    assert partition is not None
    found = attach.proofs(context, it)
    step = _attach(context, it, partition, rebound=False, proofs=found, brought={})
    parts = {it.child(Kind.CONSTRAINT, c.name) for c in it.constraints}
    indexes = (*it.indexes, *options_of(it).given_indexes)
    step = replace(step, needs=step.needs | parts | {it.child(Kind.INDEX, i.name) for i in indexes})
    yield from attach.proved(context, it, found, step)


def _attach(
    context: Context,
    it: Table,
    partition: Partition,
    *,
    rebound: bool,
    proofs: Iterable[attach.Proof],
    brought: Mapping[ObjectKey, Sequence[Step]],
) -> Step:
    parent, proved = partition.parent, {proof.table for proof in proofs}
    lacking = [(key, part) for key, part in bring.lacking(context, it.key, parent) if key not in brought]
    needed = {parent, it.key} if not rebound else {parent}
    if not rebound:
        needed |= {made for steps in brought.values() for made in steps[-1].creates}
        needed |= _all_parts(it) | (_all_parts(context.tables[parent]) if parent in context.tables else frozenset())
    attached = reach.with_partitions(context, [it.key])
    return context.step(
        f"ALTER TABLE {qualified(parent)} ATTACH PARTITION {qualified(it.key)} {bound_sql(partition.bound)}",
        it.key,
        "alter",
        "back under its new values" if rebound else f"is to be a partition of {parent.path}",
        cost="attach_partition_proved" if it.key in proved else "attach_partition",
        table=parent,
        # What is made again may be there again by then.
        others={"partition": attached} | neighbours.kin(context, parent, gone=context.dropped - context.created),
        read=attached,
        extra=(*neighbours.default_read(context, it, proved), *neighbours.parts_made(context, it.key, lacking)),
        creates={membership(it.key, parent)},
        needs=needed,
        follows=making_room(context, it) | (_going_parts(context, it.key, parent) if not rebound else frozenset()),
        rank=rank.REATTACH if rebound else rank.ATTACH,
    )


def _going_parts(context: Context, *tables: ObjectKey) -> frozenset[ObjectKey]:
    """The live columns and constraints of the tables, of which those that go must do so before the two are joined."""
    return frozenset(
        table.child(kind, part.name)
        for table in (context.live[key] for key in tables if key in context.live)
        for kind, parts in ((Kind.COLUMN, table.columns), (Kind.CONSTRAINT, table.constraints))
        for part in parts
    )


def _inherit(context: Context, child: ObjectKey, parent: ObjectKey, word: str) -> Step:
    joins = word == "INHERIT"
    it = context.tables[child]
    needed: frozenset[ObjectKey] = frozenset()
    if joins:
        needed = _all_parts(it) | (_all_parts(context.tables[parent]) if parent in context.tables else frozenset())
    return context.step(
        f"ALTER TABLE {qualified(child)} {word} {qualified(parent)}",
        child,
        "alter",
        f"is to inherit from {parent.path}" if joins else f"is not to inherit from {parent.path}",
        cost="inherit",
        table=child,
        others={"parent": [parent] if joins else []},
        creates={membership(child, parent)} if joins else (),
        destroys=() if joins else {former(child, parent)},
        needs=needed | {parent} if joins else (),
        follows=_going_parts(context, child, parent) if joins else (),
        frees=() if joins else {parent},
        rank=rank.ATTACH if joins else rank.DETACH,
    )


def _all_parts(it: Table) -> frozenset[ObjectKey]:
    """What must stand before a table becomes a child: the columns and checks. Of its indexes see `with_children`."""
    checks = {it.child(Kind.CONSTRAINT, c.name) for c in it.constraints if isinstance(c, Check)}
    return frozenset(checks | {it.child(Kind.COLUMN, c.name) for c in it.columns})
