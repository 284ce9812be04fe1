"""Functions, procedures and aggregates."""

from __future__ import annotations

from dataclasses import dataclass, field

from schemactl.model.expressions import DataType, Expression
from schemactl.model.keys import Kind, ObjectKey

#: Modes of arguments that a caller passes: they alone tell overloads apart.
INPUT = frozenset({"IN", "INOUT", "VARIADIC"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """`mode`: IN, OUT, INOUT, VARIADIC, or TABLE for a column of RETURNS TABLE. Types of arguments have no modifiers."""

    type: DataType
    mode: str = "IN"
    name: str | None = None
    default: Expression | None = None


def signature(name: str, arguments: tuple[Argument, ...]) -> str:
    """`total(integer, text)`: the name of a routine's key."""
    return f"{name}({', '.join(a.type.text for a in arguments if a.mode in INPUT)})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Routine:
    """A function or procedure. `name` is bare; the key carries the types of the arguments.

    `returns` is None for a procedure. `cost` and `rows` are None where they are the server's own. `settings` are those
    of SET, with the value as the server stores it. `body` is the string after AS, which is compared as it stands;
    `library` the file of a C function, whose `body` is the symbol. `sql_body` is the text of BEGIN ATOMIC ... END or
    RETURN ..., instead of a `body`. `extensions` are those that it depends on: it goes when they do.
    """

    schema: str
    name: str
    language: str
    arguments: tuple[Argument, ...] = ()
    returns: DataType | None = None
    returns_set: bool = False
    procedure: bool = False
    window: bool = False
    volatility: str = "VOLATILE"
    strict: bool = False
    security_definer: bool = False
    leakproof: bool = False
    parallel: str = "UNSAFE"
    cost: float | None = None
    rows: float | None = None
    support: str | None = None
    settings: tuple[tuple[str, str], ...] = ()
    body: str | None = None
    library: str | None = None
    sql_body: Expression | None = None
    extensions: tuple[str, ...] = ()
    comment: str | None = None
    uses: tuple[ObjectKey, ...] = field(default=(), compare=False)

    @property
    def key(self) -> ObjectKey:
        return ObjectKey(kind=Kind.ROUTINE, schema=self.schema, name=signature(self.name, self.arguments))


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate:
    """An aggregate. `options` are its parts by their names in CREATE AGGREGATE, with their values in SQL, sorted.

    `ordered` are the arguments behind ORDER BY, None for an ordinary aggregate; `hypothetical` marks a
    hypothetical-set one.
    """

    schema: str
    name: str
    arguments: tuple[Argument, ...] = ()
    ordered: tuple[Argument, ...] | None = None
    hypothetical: bool = False
    options: tuple[tuple[str, str], ...] = ()
    comment: str | None = None
    uses: tuple[ObjectKey, ...] = field(default=(), compare=False)

    @property
    def key(self) -> ObjectKey:
        return ObjectKey(kind=Kind.ROUTINE, schema=self.schema, name=signature(self.name, self.inputs))

    @property
    def inputs(self) -> tuple[Argument, ...]:
        """All arguments; those behind ORDER BY are the direct ones again where one variadic list serves as both."""
        if self.ordered and self.arguments and self.arguments[-1].mode == self.ordered[-1].mode == "VARIADIC":
            return self.arguments
        return self.arguments + (self.ordered or ())
