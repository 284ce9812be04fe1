"""What a schema teaches its server: operators and their classes, casts, text search, conversions, languages.

All of these are a name and a handful of properties, so one shape holds them all; what each kind has is said by its
dialect.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from schemactl.model.expressions import DataType
from schemactl.model.keys import Kind, ObjectKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """`properties` are (name, value in SQL), sorted; empty is the value of what is just said, or not.

    `types` are those of the operands, of the cast, and so on: what the key names comes first. `method` is that of the
    indexes which an operator class, a family or a member of one is for. `implied` are the names of properties that
    nobody stated, but that come of what is said of another. `uses` is what it rests on, `users` what rests on it in the
    live database.
    """

    kind: Kind
    schema: str = ""
    name: str = ""
    method: str = ""
    types: tuple[DataType, ...] = ()
    properties: tuple[tuple[str, str], ...] = ()
    comment: str | None = None
    implied: tuple[str, ...] = field(default=(), compare=False)
    uses: tuple[ObjectKey, ...] = field(default=(), compare=False)
    users: tuple[ObjectKey, ...] = field(default=(), compare=False)

    def get(self, name: str) -> str | None:
        """The value of a property; None where it has none of that name."""
        return next((value for known, value in self.properties if known == name), None)

    @property
    def key(self) -> ObjectKey:
        return ObjectKey(kind=self.kind, schema=self.schema, name=self._signature())

    def _signature(self) -> str:
        types = [t.text for t in self.types[:2]]
        match self.kind:
            case Kind.OPERATOR:
                return f"{self.name}({', '.join(types)})"
            case Kind.CAST:
                return " AS ".join(types)
            case Kind.TRANSFORM:
                return f"{types[0]} FOR {self.name}"
            case Kind.OPERATOR_CLASS | Kind.OPERATOR_FAMILY:
                return f"{self.name} USING {self.method}"
            case Kind.FAMILY_MEMBER:
                return f"{self.name} ({', '.join(types)}) IN {self.get('family')} USING {self.method}"
            case _:
                return self.name
