"""Rewrite rules."""

from __future__ import annotations

from dataclasses import dataclass, field

from schemactl.model.expressions import Expression
from schemactl.model.keys import Kind, ObjectKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule on a table or view. `event`: INSERT, UPDATE or DELETE. `body` is all that follows the table's name.

    `enabled`: as of a trigger.
    """

    schema: str
    table: str
    name: str
    event: str
    body: Expression
    enabled: str = "O"
    comment: str | None = None
    uses: tuple[ObjectKey, ...] = field(default=(), compare=False)

    @property
    def key(self) -> ObjectKey:
        return ObjectKey(kind=Kind.RULE, schema=self.schema, table=self.table, name=self.name)
