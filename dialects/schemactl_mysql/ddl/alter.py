"""What changes in one table, as few ALTERs as do it: foreign keys go before, and come after, all the rest in one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from schemactl.changes import Alter, Change, Create, Drop, Rename
from schemactl.model import Check, Column, ForeignKey, Index, Kind, ObjectKey, PrimaryKey, Table
from schemactl.steps import Hazard, Step, Warning_
from schemactl_mysql.ddl import definitions as define
from schemactl_mysql.ddl import rank
from schemactl_mysql.ddl.context import Context
from schemactl_mysql.ddl.enum_values import renamed_values
from schemactl_mysql.ddl.generated_order import with_new_columns_in_order
from schemactl_mysql.ddl.partition_steps import keeping_history, repartitioned
from schemactl_mysql.ddl.remade import with_remade
from schemactl_mysql.ddl.versions import refuse_row_column
from schemactl_mysql.options import TableOptions
from schemactl_mysql.sql import literal, quoted


@dataclass(slots=True)
class _Clauses:
    """The parts of one ALTER TABLE, with the keys that it makes and takes."""

    texts: list[str] = field(default_factory=list)
    keys: list[ObjectKey] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    hazards: list[Warning_] = field(default_factory=list)
    creates: set[ObjectKey] = field(default_factory=set)
    destroys: set[ObjectKey] = field(default_factory=set)
    needs: set[ObjectKey] = field(default_factory=set)
    frees: set[ObjectKey] = field(default_factory=set)
    #: PARTITION BY or REMOVE PARTITIONING, which stand behind all else and without a comma.
    tail: str = ""

    def add(self, text: str, key: ObjectKey, reason: str) -> None:
        self.texts.append(text)
        self.keys.append(key)
        if reason and reason not in self.reasons:
            self.reasons.append(reason)

    def step(self, context: Context, table: Table, *, action: str, position: int) -> Iterator[Step]:
        if not self.texts and not self.tail:
            return
        body = f" {self.texts[0]}" if len(self.texts) == 1 else "\n  " + ",\n  ".join(self.texts)
        yield Step(
            sql=f"{keeping_history(context, table)}ALTER TABLE {context.name(table.key)}{body if self.texts else ''}{self.tail}",
            key=self.keys[0] if len(set(self.keys)) == 1 else table.key,
            action=action,
            reason="; ".join(self.reasons),
            transactional=False,
            hazards=tuple(dict.fromkeys(self.hazards)),
            creates=frozenset(self.creates),
            destroys=frozenset(self.destroys),
            needs=frozenset(self.needs | {table.key}),
            frees=frozenset(self.frees),
            rank=position,
        )


def alter_table(context: Context, was: Table, table: Table, changes: Sequence[Change]) -> Iterator[Step]:
    """The steps for all changes of one table that stays."""
    before, main, after = _Clauses(), _Clauses(), _Clauses()
    values, changes = renamed_values(context, was, table, changes)
    yield from values
    main.needs |= {key for step in values for key in step.creates}
    changes = with_new_columns_in_order(context, table, with_remade(context, was, table, changes))
    for change in changes:
        part = change.after if isinstance(change, Create | Rename) else change.before
        if isinstance(part, ForeignKey):
            _foreign_key(context, table, change, before, after)
    for change in sorted(changes, key=_order):
        part = change.after if isinstance(change, Create | Rename) else change.before
        if not isinstance(part, ForeignKey):
            _main(context, was, table, change, main)
    action = _action(changes)
    parts = repartitioned(context, was, table)
    if parts.tail:
        main.tail = parts.tail
        main.keys.append(table.key)
        main.reasons.append(parts.reason)
        main.hazards += parts.hazards
    yield from parts.before
    yield from before.step(context, table, action="drop", position=rank.DROP_FOREIGN_KEY)
    yield from main.step(context, table, action=action, position=rank.ALTER)
    yield from parts.after
    yield from after.step(context, table, action="create", position=rank.FOREIGN_KEY)


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


def _foreign_key(context: Context, table: Table, change: Change, before: _Clauses, after: _Clauses) -> None:
    reason = getattr(change, "because", "") or f"{change.key.name} differs"
    if not isinstance(change, Create):
        old = change.before if isinstance(change, Drop | Alter) else None
        if isinstance(old, ForeignKey):
            before.add(f"DROP FOREIGN KEY {quoted(old.name)}", change.key, reason)
            before.destroys.add(change.key)
            before.frees.add(old.references)
        elif isinstance(change, Rename):
            before.add(f"DROP FOREIGN KEY {quoted(change.key.name)}", change.key, "it gets another name")
            before.destroys.add(change.key)
    if not isinstance(change, Drop):
        new = change.after
        assert isinstance(new, ForeignKey)
        key = change.new if isinstance(change, Rename) else change.key
        after.add(f"ADD {define.foreign_key(context, new)}", key, reason)
        after.creates.add(key)
        after.needs |= referenced(context, new)


def referenced(context: Context, key: ForeignKey) -> set[ObjectKey]:
    """All that must be there before a foreign key: the table, and whatever of it is made in this plan."""
    needs = {key.references}
    parent = context.tables.get(key.references)
    if parent is not None:
        needs |= {parent.child(Kind.COLUMN, c) for c in key.referenced_columns}
        needs |= {parent.child(Kind.INDEX, i.name) for i in parent.indexes}
        needs.add(parent.child(Kind.CONSTRAINT, "PRIMARY"))
    return needs


def _main(context: Context, was: Table, table: Table, change: Change, clauses: _Clauses) -> None:
    match change:
        case Create(after=Column() as it):
            text = f"ADD COLUMN {define.column(context, it)}{_place(change)}"
            clauses.add(text, change.key, change.because or "it is new")
            clauses.creates.add(change.key)
        case Drop(before=Column() as it):
            clauses.add(f"DROP COLUMN {quoted(it.name)}", change.key, change.because or "it is not desired")
            clauses.destroys.add(change.key)
            if it.generated is None or it.generated.stored:
                message = f"the values of {change.key.path} are lost"
                clauses.hazards.append(Warning_(hazard=Hazard.DROPS_COLUMN, message=message))
        case Alter(before=Column() as old, after=Column() as it):
            refuse_row_column(change.key, old, it)
            reason = _what_differs(old, it) if old != it else f"it is to stand {_stand(change.place)}"
            clauses.add(f"MODIFY COLUMN {define.column(context, it)}{_place(change)}", change.key, reason)
            if define.column_options(it).versioned is False and define.column_options(old).versioned is None:
                message = f"what {change.key.path} once was is forgotten"
                clauses.hazards.append(Warning_(hazard=Hazard.DROPS_HISTORY, message=message))
        case Create(after=Index() as it):
            clauses.add(f"ADD {define.index(context, it)}", change.key, change.because or "it is new")
            clauses.creates.add(change.key)
        case Drop(before=Index() as it):
            clauses.add(f"DROP KEY {quoted(it.name)}", change.key, change.because or "it is not desired")
            clauses.destroys.add(change.key)
        case Alter(before=Index() as old, after=Index() as it):
            _alter_index(context, change.key, old, it, clauses, keyless=_is_keyless(was))
        case Rename(after=Index() as it):
            clauses.add(
                f"RENAME KEY {quoted(change.key.name)} TO {quoted(it.name)}", change.key, "only its name differs"
            )
            clauses.creates.add(change.new)
            clauses.destroys.add(change.key)
        case Create() | Drop() | Alter() | Rename() if change.key.kind is Kind.CONSTRAINT:
            _constraint(context, change, clauses)
        case Alter(before=Table() as old, after=Table() as it):
            _options(context, old, it, clauses)


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
    if old.collation != it.collation:
        words.append(f"collation {old.collation} becomes {it.collation}")
    if old.comment != it.comment:
        words.append("the comment differs")
    return ", ".join(words) or "its definition differs"


def _is_keyless(table: Table) -> bool:
    return not any(isinstance(c, PrimaryKey) for c in table.constraints)


def _alter_index(context: Context, key: ObjectKey, old: Index, it: Index, clauses: _Clauses, *, keyless: bool) -> None:
    """`keyless`: until this ALTER the table has no primary key. Then a unique one stands for it, and none can be hidden."""
    was, shall = define.index_options(old.options), define.index_options(it.options)
    only_seen = replace(old, options=replace(was, invisible=shall.invisible)) == replace(it, options=shall)
    if only_seen and not (keyless and it.unique and shall.invisible):
        word = define.hidden(context) if shall.invisible else "NOT IGNORED" if context.flavour.mariadb else "VISIBLE"
        clauses.add(f"ALTER INDEX {quoted(it.name)} {word}", key, "who may use it differs")
        return
    clauses.add(f"DROP KEY {quoted(old.name)}", key, "its definition differs")
    clauses.add(f"ADD {define.index(context, it)}", key, "its definition differs")


def _constraint(context: Context, change: Change, clauses: _Clauses) -> None:
    reason = getattr(change, "because", "")
    drop_check = "DROP CONSTRAINT" if context.flavour.mariadb else "DROP CHECK"
    match change:
        case Alter(before=Check() as old, after=Check() as it) if replace(old, enforced=it.enforced) == it:
            word = "ENFORCED" if it.enforced else "NOT ENFORCED"
            clauses.add(f"ALTER CHECK {quoted(it.name)} {word}", change.key, "whether it holds differs")
            return
        case Drop(before=old) | Alter(before=old):
            text = "DROP PRIMARY KEY" if isinstance(old, PrimaryKey) else f"{drop_check} {quoted(change.key.name)}"
            clauses.add(text, change.key, reason or "it differs")
            clauses.destroys.add(change.key)
        case Rename():
            clauses.add(f"{drop_check} {quoted(change.key.name)}", change.key, "it gets another name")
            clauses.destroys.add(change.key)
    match change:
        case Create(after=PrimaryKey() as key) | Alter(after=PrimaryKey() as key):
            clauses.add(f"ADD {define.primary_key(context, key)}", change.key, reason or "it differs")
            clauses.creates.add(change.key)
        case Create(after=Check() as check) | Alter(after=Check() as check) | Rename(after=Check() as check):
            name = change.new if isinstance(change, Rename) else change.key
            clauses.add(f"ADD {define.check(context, check)}", name, reason or "it differs")
            clauses.creates.add(name)


def _options(context: Context, old: Table, it: Table, clauses: _Clauses) -> None:
    was, shall = define.table_options(old), define.table_options(it)

    def add(text: str, reason: str) -> None:
        clauses.add(text, it.key, reason)

    if was.system_versioned and not shall.system_versioned:
        add("DROP SYSTEM VERSIONING", "history is not desired")
        message = f"what the rows of {it.key.path} once were is forgotten"
        clauses.hazards.append(Warning_(hazard=Hazard.DROPS_HISTORY, message=message))
    for period in was.periods:
        if period not in shall.periods and period.name != "SYSTEM_TIME":
            add(f"DROP PERIOD FOR {quoted(period.name)}", f"the period {period.name} differs")
    if was.engine != shall.engine:
        add(f"ENGINE={shall.engine}", f"engine {was.engine} becomes {shall.engine}")
    if was.collation != shall.collation and shall.collation:
        charset = context.charset(shall.collation)
        add(
            define.collate_text(replace(shall, charset=charset)), f"collation {was.collation} becomes {shall.collation}"
        )
    if was.row_format != shall.row_format:
        add(f"ROW_FORMAT={shall.row_format or 'DEFAULT'}", "the row format differs")
    for name, value in changed_options(was, shall):
        add(f"{define.other_name(name)}={value}", f"{name} differs")
    if old.comment != it.comment:
        add(f"COMMENT={literal(it.comment or '')}", "the comment differs")
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
