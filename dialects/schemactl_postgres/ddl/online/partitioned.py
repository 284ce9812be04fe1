"""Indexes and foreign keys of partitioned tables, for which the server has no way that lets others write: one partition each.

An index is made of the parent ALONE, where it is INVALID until each partition has its like, built CONCURRENTLY, attached.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import replace

from schemactl.model import Constraint, ForeignKey, Index, IndexPart, Kind, ObjectKey, PrimaryKey, Table, Unique
from schemactl.steps import Step
from schemactl_postgres.ddl import rank, reach
from schemactl_postgres.ddl.context import Context, filled, owning_table, relation_name
from schemactl_postgres.ddl.definitions import constraint as constraint_definition
from schemactl_postgres.ddl.definitions import deferral
from schemactl_postgres.ddl.definitions import index as definition
from schemactl_postgres.ddl.online.names import free_name, reserved
from schemactl_postgres.ddl.online.shape import index_of
from schemactl_postgres.inheritance import stands_for
from schemactl_postgres.names import distinct_columns, generated_name, joined_columns
from schemactl_postgres.options import TableOptions
from schemactl_postgres.sql import qualified, quoted

#: A column of an index that is the call of a function is called after it.
_CALL = re.compile(r"\(*([a-z_][a-z0-9_]*)\(")


def goes_by_partitions(context: Context, table: ObjectKey) -> bool:
    """Whether work on a partitioned table is done on each of its partitions, which stay what they are meanwhile."""
    return context.goes_online(table) and _is_steady(context, table)


def _is_steady(context: Context, table: ObjectKey) -> bool:
    """Whether it is a partitioned table, with partitions that neither come nor go."""
    if table in context.made or not is_partitioned(context.live.get(table)):
        return False
    return all(stays(context, key) for key in (table, *reach.heirs(context, table)))


def is_partitioned(table: Table | None) -> bool:
    """Whether its rows are in partitions."""
    options = table.options if table is not None else None
    return isinstance(options, TableOptions) and options.partition_by is not None


def stays(context: Context, key: ObjectKey) -> bool:
    """Whether a table of rows here, or of partitions, is there before and after, and as a partition of the same."""
    was, shall = context.live.get(key), context.tables.get(key)
    if was is None or shall is None or key in context.made or context.is_foreign(key):
        return False
    return reach.partition_of(was) == reach.partition_of(shall)


def builds(context: Context, table: ObjectKey, it: Index) -> bool:
    """Whether an index is built so. Where a partition has its like by itself, it is the server's to match them."""
    wish = context.manner.creates_concurrently
    if not (context.goes_online(table) if wish is None else wish) or not _is_steady(context, table):
        return False
    taken = _taken(context)
    for key in reach.heirs(context, table):
        for catalog in (context.live, context.tables):
            parts = ((Kind.INDEX, catalog[key].indexes), (Kind.CONSTRAINT, catalog[key].constraints))
            own = [
                part
                for kind, found in parts
                for part in found
                if catalog[key].child(kind, part.name) not in context.dropped and part not in taken.get(key, ())
            ]
            if any(stands_for(part, it) for part in own):
                return False
    return True


def _taken(context: Context) -> dict[ObjectKey, list[Index | Constraint]]:
    """By a partition, what of it becomes part of something above it."""
    found: dict[ObjectKey, list[Index | Constraint]] = {}
    for (child, _), part in context.taken.items():
        found.setdefault(child, []).append(part)
    return found


def is_begun(context: Context, table: ObjectKey, was: Index, it: Index) -> bool:
    """Whether the live index lacks nothing but the likes of some partitions, and none could be mistaken for another's."""
    live = context.live.get(table)
    if live is None:
        return False  # a materialized view has no partitions
    twins = [i for i in live.indexes if stands_for(replace(i, valid=True), it)]
    return not was.valid and replace(was, valid=True) == it and len(twins) == 1 and builds(context, table, it)


def built(
    context: Context, key: ObjectKey, it: Index, *, needs: Collection[ObjectKey], reason: str = "", begun: bool = False
) -> Iterator[Step]:
    """The index of the parent alone, unless that was `begun` by an earlier plan, and then those of its partitions."""
    needs = {*needs, *(filled(k) for k in needs if k.kind is Kind.COLUMN)}
    table = context.owner(key)
    if not begun:
        yield _of_parent(
            context, key, table, it, needs, {key, relation_name(key.schema, key.name)}, reason or "new index"
        )
    yield from _of_partitions(context, key, table, it, needs)


def _of_parent(
    context: Context,
    key: ObjectKey,
    table: ObjectKey,
    it: Index,
    needs: Collection[ObjectKey],
    creates: Collection[ObjectKey],
    reason: str,
) -> Step:
    return context.step(
        definition(it, table, only=True),
        key,
        "create",
        reason,
        cost="create_index_only",
        table=table,
        creates=creates,
        needs=needs,
        rank=rank.BUILD,
        own_group=True,
    )


def _of_partitions(
    context: Context, key: ObjectKey, table: ObjectKey, it: Index, needs: Collection[ObjectKey]
) -> Iterator[Step]:
    """The likes of an index of a partitioned table, each attached as soon as it is there."""
    for child in dict.fromkeys(context.kin.children.get(table, ())):
        live = context.live[child]
        options = live.options if isinstance(live.options, TableOptions) else TableOptions()
        given = next((i for i in options.given_indexes if stands_for(replace(i, valid=True), it)), None)
        if given is not None:
            if not given.valid:
                yield from _of_partitions(context, key, child, replace(it, name=given.name), needs)
            continue
        if (found := context.taken.get((child, key))) is not None:
            yield _attached(context, key, table, it.name, child, found.name)
            continue
        own = replace(it, name=index_name(context, child, it), comment=None)
        made = relation_name(child.schema, own.name)
        if is_partitioned(live):
            yield _of_parent(context, key, child, own, {*needs, *_parents(key)}, {made}, f"for that of {table.path}")
        else:
            yield of_partition(context, key, child, own, {*needs, *_parents(key)})
        yield _attached(context, key, table, it.name, child, own.name)
        # Attached before it is whole, it is found as what it is by the next plan.
        if is_partitioned(live):
            yield from _of_partitions(context, key, child, own, {*needs, made})


def _parents(key: ObjectKey) -> set[ObjectKey]:
    return {relation_name(key.schema, key.name)}


def _attached(context: Context, key: ObjectKey, table: ObjectKey, name: str, child: ObjectKey, own: str) -> Step:
    """The index of a partition becomes part of its parent's. If that is whole then, those above it are looked at too."""
    made, top = relation_name(child.schema, own), context.owner(key)
    above = reach.ancestors(context, table) if table != top else []
    return context.step(
        f"ALTER INDEX {quoted(table.schema)}.{quoted(name)} ATTACH PARTITION {quoted(child.schema)}.{quoted(own)}",
        key,
        "alter",
        f"{child.path} has its part",
        cost="attach_index",
        others={"above": above[: above.index(top) + 1] if above else []},
        creates={key},
        needs={made, _keyed(made), relation_name(table.schema, name)},
        rank=rank.BUILD,
    )


def of_partition(context: Context, key: ObjectKey, table: ObjectKey, it: Index, needs: Collection[ObjectKey]) -> Step:
    """The index of one partition, while others write it; `key` is that of the one above."""
    return context.step(
        definition(it, table, concurrently=True),
        key,
        "create",
        f"for its part in {table.path}",
        cost="create_unique_index_online" if it.unique else "create_index_online",
        table=table,
        creates={relation_name(table.schema, it.name)},
        needs=needs,
        rank=rank.BUILD,
        transactional=False,
        patient=True,
    )


def index_name(context: Context, table: ObjectKey, it: Index) -> str:
    """As the server would call the index of a partition."""
    columns = joined_columns(distinct_columns([*map(_label, it.parts), *it.include]))
    return reserved(context, table.schema, lambda n: generated_name(table.name, columns, f"idx{n or ''}"))


def _label(part: IndexPart) -> str:
    called = _CALL.match(part.expression.text) if part.expression is not None else None
    return part.column or (called[1] if called else "expr")


def makes_key(context: Context, table: ObjectKey, it: Constraint) -> bool:
    """Whether a primary key or unique constraint is made of the parent alone, and then of the indexes of its partitions."""
    if not isinstance(it, PrimaryKey | Unique) or it.without_overlaps:
        return False
    return builds(context, table, index_of(it, it.name)) and not _has_like(context, table, it)


def _has_like(context: Context, table: ObjectKey, it: PrimaryKey | Unique) -> bool:
    taken = _taken(context)
    return any(
        isinstance(part, PrimaryKey) if isinstance(it, PrimaryKey) else stands_for(part, it)
        for key in reach.heirs(context, table)
        for found in (context.live[key], context.tables[key])
        for part in found.constraints
        if part not in taken.get(key, ())
    )


def key_made(context: Context, key: ObjectKey, it: PrimaryKey | Unique, plain: Step) -> Iterator[Step]:
    """The key of the parent alone, which is none until each partition's, made of an index built CONCURRENTLY, is attached."""
    yield _key_of_parent(context, key, owning_table(key), it, plain, plain.creates)
    yield from _keys_of_partitions(context, key, owning_table(key), it, plain)


def _key_of_parent(
    context: Context,
    key: ObjectKey,
    table: ObjectKey,
    it: PrimaryKey | Unique,
    plain: Step,
    creates: Collection[ObjectKey],
) -> Step:
    return context.step(
        f"ALTER TABLE ONLY {qualified(table)} ADD {constraint_definition(it)}",
        key,
        "create",
        plain.reason,
        cost="add_key_only",
        table=table,
        creates=creates,
        needs=plain.needs,
        follows=plain.follows,
        rank=rank.BUILD,
        own_group=True,
    )


def _keys_of_partitions(
    context: Context, key: ObjectKey, table: ObjectKey, it: PrimaryKey | Unique, plain: Step
) -> Iterator[Step]:
    for child in dict.fromkeys(context.kin.children.get(table, ())):
        found = context.taken.get((child, key))
        if found is not None and not isinstance(found, Index):
            yield _attached(context, key, table, it.name, child, found.name)
            continue
        name = key_label(context, child, it)
        own, made = replace(it, name=name, comment=None), relation_name(child.schema, name)
        divided = is_partitioned(context.live[child])
        if divided:
            yield _key_of_parent(context, key, child, own, plain, {made})
        else:
            index = found.name if found is not None else name
            if found is None:
                yield of_partition(context, key, child, index_of(own, name), plain.needs | _parents(key))
            step = of_index(context, key, child, own, index)
            yield (
                step
                if found is None
                else replace(step, creates=step.creates | {made}, needs=plain.needs | _parents(key))
            )
        yield _attached(context, key, table, it.name, child, name)
        if divided:
            yield from _keys_of_partitions(context, key, child, own, plain)


def of_index(context: Context, key: ObjectKey, table: ObjectKey, it: PrimaryKey | Unique, index: str) -> Step:
    """The key of one partition, of an index that is there; `key` is that of the one above."""
    word, made = "PRIMARY KEY" if isinstance(it, PrimaryKey) else "UNIQUE", relation_name(table.schema, it.name)
    return context.step(
        f"ALTER TABLE {qualified(table)} ADD CONSTRAINT {quoted(it.name)} {word} USING INDEX {quoted(index)}{deferral(it)}",
        key,
        "create",
        f"for its part in {table.path}",
        cost="use_index",
        table=table,
        creates={_keyed(made)},
        destroys={relation_name(table.schema, index)} - {made},
        needs={made},
        rank=rank.BUILD,
    )


def key_label(context: Context, table: ObjectKey, it: PrimaryKey | Unique) -> str:
    """As the server would call the key of a partition."""
    label = "pkey" if isinstance(it, PrimaryKey) else "key"
    columns = None if isinstance(it, PrimaryKey) else joined_columns(distinct_columns([*it.columns, *it.include]))
    return reserved(context, table.schema, lambda n: generated_name(table.name, columns, f"{label}{n or ''}"))


def _keyed(index: ObjectKey) -> ObjectKey:
    """That an index is that of a key."""
    return replace(index, name=f"key: {index.name}")


def checks_keys_first(context: Context, table: ObjectKey, it: ForeignKey) -> bool:
    """Whether a foreign key is added to each partition, and validated there, before the parent takes these for its own.

    So where the server knows no NOT VALID for partitioned tables.
    """
    to_partitioned = is_partitioned(context.tables.get(it.references))
    return it.validated and it.enforced and not to_partitioned and goes_by_partitions(context, table)


def _key_name(context: Context, table: ObjectKey, it: ForeignKey) -> str:
    """As the server would call the foreign key of a partition: as that of the parent, where no other is called so."""
    taken = {
        part.name
        for found in (context.live[table], context.tables[table])
        for part in (
            *found.constraints,
            *(found.options.given_constraints if isinstance(found.options, TableOptions) else ()),
        )
    }
    return it.name if it.name not in taken else free_name(context, table.schema, f"{table.name}_{it.name}")


def keys_first(context: Context, table: ObjectKey, it: ForeignKey, plain: Step) -> Iterator[Step]:
    """The foreign key of each partition with rows, NOT VALID and then validated; `plain` adds that of the parent."""
    done: set[ObjectKey] = set()
    for child in reach.partitions(context, table):
        if not is_partitioned(context.live[child]):
            steps = list(key_checked(context, plain.key, child, it, follows=plain.follows, needs=plain.needs))
            done |= steps[-1].creates
            yield from steps
    yield replace(plain, needs=plain.needs | done)


def key_checked(
    context: Context,
    key: ObjectKey,
    table: ObjectKey,
    it: ForeignKey,
    *,
    needs: Collection[ObjectKey],
    follows: Collection[ObjectKey] = (),
) -> Iterator[Step]:
    """The foreign key of one partition, NOT VALID and then validated; `key` is that of the one above."""
    other = reach.with_partitions(context, [it.references])
    own = replace(it, name=_key_name(context, table, it), comment=None)
    made = ObjectKey(kind=Kind.OTHER, schema=table.schema, table=table.name, name=f"not valid: {own.name}")
    yield context.step(
        f"ALTER TABLE {qualified(table)} ADD {constraint_definition(replace(own, validated=False))}",
        key,
        "create",
        f"for its part in {table.path}",
        cost="add_foreign_key_not_valid",
        table=table,
        others={"other": other},
        creates={made},
        needs=needs,
        follows=follows,
        rank=rank.FOREIGN_KEY,
    )
    yield context.step(
        f"ALTER TABLE {qualified(table)} VALIDATE CONSTRAINT {quoted(own.name)}",
        key,
        "alter",
        "every row is checked",
        cost="validate_foreign_key",
        table=table,
        others={"other": other},
        creates={replace(made, name=f"valid: {own.name}")},
        needs={made},
        rank=rank.VALIDATE,
        own_group=True,
        patient=True,
    )
