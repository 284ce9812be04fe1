"""Steps that make, attach and detach partitions, and children of INHERITS."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from schemactl.errors import ImpossibleError
from schemactl.model import Catalog, Check, Column, ForeignKey, IndexPart, Kind, ObjectKey, Table
from schemactl.steps import Step
from schemactl_postgres.ddl import foreign, neighbours, not_nulls, rank, reach
from schemactl_postgres.ddl.context import Context, column_key
from schemactl_postgres.ddl.inherited import Families
from schemactl_postgres.ddl.online import attach, detach
from schemactl_postgres.inheritance import follow, parents_of, stands_for
from schemactl_postgres.options import Partition, PartitionKey, TableOptions
from schemactl_postgres.partitioning import bound_sql, key_sql
from schemactl_postgres.sql import qualified, quoted


def options_of(table: Table) -> TableOptions:
    return table.options if isinstance(table.options, TableOptions) else TableOptions()


def bound_clause(it: Table) -> str:
    """` PARTITION OF parent`, to stand before a table's own parts."""
    partition = options_of(it).partition_of
    return f"PARTITION OF {qualified(partition.parent)}" if partition else ""


def clauses(it: Table) -> str:
    """What stands behind a new table's parts: bound, parents, key, server."""
    options = options_of(it)
    words = ""
    if options.partition_of:
        words += f" {bound_sql(options.partition_of.bound)}"
    if options.inherits:
        words += f" INHERITS ({', '.join(map(qualified, options.inherits))})"
    if options.partition_by:
        words += f" PARTITION BY {key_sql(options.partition_by)}"
    if options.foreign:
        words += f" SERVER {quoted(options.foreign.server)}{foreign.options(options.foreign.settings)}"
    return words


def given_columns(context: Context, it: Table) -> dict[str, Column]:
    """The columns that a new table gets from its parents."""
    columns: dict[str, Column] = {}
    for key in parents_of(it):
        if parent := context.tables.get(key):
            columns = follow(columns, {}, {c.name: _with_name(parent, c) for c in parent.columns})
    return columns


def _with_name(parent: Table, column: Column) -> Column:
    """A column under the name of its NOT NULL, which goes down to the children."""
    named = None if column.nullable else not_nulls.said(parent.child(Kind.COLUMN, column.name), column)
    return replace(column, not_null=named)


def own_not_nulls(context: Context, it: Table) -> list[Column]:
    """Columns that a new table does not write, for its parents give them, whose NOT NULL it must state all the same."""
    given, stated = given_columns(context, it), {c.name for c in written(context, it)}
    return [
        c
        for c in it.columns
        if c.name in given and c.name not in stated and not c.nullable and _is_own(it, c, given[c.name])
    ]


def _is_own(it: Table, column: Column, given: Column) -> bool:
    found = column.not_null
    if found is None or not found.validated:
        return False
    handed = given.not_null
    if given.nullable or handed is None:
        return True
    if options_of(it).inherits and found.local:
        return True
    return found.comment is not None or (not found.generated_name and found.name != handed.name)


def states_not_null(context: Context, it: Table, column: Column) -> bool:
    """Whether the NOT NULL of a new table's column is not its parents' alone."""
    given = given_columns(context, it).get(column.name)
    return given is None or given.nullable or column.not_null is None or column.not_null.comment is not None


def written(context: Context, it: Table) -> list[Column]:
    """The columns that a new table must state: all that no parent gives, and those that it has by itself as well."""
    given = given_columns(context, it)
    own = options_of(it).own_columns if options_of(it).inherits else ()
    return [c for c in it.columns if c.name not in given or c.name in own]


def differing(context: Context, it: Table) -> Iterator[tuple[Column, Column]]:
    """Columns of a new table that are otherwise than the parents give them, with what they give."""
    given, stated = given_columns(context, it), {c.name for c in written(context, it)}
    for column in it.columns:
        if column.name in given and column.name not in stated:
            before = replace(given[column.name], comment=column.comment)
            if not before.nullable or column in own_not_nulls(context, it):
                before = replace(before, nullable=column.nullable, not_null=column.not_null)
            if before != column:
                yield before, column


def parents_columns(it: Table) -> frozenset[ObjectKey]:
    """The keys of the parents' columns that a child's are from."""
    return frozenset(column_key(parent, c.name) for parent in parents_of(it) for c in it.columns)


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
            yield from attach.proved(context, it, found, _attach(context, it, after, rebound=rebound, proofs=found))
    for parent in old.inherits:
        if parent not in new.inherits:
            yield _inherit(context, it.key, parent, "NO INHERIT")
    for parent in new.inherits:
        if parent not in old.inherits:
            yield _inherit(context, it.key, parent, "INHERIT")


def refuse_other_key(it: Table, old: PartitionKey | None, new: PartitionKey | None) -> None:
    """Raise ImpossibleError for a key that would have every row written anew."""
    if old == new or old is None or new is None:
        return
    raise ImpossibleError(
        f"{it.key} is partitioned by {key_sql(old)} and is to be partitioned by {key_sql(new)}: no server can alter"
        " that, and all rows would have to be written anew",
        subject=str(it.key),
        hint="make a table of another name so, move the rows over, then drop this one and rename that",
    )


def refuse_retyped_key(context: Context, table: ObjectKey, name: str) -> None:
    """Raise ImpossibleError where rows of the table or of its partitions are distributed by the column."""
    for key, live in context.live.items():
        by = options_of(live).partition_by
        if by is None or not any(name == part.column or _mentions(part, name) for part in by.parts):
            continue
        above: ObjectKey | None = key
        while above is not None and above != table:
            above = next(iter(parents_of(context.live[above])), None) if above in context.live else None
        if above == table:
            raise ImpossibleError(
                f"{column_key(table, name)} is to be of another type, and {key} is partitioned by {key_sql(by)}: no"
                " server can alter that, and all rows would have to be written anew",
                subject=str(column_key(table, name)),
                hint="make a table of another name so, move the rows over, then drop this one and rename that",
            )


def _mentions(part: IndexPart, name: str) -> bool:
    return part.expression is not None and any(k.kind is Kind.COLUMN and k.name == name for k in part.expression.uses)


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
    step = _attach(context, it, partition, rebound=False, proofs=found)
    parts = {it.child(Kind.CONSTRAINT, c.name) for c in it.constraints}
    indexes = (*it.indexes, *options_of(it).given_indexes)
    step = replace(step, needs=step.needs | parts | {it.child(Kind.INDEX, i.name) for i in indexes})
    yield from attach.proved(context, it, found, step)


def _attach(
    context: Context, it: Table, partition: Partition, *, rebound: bool, proofs: Iterable[attach.Proof]
) -> Step:
    parent, proved = partition.parent, {proof.table for proof in proofs}
    needed = {parent, it.key} if not rebound else {parent}
    if not rebound:
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
        extra=(*neighbours.default_read(context, it, proved), *neighbours.indexes_built(context, it.key, parent)),
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


def comes_by_itself(context: Context, it: Table) -> bool:
    """Whether a new partition is made by itself, and then attached.

    A key or index of it may be one that an index of its parent asks for: made as a partition, it would get one more of
    the same. A column may be computed in its own way: to set that in a partition has the server forget its parent's checks
    of the column (measured on 17 and 18).
    """
    partition = options_of(it).partition_of
    if partition is not None and any(before.generated != own.generated for before, own in differing(context, it)):
        return True
    live = context.live.get(partition.parent) if partition else None
    if live is None or partition is None or partition.parent not in context.tables:
        return False
    return any(
        stands_for(own, index)
        for own in (*it.constraints, *it.indexes, *options_of(it).given_indexes)
        for index in live.indexes
    )


def alone(context: Context, it: Table) -> Table:
    """A new partition as a table that can be attached: with the checks of those above it."""
    checks = {
        c.name: replace(c, comment=None)
        for above in _above(context, it)
        for c in above.constraints
        if isinstance(c, Check) and not c.no_inherit
    }
    own = {c.name: c for c in it.constraints}
    constraints = tuple(sorted({**checks, **own}.values(), key=lambda c: c.name))
    indexes = (*it.indexes, *options_of(it).given_indexes)
    options = replace(options_of(it), partition_of=None, given_indexes=())
    return replace(it, constraints=constraints, indexes=indexes, options=options)


def _above(context: Context, it: Table) -> Iterator[Table]:
    for key in parents_of(it):
        if parent := context.tables.get(key):
            yield parent
            yield from _above(context, parent)


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
