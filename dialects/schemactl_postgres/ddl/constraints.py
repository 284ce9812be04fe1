"""Steps for constraints of tables that stay."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from schemactl.changes import Alter, Create, Drop, Rename
from schemactl.model import (
    Check,
    Constraint,
    Exclusion,
    Expression,
    ForeignKey,
    Index,
    IndexPart,
    Kind,
    ObjectKey,
    PrimaryKey,
    Table,
    Unique,
)
from schemactl.steps import Step
from schemactl_postgres.ddl import rank
from schemactl_postgres.ddl.comments import comment
from schemactl_postgres.ddl.context import (
    Context,
    column_key,
    columns_of,
    filled,
    null_kept_out,
    owning_table,
    persistence_of,
    relation_name,
)
from schemactl_postgres.ddl.definitions import constraint as definition
from schemactl_postgres.ddl.inherited import handed_by, heirs_of
from schemactl_postgres.ddl.online import constraints as online
from schemactl_postgres.ddl.online import fills, partitioned
from schemactl_postgres.ddl.reach import heirs, with_partitions
from schemactl_postgres.sql import qualified, quoted


def constraint(context: Context, change: Create | Drop | Alter | Rename) -> Iterator[Step]:
    match change:
        case Create():
            assert isinstance(change.after, Constraint)
            yield from added(context, change.key, change.after, reason=change.because)
            yield from comment(context, change.key, change.after.comment)
        case Drop():
            assert isinstance(change.before, Constraint)
            yield from _dropped(context, change.key, change.before, reason=change.because)
        case Rename():
            yield rename(context, change)
        case Alter():
            assert isinstance(change.before, Constraint) and isinstance(change.after, Constraint)
            yield from _altered(context, change.key, change.before, change.after)


def _altered(context: Context, key: ObjectKey, was: Constraint, it: Constraint) -> Iterator[Step]:
    table = owning_table(key)
    if replace(was, comment=it.comment) == it:
        yield from comment(context, key, it.comment, always=True)
        return
    if (
        isinstance(was, ForeignKey | Check)
        and isinstance(it, type(was))
        and it.validated
        and not was.validated
        and replace(was, validated=True, comment=it.comment) == it
    ):
        yield online.validated(context, key, it, "was left NOT VALID")
    elif (
        isinstance(was, ForeignKey)
        and isinstance(it, ForeignKey)
        and replace(was, deferrable=it.deferrable, initially_deferred=it.initially_deferred, comment=it.comment) == it
    ):
        words = "NOT DEFERRABLE"
        if it.deferrable:
            words = f"DEFERRABLE INITIALLY {'DEFERRED' if it.initially_deferred else 'IMMEDIATE'}"
        yield context.step(
            f"ALTER TABLE {qualified(table)} ALTER CONSTRAINT {quoted(it.name)} {words}",
            key,
            "alter",
            "deferral differs",
            cost="alter_foreign_key",
            table=table,
            creates={key},
            rank=rank.CONSTRAINT,
        )
    elif isinstance(was, ForeignKey) and isinstance(it, ForeignKey) and _enforcement_alone(was, it):
        yield context.step(
            f"ALTER TABLE {qualified(table)} ALTER CONSTRAINT {quoted(it.name)} "
            f"{'ENFORCED' if it.enforced else 'NOT ENFORCED'}",
            key,
            "alter",
            "is to be enforced" if it.enforced else "is not to be enforced",
            cost="enforce_foreign_key" if it.enforced else "drop_foreign_key",
            table=table,
            others=_other(context, it),
            creates={key},
            needs=needs(context, table, it),
            rank=rank.FOREIGN_KEY,
        )
    else:
        yield drop(context, key, was, reason="differs")
        yield from added(context, key, it, reason="in its new form")
        yield from comment(context, key, it.comment)
        return
    if it.comment != was.comment:
        yield from comment(context, key, it.comment, always=True)


def _enforcement_alone(was: ForeignKey, it: ForeignKey) -> bool:
    """Whether ENFORCED or not is all that differs; what begins to be enforced is checked."""
    now = replace(was, enforced=it.enforced, validated=it.enforced, comment=it.comment)
    return was.enforced != it.enforced and now == it


def added(context: Context, key: ObjectKey, it: Constraint, *, reason: str = "") -> Iterator[Step]:
    """A constraint of a table that stays."""
    table = owning_table(key)
    if online.is_checked_later(context, table, it):
        assert isinstance(it, Check | ForeignKey)
        yield add(context, key, replace(it, validated=False), reason=reason)
        yield online.validated(context, key, it, "every row is checked")
    elif isinstance(it, ForeignKey) and partitioned.checks_keys_first(context, table, it):
        plain = add(context, key, it, reason=reason)
        cost = context.cost("add_foreign_key_not_valid", table, _other(context, it))
        yield from partitioned.keys_first(context, table, it, replace(plain, locks=cost[0], hazards=cost[1]))
    elif partitioned.makes_key(context, table, it):
        assert isinstance(it, PrimaryKey | Unique)
        yield from partitioned.key_made(context, key, it, add(context, key, it, reason=reason))
    elif online.uses_index(context, key, it):
        assert isinstance(it, PrimaryKey | Unique)
        yield from online.from_index(context, key, it, add(context, key, it, reason=reason))
    else:
        yield add(context, key, it, reason=reason)


def add(context: Context, key: ObjectKey, it: Constraint, *, reason: str = "") -> Step:
    """ALTER TABLE ... ADD CONSTRAINT."""
    table = owning_table(key)
    return context.step(
        f"ALTER TABLE {qualified(table)} ADD {definition(it)}",
        key,
        "create",
        reason or f"new {noun(it)}",
        cost=_add_cost(it),
        table=table,
        others=_other(context, it) | _passed_over(context, table, it),
        creates=own_keys(key, it),
        needs={table} | needs(context, table, it) | _of_heirs(context, key, it),
        follows=_in_its_way(context, key, it),
        rank=rank.FOREIGN_KEY if isinstance(it, ForeignKey) else rank.CONSTRAINT,
    )


def _of_heirs(context: Context, key: ObjectKey, it: Constraint) -> frozenset[ObjectKey]:
    """The columns of live heirs that a check which went for their sake is to find as they shall be."""
    if not isinstance(it, Check) or key not in context.dropped:
        return frozenset()
    below = [heir for heir in heirs(context, owning_table(key)) if heir in context.live]
    return frozenset(column for heir in below for column in columns_of(heir, mentioned(it)))


def _in_its_way(context: Context, key: ObjectKey, it: Constraint) -> frozenset[ObjectKey]:
    """The live constraints that, if they go, must be gone before.

    A table has one primary key, a foreign key takes any key, and a check meets those of its name in the table's heirs.
    """
    table = owning_table(key)
    if isinstance(it, ForeignKey):
        target = context.live.get(it.references)
        return supporting_keys(target, it.referenced_columns) if target else frozenset()
    if isinstance(it, Check):
        return frozenset(heirs_of(context.live, table, it.name))
    live = context.live.get(table)
    if not isinstance(it, PrimaryKey) or live is None:
        return frozenset()
    return frozenset(live.child(Kind.CONSTRAINT, c.name) for c in live.constraints if isinstance(c, PrimaryKey))


def _dropped(context: Context, key: ObjectKey, it: Constraint, *, reason: str) -> Iterator[Step]:
    """DROP CONSTRAINT, after the work of an earlier plan is done that it stands for."""
    step = drop(context, key, it, reason=reason)
    table = owning_table(key)
    column = fills.unfilled(context, table, it) if isinstance(it, Check) else None
    if column is not None:
        own = column_key(table, column.name)
        yield from fills.rows_filled(context, own, column)
        step = replace(step, needs=step.needs | {filled(own)}, reason="every row has its value", hazards=())
    yield step


def drop(context: Context, key: ObjectKey, it: Constraint, *, reason: str = "") -> Step:
    table = owning_table(key)
    frees = {table} | columns_of(table, mentioned(it))
    if isinstance(it, ForeignKey):
        frees |= rests_on(context, it)
    frees |= routines_in(it)
    cost = {ForeignKey: "drop_foreign_key", Check: "drop_check"}.get(type(it), "drop_key")
    return context.step(
        f"ALTER TABLE {qualified(table)} DROP CONSTRAINT {quoted(it.name)}",
        key,
        "drop",
        reason or "not in the desired schema",
        cost=cost,
        table=table,
        others=_other(context, it),
        destroys=own_keys(key, it),
        frees=frees,
        follows=handed_by(context.live, context.tables, table, it.name) if isinstance(it, Check) else (),
        rank=rank.DROP_FOREIGN_KEY if isinstance(it, ForeignKey) else rank.DROP_CONSTRAINT,
    )


def _other(context: Context, it: Constraint) -> dict[str, list[ObjectKey]]:
    """The table that a foreign key refers to, with its partitions, in its role for the costs."""
    return {"other": with_partitions(context, [it.references])} if isinstance(it, ForeignKey) else {}


def _passed_over(context: Context, table: ObjectKey, it: Constraint) -> dict[str, list[ObjectKey]]:
    """The heirs of a table, where its check is not for them."""
    return {"heirs": [], "passed_over": heirs(context, table)} if isinstance(it, Check) and it.no_inherit else {}


def rests_on(context: Context, it: ForeignKey) -> frozenset[ObjectKey]:
    """What a live foreign key keeps from being dropped: the other table, its columns and the key on them."""
    other = it.references
    found = {other} | columns_of(other, it.referenced_columns)
    live = context.live.get(other)
    return frozenset(found | supporting_keys(live, it.referenced_columns) if live else found)


def rename(context: Context, change: Rename) -> Step:
    """RENAME CONSTRAINT, or ALTER INDEX ... RENAME."""
    table = owning_table(change.key)
    old, new = quoted(change.key.name), quoted(change.new.name)
    if change.key.kind is Kind.INDEX:
        sql = f"ALTER INDEX {quoted(change.key.schema)}.{old} RENAME TO {new}"
    else:
        sql = f"ALTER TABLE {qualified(table)} RENAME CONSTRAINT {old} TO {new}"
    return context.step(
        sql,
        change.key,
        "rename",
        "same definition under another name",
        cost=_rename_cost(change),
        table=table,
        creates={change.new, relation_name(change.new.schema, change.new.name)},
        destroys={change.key, relation_name(change.key.schema, change.key.name)},
        rank=rank.RENAME,
    )


def _rename_cost(change: Rename) -> str:
    if change.key.kind is Kind.INDEX:
        return "none"  # the index alone is locked
    return "rename_check" if isinstance(change.after, Check) else "instant"


def noun(it: Constraint) -> str:
    return {
        PrimaryKey: "primary key",
        Unique: "unique constraint",
        ForeignKey: "foreign key",
        Check: "check",
        Exclusion: "exclusion constraint",
    }[type(it)]


def _add_cost(it: Constraint) -> str:
    if isinstance(it, ForeignKey):
        return "add_foreign_key" if it.validated and it.enforced else "add_foreign_key_not_valid"
    if isinstance(it, Check):
        return "add_check" if it.validated and it.enforced else "add_check_not_valid"
    return "add_deferrable_key" if it.deferrable else "add_key"


def own_keys(key: ObjectKey, it: Constraint) -> frozenset[ObjectKey]:
    """What comes and goes with the constraint: itself, and the name of the index behind it."""
    if isinstance(it, ForeignKey | Check):
        return frozenset({key})
    return frozenset({key, relation_name(key.schema, key.name)})


def mentioned(it: Constraint) -> frozenset[str]:
    """The columns of its own table that a constraint rests on."""
    match it:
        case PrimaryKey() | Unique():
            return frozenset(it.columns + it.include)
        case ForeignKey():
            return frozenset(it.columns)
        case Check():
            return frozenset(k.name for k in it.expression.uses if k.kind is Kind.COLUMN)
        case Exclusion():
            predicate = it.predicate.uses if it.predicate else ()
            inside = frozenset(k.name for k in predicate if k.kind is Kind.COLUMN)
            return part_columns(it.parts) | frozenset(it.include) | inside


def part_columns(parts: tuple[IndexPart, ...]) -> frozenset[str]:
    names = {p.column for p in parts if p.column}
    for p in parts:
        if p.expression:
            names |= {k.name for k in p.expression.uses if k.kind is Kind.COLUMN}
    return frozenset(names)


def needs(context: Context, table: ObjectKey, it: Constraint) -> frozenset[ObjectKey]:
    """What must be there, in its final form, before the constraint can be added."""
    result = columns_of(table, mentioned(it))
    if isinstance(it, ForeignKey):
        result |= {it.references} | columns_of(it.references, it.referenced_columns)
        result |= {persistence_of(table), persistence_of(it.references)}
        if target := context.tables.get(it.references):
            result |= supporting_keys(target, it.referenced_columns)
    if isinstance(it, PrimaryKey):
        result |= {null_kept_out(column) for column in columns_of(table, it.columns)}
    if isinstance(it, Check):
        result |= {k for k in it.expression.uses if k.kind in (Kind.TYPE, Kind.SEQUENCE)}
    return result | routines_in(it)


def expressions(it: Constraint | Index) -> Iterator[Expression]:
    if isinstance(it, Check):
        yield it.expression
    elif isinstance(it, Exclusion | Index):
        yield from (p.expression for p in it.parts if p.expression)
        if it.predicate:
            yield it.predicate


def routines_in(it: Constraint | Index) -> frozenset[ObjectKey]:
    """The routines that its expressions call, by their names as far as these are known."""
    return frozenset(k for e in expressions(it) for k in e.uses if k.kind is Kind.ROUTINE)


def supporting_keys(table: Table, columns: tuple[str, ...]) -> frozenset[ObjectKey]:
    """The keys and unique indexes of a table that can stand behind a foreign key to these columns."""
    wanted = set(columns)
    found = {
        table.child(Kind.CONSTRAINT, c.name)
        for c in table.constraints
        if isinstance(c, PrimaryKey | Unique) and set(c.columns) == wanted
    }
    found |= {
        table.child(Kind.INDEX, i.name)
        for i in table.indexes
        if i.unique and i.predicate is None and {p.column for p in i.parts} == wanted
    }
    return frozenset(found)
