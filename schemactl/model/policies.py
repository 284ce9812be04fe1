"""Row-level security policies."""

from __future__ import annotations

from dataclasses import dataclass, field

from schemactl.model.expressions import Expression
from schemactl.model.keys import Kind, ObjectKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Which rows of a table some roles may see or write.

    `command`: ALL, SELECT, INSERT, UPDATE or DELETE. `roles` are sorted and spelled as in SQL, so that PUBLIC and
    CURRENT_USER are words and all else is a name. `uses` is what its expressions rest on.
    """

    schema: str
    table: str
    name: str
    permissive: bool = True
    command: str = "ALL"
    roles: tuple[str, ...] = ("PUBLIC",)
    using: Expression | None = None
    check: Expression | None = None
    comment: str | None = None
    uses: tuple[ObjectKey, ...] = field(default=(), compare=False)

    @property
    def key(self) -> ObjectKey:
        return ObjectKey(kind=Kind.POLICY, schema=self.schema, table=self.table, name=self.name)

    @property
    def on(self) -> ObjectKey:
        """The table that it guards."""
        return ObjectKey(kind=Kind.TABLE, schema=self.schema, name=self.table)

    @property
    def expressions(self) -> tuple[Expression, ...]:
        return tuple(e for e in (self.using, self.check) if e is not None)
