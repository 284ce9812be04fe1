"""The syntax tree of an expression: what was written, with parentheses gone and synonyms still apart."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias, Union


class TypeName(NamedTuple):
    """A type as canonical text (`int4`, `varchar`, `public.mood`), its modifiers, and whether it is an array.

    `schema` is "" for a type of the server, None for an unqualified name that is none of the server's.
    """

    name: str
    schema: str | None = ""
    modifiers: str = ""
    array: bool = False


class Ref(NamedTuple):
    """A column, or with `star` all columns of a relation."""

    parts: tuple[str, ...]
    star: bool = False


class Text(NamedTuple):
    value: str


class Number(NamedTuple):
    value: str


class Constant(NamedTuple):
    """NULL, and literals whose type is in their form: TRUE, B'101'."""

    value: str
    type: str


class Cast(NamedTuple):
    operand: Node
    type: TypeName


class Operation(NamedTuple):
    """`left` is None before a prefix operator."""

    operator: str
    left: Node | None
    right: Node


class Logic(NamedTuple):
    """AND, OR; NOT has one operand."""

    word: str
    operands: tuple[Node, ...]


class Is(NamedTuple):
    operand: Node
    what: str


class Distinct(NamedTuple):
    left: Node
    right: Node


class In(NamedTuple):
    operand: Node
    items: tuple[Node, ...]
    negated: bool


class Between(NamedTuple):
    operand: Node
    low: Node
    high: Node
    negated: bool
    symmetric: bool


class Quantified(NamedTuple):
    """left operator ANY | ALL (array). `listed`: written as IN, where the left side has a say in the array's type."""

    operator: str
    left: Node
    word: str
    array: Node
    listed: bool = False


class Array(NamedTuple):
    items: tuple[Node, ...]


class Row(NamedTuple):
    items: tuple[Node, ...]


class Call(NamedTuple):
    """`labels` holds a name for each named argument, "VARIADIC", or "" for a plain one."""

    name: tuple[str, ...]
    arguments: tuple[Node, ...]
    labels: tuple[str, ...] = ()


class Word(NamedTuple):
    """CURRENT_TIMESTAMP and its kin: functions without parentheses."""

    word: str
    precision: str = ""


class Case(NamedTuple):
    operand: Node | None
    whens: tuple[tuple[Node, Node], ...]
    otherwise: Node | None


class Collate(NamedTuple):
    operand: Node
    collation: tuple[str, ...]


class Field(NamedTuple):
    operand: Node
    name: str


class Subscript(NamedTuple):
    """One pair for each [low:high]; high is None for a plain subscript."""

    operand: Node
    bounds: tuple[tuple[Node | None, Node | None, bool], ...]


Node: TypeAlias = Union[  # noqa: UP007  (evaluated at run time with forward references)
    Ref, Text, Number, Constant, Cast, Operation, Logic, Is, Distinct, In, Between, Quantified, Array, Row, Call, Word,
    Case, Collate, Field, Subscript,
]  # fmt: skip
