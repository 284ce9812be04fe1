"""Triggers of tables and views, and event triggers."""

from __future__ import annotations

from dataclasses import dataclass, field

from schemactl.model.expressions import Expression
from schemactl.model.keys import Kind, ObjectKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """A trigger of the table or view called `table`.

    `timing`: BEFORE, AFTER or INSTEAD OF. `events` in the order INSERT, DELETE, UPDATE, TRUNCATE. `old_table` and
    `new_table` name the transition tables. `function` is the key of a routine without arguments, and `arguments` the
    strings that it is given. `references` is the second table of a constraint trigger. `enabled` is "O" (origin, the
    default), "D" (disabled), "R" (replica) or "A" (always).
    `extensions` are those that it depends on: it goes when they do.
    """

    schema: str
    table: str
    name: str
    timing: str
    events: tuple[str, ...]
    function: ObjectKey
    columns: tuple[str, ...] = ()
    for_each_row: bool = False
    old_table: str | None = None
    new_table: str | None = None
    when: Expression | None = None
    arguments: tuple[str, ...] = ()
    constraint: bool = False
    deferrable: bool = False
    initially_deferred: bool = False
    references: ObjectKey | None = None
    enabled: str = "O"
    extensions: tuple[str, ...] = ()
    comment: str | None = None
    uses: tuple[ObjectKey, ...] = field(default=(), compare=False)

    @property
    def key(self) -> ObjectKey:
        return ObjectKey(kind=Kind.TRIGGER, schema=self.schema, table=self.table, name=self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventTrigger:
    """An event trigger. `tags` are those of WHEN TAG IN (...), in upper case; `enabled` as of a trigger."""

    name: str
    event: str
    function: ObjectKey
    tags: tuple[str, ...] = ()
    enabled: str = "O"
    comment: str | None = None
    uses: tuple[ObjectKey, ...] = field(default=(), compare=False)

    @property
    def key(self) -> ObjectKey:
        return ObjectKey(kind=Kind.EVENT_TRIGGER, name=self.name)
