"""What changes in one table, as few ALTERs as do it: foreign keys go before, and come after, all the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from schemactl.changes import Alter, Change, Create, Drop, Rename
from schemactl.model import Check, Column, ForeignKey, Index, Kind, ObjectKey, PrimaryKey, Table
from schemactl.steps import Hazard, Step, Warning_
from schemactl_mysql.ddl import definitions as define
from schemactl_mysql.ddl import operations as op
from schemactl_mysql.ddl import rank, unchecked_keys
from schemactl_mysql.ddl.clauses import Clauses, divided, statement
from schemactl_mysql.ddl.context import Context
from schemactl_mysql.ddl.enum_values import renamed_values
from schemactl_mysql.ddl.generated_order import with_new_columns_in_order
from schemactl_mysql.ddl.partition_steps import repartitioned
from schemactl_mysql.ddl.remade import with_remade
from schemactl_mysql.ddl.shapes import freed_shapes
from schemactl_mysql.ddl.versions import left_out_later, refuse_row_column
from schemactl_mysql.options import TableOptions
from schemactl_mysql.sql import literal, quoted


def alter_table(context: Context, was: Table, table: Table, changes: Sequence[Change]) -> Iterator[Step]:
    """The steps for all changes of one table that stays."""
    before, main, after = Clauses(), Clauses(), Clauses()
    values, changes = renamed_values(context, was, table, changes)
    yield from values
    main.needs = frozenset(key for step in values for key in step.creates)
    changes, left_out = left_out_later(was, table, changes)
    changes = with_new_columns_in_order(context, table, with_remade(context, was, table, changes))
    for change in changes:
        part = change.after if isinstance(change, Create | Rename) else change.before
        if isinstance(part, ForeignKey):
            _foreign_key(context, table, change, before, after)
    first = freed_shapes(context, was, changes)
    changes = first.changes
    for change in sorted(changes, key=_order):
        part = change.after if isinstance(change, Create | Rename) else change.before
        if not isinstance(part, ForeignKey):
            _main(context, was, table, change, main)
    action = _action(changes)
    parts = repartitioned(context, was, table)
    main.tail, main.tail_reason, main.tail_hazards = parts.tail, parts.reason, tuple(parts.hazards)
    main.follows = frozenset(key for c in first.clauses.items for key in c.destroys)
    yield from parts.before
    yield from statement(context, was, before, action="drop", position=rank.DROP_FOREIGN_KEY)
    yield from statement(context, was, first.clauses, action="drop", position=rank.DROP_FOREIGN_KEY)
    for clauses in divided(context, was, table, main):
        yield from statement(context, was, clauses, action=action, position=rank.ALTER)
    yield from parts.after
    yield from statement(context, table, _left_out(context, table, left_out), action="alter", position=rank.ALTER)
    yield from _new_keys(context, was, table, after)


def _left_out(context: Context, table: Table, columns: Iterable[Column]) -> Clauses:
    clauses = Clauses()
    begun = frozenset({table.key, *(table.child(Kind.COLUMN, column.name) for column in columns)})
    for column in columns:
        key = table.child(Kind.COLUMN, column.name)
        text = f"MODIFY COLUMN {define.column(context, column)}"
        clauses.add(text, key, "it is left out of the history", op.UNLISTED, needs=begun)
    return clauses


def _new_keys(context: Context, was: Table, table: Table, clauses: Clauses) -> Iterator[Step]:
    """Those that can come while others write, and the rest in one ALTER."""
    keys = {table.child(Kind.CONSTRAINT, c.name): c for c in table.constraints if isinstance(c, ForeignKey)}
    rest = Clauses()
    for it in clauses.items:
        made = [keys[k] for k in it.creates if k in keys]
        if len(made) == 1 and unchecked_keys.can_be(context, was, table, made[0]):
            yield from unchecked_keys.added(context, table, made[0], it.reason, it.needs)
        else:
            rest.items.append(it)
    yield from statement(context, was, rest, action="create", position=rank.FOREIGN_KEY)


def _action(changes: Sequence[Change]) -> str:
    kinds = {type(c) for c in changes}
    if len(changes) == 1 and kinds != {Alter}:
        return {Create: "create", Drop: "drop", Rename: "rename"}[kinds.pop()]
    return "alter"


def _order(change: Change) -> float:
    """Constraints and indexes go first, then columns, then what is new."""
    if isinstance(change, Drop):
        return {Kind.CONSTRAINT: 0, Kind.INDEX: 1}.get(change.key.kind, 2)
    if isinstance(change, Rename):
        return 3
    if change.place is not None:
        return 4.6  # they come in the order in which they take their places
    return {Kind.COLUMN: 4, Kind.CONSTRAINT: 5, Kind.INDEX: 6}.get(change.key.kind, 7) + (
        isinstance(change, Create) / 2
    )


def _foreign_key(context: Context, table: Table, change: Change, before: Clauses, after: Clauses) -> None:
    reason = getattr(change, "because", "") or f"{change.key.name} differs"
    if not isinstance(change, Create):
        old = change.before if isinstance(change, Drop | Alter) else None
        if isinstance(old, ForeignKey):
            before.add(
                f"DROP FOREIGN KEY {quoted(old.name)}",
                change.key,
                reason,
                "drop_foreign_key",
                destroys=[change.key],
                frees=[old.references],
            )
        elif isinstance(change, Rename):
            text = f"DROP FOREIGN KEY {quoted(change.key.name)}"
            before.add(text, change.key, "it gets another name", "drop_foreign_key", destroys=[change.key])
    if not isinstance(change, Drop):
        new = change.after
        assert isinstance(new, ForeignKey)
        key = change.new if isinstance(change, Rename) else change.key
        after.add(
            f"ADD {define.foreign_key(context, new)}",
            key,
            reason,
            "add_foreign_key",
            creates=[key],
            needs=referenced(context, new),
        )


def referenced(context: Context, key: ForeignKey) -> set[ObjectKey]:
    """All that must be there before a foreign key: the table, and whatever of it is made in this plan."""
    needs = {key.references}
    parent = context.tables.get(key.references)
    if parent is not None:
        needs |= {parent.child(Kind.COLUMN, c) for c in key.referenced_columns}
        needs |= {parent.child(Kind.INDEX, i.name) for i in parent.indexes}
        needs.add(parent.child(Kind.CONSTRAINT, "PRIMARY"))
    return needs


def _main(context: Context, was: Table, table: Table, change: Change, clauses: Clauses) -> None:
    match change:
        case Create(after=Column() as it):
            text = f"ADD COLUMN {define.column(context, it)}{_place(change)}"
            operations = op.added(it, placed=change.place is not None)
            clauses.add(text, change.key, change.because or "it is new", *operations, creates=[change.key])
        case Drop(before=Column() as it):
            lost = it.generated is None or it.generated.stored
            clauses.add(
                f"DROP COLUMN {quoted(it.name)}",
                change.key,
                change.because or "it is not desired",
                *op.dropped(it, was),
                beneath=define.column(context, it),
                hazards=[_warning(Hazard.DROPS_COLUMN, f"the values of {change.key.path} are lost")] if lost else (),
                destroys=[change.key],
            )
        case Alter(before=Column() as old, after=Column() as it):
            _alter_column(context, was, change, old, it, clauses)
        case Create(after=Index() as it):
            text, operation = f"ADD {define.index(context, it)}", op.index_added(it, table)
            clauses.add(text, change.key, change.because or "it is new", operation, creates=[change.key])
        case Drop(before=Index() as it):
            text, operation = f"DROP KEY {quoted(it.name)}", op.index_dropped(it, was)
            clauses.add(
                text,
                change.key,
                change.because or "it is not desired",
                operation,
                beneath=define.index(context, it),
                destroys=[change.key],
            )
        case Alter(before=Index() as old, after=Index() as it):
            _alter_index(context, was, table, change.key, old, it, clauses)
        case Rename(after=Index() as it):
            clauses.add(
                f"RENAME KEY {quoted(change.key.name)} TO {quoted(it.name)}",
                change.key,
                "only its name differs",
                "rename_index",
                creates=[change.new],
                destroys=[change.key],
            )
        case Create() | Drop() | Alter() | Rename() if change.key.kind is Kind.CONSTRAINT:
            _constraint(context, change, clauses)
        case Alter(before=Table() as old, after=Table() as it):
            _options(context, old, it, clauses)


def _alter_column(context: Context, was: Table, change: Alter, old: Column, it: Column, clauses: Clauses) -> None:
    refuse_row_column(change.key, old, it)
    reason = _what_differs(old, it) if old != it else f"it is to stand {_stand(change.place)}"
    forgets = define.column_options(it).versioned is False and define.column_options(old).versioned is None
    message = f"what {change.key.path} once was is forgotten"
    clauses.add(
        f"MODIFY COLUMN {define.column(context, it)}{_place(change)}",
        change.key,
        reason,
        *(op.modified(context, was, old, it, placed=change.place is not None) or (op.UNLISTED,)),
        beneath=define.column(context, old),
        hazards=[_warning(Hazard.DROPS_HISTORY, message)] if forgets else (),
    )


def _warning(hazard: Hazard, message: str) -> Warning_:
    return Warning_(hazard=hazard, message=message)


def _place(change: Create | Alter) -> str:
    """FIRST or AFTER, where it matters."""
    if change.place is None:
        return ""
    return f" AFTER {quoted(change.place)}" if change.place else " FIRST"


def _stand(place: str | None) -> str:
    return f"behind {place}" if place else "first"


def _what_differs(old: Column, it: Column) -> str:
    words = []
    if old.type != it.type:
        words.append(f"type {old.type} becomes {it.type}")
    if old.nullable != it.nullable:
        words.append("NULL is allowed" if it.nullable else "NULL is forbidden")
    if old.default != it.default:
        words.append("the default differs")
    if old.collation != it.collation and old.collation and it.collation:
        words.append(f"collation {old.collation} becomes {it.collation}")
    if old.generated != it.generated:
        words.append("what it is computed from differs")
    was, shall = define.column_options(old), define.column_options(it)
    if was.on_update != shall.on_update:
        words.append("ON UPDATE differs")
    if was.auto_increment != shall.auto_increment:
        words.append(f"it is {'' if shall.auto_increment else 'no longer '}to count by itself")
    if was.invisible != shall.invisible:
        words.append("it is hidden" if shall.invisible else "it is shown")
    if old.comment != it.comment:
        words.append("the comment differs")
    return ", ".join(words) or "its definition differs"


def _is_keyless(table: Table) -> bool:
    return not any(isinstance(c, PrimaryKey) for c in table.constraints)


def _alter_index(
    context: Context, was: Table, table: Table, key: ObjectKey, old: Index, it: Index, clauses: Clauses
) -> None:
    before, after = define.index_options(old.options), define.index_options(it.options)
    only_seen = replace(old, options=replace(before, invisible=after.invisible)) == replace(it, options=after)
    # Until it has a primary key, a unique index stands for it, and cannot be hidden: not in the ALTER that adds one either.
    if only_seen and not (_is_keyless(was) and it.unique and after.invisible):
        word = define.hidden(context) if after.invisible else "NOT IGNORED" if context.flavour.mariadb else "VISIBLE"
        clauses.add(f"ALTER INDEX {quoted(it.name)} {word}", key, "who may use it differs", "hide_index")
        return
    clauses.add(
        f"DROP KEY {quoted(old.name)}",
        key,
        "its definition differs",
        op.index_dropped(old, was),
        beneath=define.index(context, old),
    )
    clauses.add(f"ADD {define.index(context, it)}", key, "its definition differs", op.index_added(it, table))


def _constraint(context: Context, change: Change, clauses: Clauses) -> None:
    reason = getattr(change, "because", "")
    drop_check = "DROP CONSTRAINT" if context.flavour.mariadb else "DROP CHECK"
    match change:
        case Alter(before=Check() as old, after=Check() as it) if replace(old, enforced=it.enforced) == it:
            word, operation = ("ENFORCED", "enforce_check") if it.enforced else ("NOT ENFORCED", "rest_check")
            clauses.add(f"ALTER CHECK {quoted(it.name)} {word}", change.key, "whether it holds differs", operation)
            return
        case Drop(before=PrimaryKey() as old) | Alter(before=PrimaryKey() as old):
            operation = "replace_primary_key" if isinstance(change, Alter) else op.UNLISTED
            beneath = define.primary_key(context, old)
            text = "DROP PRIMARY KEY"
            clauses.add(text, change.key, reason or "it differs", operation, beneath=beneath, destroys=[change.key])
        case Drop(before=Check() as old) | Alter(before=Check() as old) | Rename(after=Check() as old):
            text, beneath = f"{drop_check} {quoted(change.key.name)}", define.check(context, old)
            why = reason or ("it gets another name" if isinstance(change, Rename) else "it differs")
            clauses.add(text, change.key, why, "drop_check", beneath=beneath, destroys=[change.key])
    match change:
        case Create(after=PrimaryKey() as key) | Alter(after=PrimaryKey() as key):
            operation = "replace_primary_key" if isinstance(change, Alter) else op.UNLISTED
            text = f"ADD {define.primary_key(context, key)}"
            clauses.add(text, change.key, reason or "it differs", operation, creates=[change.key])
        case Create(after=Check() as check) | Alter(after=Check() as check) | Rename(after=Check() as check):
            name = change.new if isinstance(change, Rename) else change.key
            text = f"ADD {define.check(context, check)}"
            clauses.add(text, name, reason or "it differs", op.check_added(check), creates=[name])


def _options(context: Context, old: Table, it: Table, clauses: Clauses) -> None:
    was, shall = define.table_options(old), define.table_options(it)

    def add(text: str, reason: str, operation: str = op.UNLISTED, *hazards: Warning_) -> None:
        clauses.add(text, it.key, reason, operation, hazards=hazards)

    if was.system_versioned and not shall.system_versioned:
        warning = _warning(Hazard.DROPS_HISTORY, f"what the rows of {it.key.path} once were is forgotten")
        add("DROP SYSTEM VERSIONING", "history is not desired", op.UNLISTED, warning)
    for period in was.periods:
        if period not in shall.periods and period.name != "SYSTEM_TIME":
            add(f"DROP PERIOD FOR {quoted(period.name)}", f"the period {period.name} differs")
    if was.engine != shall.engine:
        add(f"ENGINE={shall.engine}", f"engine {was.engine} becomes {shall.engine}")
    if was.collation != shall.collation and shall.collation:
        text = define.collate_text(replace(shall, charset=context.charset(shall.collation)))
        add(text, f"collation {was.collation} becomes {shall.collation}", "default_collation")
    if was.row_format != shall.row_format:
        add(f"ROW_FORMAT={shall.row_format or 'DEFAULT'}", "the row format differs", "row_format")
    for name, value in changed_options(was, shall):
        add(f"{name}={value}", f"{name} differs", op.option_changed(name))
    if old.comment != it.comment:
        add(f"COMMENT={literal(it.comment or '')}", "the comment differs", "comment_table")
    for period in shall.periods:
        if period not in was.periods:
            add(f"ADD {define.period(period)}", f"the period {period.name} differs")
    if shall.system_versioned and not was.system_versioned:
        add("ADD SYSTEM VERSIONING", "history is desired")


def changed_options(was: TableOptions, shall: TableOptions) -> Iterable[tuple[str, str]]:
    """The options to state, with their values in SQL; what is not desired goes back to its default."""
    from schemactl_mysql.read.table_options import KEPT

    old, new = dict(was.other), dict(shall.other)
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            value = new.get(name, KEPT.get(name, "DEFAULT"))
            yield name, define.value_text(name, value)
