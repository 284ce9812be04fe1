"""Extended statistics: what the planner is told of columns taken together."""

from __future__ import annotations

from dataclasses import dataclass, field

from schemactl.model.expressions import Expression
from schemactl.model.keys import Kind, ObjectKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """`kinds`, sorted: dependencies, mcv, ndistinct; none for a single expression. `columns` are sorted, too.

    `target` is None where it is the server's default.
    """

    schema: str
    name: str
    table: ObjectKey
    kinds: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    expressions: tuple[Expression, ...] = ()
    target: int | None = None
    comment: str | None = None
    generated_name: bool = field(default=False, compare=False)
    uses: tuple[ObjectKey, ...] = field(default=(), compare=False)

    @property
    def key(self) -> ObjectKey:
        return ObjectKey(kind=Kind.STATISTICS, schema=self.schema, name=self.name)
