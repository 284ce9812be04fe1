"""The canonical text of a tree: types of literals and implicit casts as the server would settle them.

Each node becomes a Value: its text, and its type where that is certain. A literal waits untyped until what stands
beside it tells its type; `'a'` and `'a'::text` next to a text column then read alike, and next to anything whose type
is not known stay apart. Columns of varchar lose a cast to text, as varchar has no operators of its own; char(n) has,
so its casts stay.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from schemactl.model import Kind, ObjectKey
from schemactl_postgres.canonical import facts
from schemactl_postgres.canonical.expand import expanded
from schemactl_postgres.canonical.literals import literal, number
from schemactl_postgres.canonical.tokens import Unreadable, tokens
from schemactl_postgres.canonical.tree import (
    Array,
    Between,
    Call,
    Case,
    Cast,
    Collate,
    Constant,
    Distinct,
    Field,
    In,
    Is,
    Logic,
    Node,
    Number,
    Operation,
    Quantified,
    Ref,
    Row,
    Subscript,
    Text,
    TypeName,
    Word,
)
from schemactl_postgres.canonical.typenames import identified, path_of
from schemactl_postgres.canonical.values import (
    NULL,
    UNKNOWN,
    Value,
    array_of,
    coerce,
    common,
    convert,
    element,
    folded_number,
    operands,
    returned,
    together,
    untyped,
)


class Context(NamedTuple):
    """What names mean: types of columns, the table's name, the schema of unqualified sequences, and of types.

    `rows` are the names of other rows with the same columns: a trigger's OLD and NEW.
    """

    columns: Mapping[str, str]
    table: str
    schema: str
    types: Mapping[str, str]
    rows: tuple[str, ...] = ()


class Resolver:
    """Resolves one tree; collects what it mentions."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.columns: dict[str, None] = {}
        self.uses: dict[ObjectKey, None] = {}

    def value(self, node: Node) -> Value:
        return _RESOLVE[type(node)](self, node)

    def root(self, node: Node, target: str | None) -> Value:
        """The value of a whole expression, as it is assigned to a column of type `target`."""
        value = self.value(node)
        if target is None:
            return value if value.type != UNKNOWN else coerce(value, "text")
        # the server casts a plain number without a word; both ways give one value
        if (folded := folded_number(value, target)) is not None:
            return folded
        if value.literal is not None and value.type in facts.TEXTUAL and target in facts.TEXTUAL:
            return Value(literal(target, value.literal), target, value.literal)
        return coerce(value, target) if value.type in (UNKNOWN, NULL) or value.elements is not None else value

    # leaves

    def ref(self, node: Ref) -> Value:
        name = node.parts[-1]
        kind = None if node.star else self.context.columns.get(name)
        if kind is not None and len(node.parts) == 2 and node.parts[0] in self.context.rows:
            self.columns[name] = None
            return Value(f"{identified(node.parts[0])}.{identified(name)}", kind)
        if kind is not None and (len(node.parts) == 1 or node.parts[-2] == self.context.table):
            self.columns[name] = None
            return Value(identified(name), kind)
        if name == self.context.table:
            return Value(identified(name) + ".*")
        text = ".".join(map(identified, node.parts)) + (".*" if node.star else "")
        if not node.star and len(node.parts) == 1:
            self.columns[name] = None
        return Value(text)

    def text(self, node: Text) -> Value:
        return untyped(node.value)

    def number(self, node: Number) -> Value:
        digits, kind = number(node.value)
        return Value(literal(kind, digits), kind, digits)

    def constant(self, node: Constant) -> Value:
        if node.type == NULL:
            return Value("NULL", NULL)
        return Value(literal(node.type, node.value), node.type, node.value)

    def word(self, node: Word) -> Value:
        text = node.word.upper() + (f"({node.precision})" if node.precision else "")
        return Value(text, facts.WORDS.get(node.word))

    # types

    def type(self, name: TypeName) -> str:
        """The full name without modifiers; notes a type of the user's."""
        if name.schema is None and name.name in self.context.types:
            name = name._replace(schema=self.context.types[name.name])
        if name.schema != "":
            self.uses[ObjectKey(kind=Kind.TYPE, schema=name.schema or "", name=name.name)] = None
        return path_of(name)

    def cast(self, node: Cast) -> Value:
        value, kind = self.value(node.operand), self.type(node.type)
        if not node.type.modifiers:
            if kind == "regclass" and value.type == UNKNOWN:
                return self.regclass(value)
            return convert(value, kind)
        full = kind.removesuffix("[]") + f"({node.type.modifiers})" + ("[]" if node.type.array else "")
        if value.type == UNKNOWN and value.literal is not None:
            return Value("'" + value.literal.replace("'", "''") + "'::" + full, kind)
        return Value(f"({value.text})::{full}", kind)

    # operators

    def operation(self, node: Operation) -> Value:
        if isinstance(node.right, Row):
            other = expanded(node)
            if other is not node:
                return self.value(other)
        right = self.value(node.right)
        if node.left is None:
            kind = right.type if node.operator in "+-" and right.type in facts.LADDER else None
            return Value(f"({node.operator} {right.text})", kind)
        left, right, kind = operands(self.value(node.left), right, node.operator)
        return Value(f"({left.text} {node.operator} {right.text})", kind)

    def logic(self, node: Logic) -> Value:
        if node.word == "NOT":
            return Value(f"(NOT {self.condition(node.operands[0])})", "bool")
        flat: list[str] = []
        self.flatten(node, node.word, flat)
        return Value("(" + f" {node.word} ".join(flat) + ")", "bool")

    def flatten(self, node: Node, word: str, out: list[str]) -> None:
        node = expanded(node)
        if isinstance(node, Logic) and node.word == word:
            for operand in node.operands:
                self.flatten(operand, word, out)
        else:
            out.append(self.condition(node))

    def condition(self, node: Node) -> str:
        return coerce(self.value(node), "bool").text

    def is_(self, node: Is) -> Value:
        value = self.value(node.operand)
        return Value(f"({value.text} IS {node.what})", "bool")

    def distinct(self, node: Distinct) -> Value:
        left, right, _ = operands(self.value(node.left), self.value(node.right), "=")
        return Value(f"({left.text} IS DISTINCT FROM {right.text})", "bool")

    def between(self, node: Between) -> Value:
        return self.value(expanded(node))

    def in_(self, node: In) -> Value:
        return self.value(expanded(node))

    def quantified(self, node: Quantified) -> Value:
        left, array = self.value(node.left), self.value(node.array)
        if array.elements:
            kind = common((left, *array.elements))
            kind = "text" if kind == "varchar" else kind
            # real compares with a list as real, with an array of other numbers as double precision
            if kind is not None and (node.listed or kind != "float4"):
                array = array_of(tuple(element(item, kind, coerce) for item in array.elements))
                left = operands(left, array.elements[0], node.operator)[0] if array.elements else left
        elif array.type == UNKNOWN and left.type is not None and left.type != UNKNOWN:
            array = coerce(array, ("text" if left.type in facts.TEXTUAL else left.type) + "[]")
        elif array.type is not None and array.type.endswith("[]") and left.type in (UNKNOWN, NULL):
            left = coerce(left, array.type[:-2])
        return Value(f"({left.text} {node.operator} {node.word} ({array.text}))", "bool")

    # constructors

    def array(self, node: Array) -> Value:
        return array_of(tuple(self.value(item) for item in node.items))

    def row(self, node: Row) -> Value:
        return Value("ROW(" + ", ".join(self.value(item).text for item in node.items) + ")")

    def case(self, node: Case) -> Value:
        operand = self.value(node.operand) if node.operand is not None else None
        results = [self.value(result) for _, result in node.whens]
        results.append(self.value(node.otherwise) if node.otherwise is not None else Value("NULL", NULL))
        results, kind = together(results)
        parts = ["CASE"] if operand is None else ["CASE", operand.text]
        for (condition, _), result in zip(node.whens, results, strict=False):
            if operand is None:
                test = self.condition(condition)
            else:
                test = operands(operand, self.value(condition), "=")[1].text
            parts.append(f"WHEN {test} THEN {result.text}")
        return Value(" ".join([*parts, "ELSE", results[-1].text, "END"]), kind)

    def collate(self, node: Collate) -> Value:
        value = self.value(node.operand)
        path = node.collation[1:] if node.collation[0] == "pg_catalog" else node.collation
        value = coerce(value, "text") if value.type == UNKNOWN else value
        return Value(f"({value.text} COLLATE {'.'.join(map(identified, path))})", value.type)

    def field(self, node: Field) -> Value:
        return Value(f"({self.value(node.operand).text}).{identified(node.name)}")

    def subscript(self, node: Subscript) -> Value:
        value = self.value(node.operand)
        text = value.text
        for low, high, piece in node.bounds:
            bounds = [self.value(bound).text if bound is not None else "" for bound in (low, high)]
            text += "[" + (":".join(bounds) if piece else bounds[0]) + "]"
        if value.type is None or not value.type.endswith("[]"):
            return Value(text)
        return Value(text, value.type if node.bounds[0][2] else value.type[:-2])

    # calls

    def call(self, node: Call) -> Value:
        path = node.name[1:] if node.name[0] == "pg_catalog" else node.name
        name = path[0] if len(path) == 1 else ""
        arguments = [self.value(argument) for argument in node.arguments]
        if name in ("coalesce", "greatest", "least"):
            arguments, kind = together(arguments)
        elif name == "nullif" and len(arguments) == 2:
            arguments[0], arguments[1], _ = operands(arguments[0], arguments[1], "=")
            kind = arguments[0].type
        else:
            kind = returned(name, arguments)
            arguments = [self.argument(name, at, len(arguments), value) for at, value in enumerate(arguments)]
            if path is node.name:
                schema = path[-2] if len(path) > 1 else ""
                self.uses[ObjectKey(kind=Kind.ROUTINE, schema=schema, name=path[-1])] = None
        labels = node.labels or [""] * len(arguments)
        parts = [
            value.text if not label else f"VARIADIC {value.text}" if label == "VARIADIC" else f"{label} => {value.text}"
            for label, value in zip(labels, arguments, strict=True)
        ]
        return Value(".".join(map(identified, path)) + "(" + ", ".join(parts) + ")", kind)

    def argument(self, name: str, at: int, count: int, value: Value) -> Value:
        kind = facts.LITERAL_ARGUMENTS.get((name, count, at)) or facts.LITERAL_ARGUMENTS.get((name, 0, at))
        if kind == "regclass":
            return self.regclass(value) if value.type == UNKNOWN else value
        if kind is not None:
            return coerce(value, kind)
        if value.type == "text" and value.literal is not None:
            # an untyped literal is text wherever a function takes text
            return untyped(value.literal)
        return value

    def regclass(self, value: Value) -> Value:
        """'s'::regclass with its schema: the server prints it, people leave it out."""
        try:
            words = [t.text for t in tokens(value.literal or "") if t.kind in ("name", "quoted")]
        except Unreadable:
            return coerce(value, "regclass")
        if len(words) not in (1, 2):
            return coerce(value, "regclass")
        schema, name = words if len(words) == 2 else (self.context.schema, words[0])
        self.uses[ObjectKey(kind=Kind.SEQUENCE, schema=schema, name=name)] = None
        return Value(literal("regclass", f"{identified(schema)}.{identified(name)}"), "regclass")


_RESOLVE: dict[type, Callable[..., Value]] = {
    Ref: Resolver.ref,
    Text: Resolver.text,
    Number: Resolver.number,
    Constant: Resolver.constant,
    Cast: Resolver.cast,
    Operation: Resolver.operation,
    Logic: Resolver.logic,
    Is: Resolver.is_,
    Distinct: Resolver.distinct,
    In: Resolver.in_,
    Between: Resolver.between,
    Quantified: Resolver.quantified,
    Array: Resolver.array,
    Row: Resolver.row,
    Call: Resolver.call,
    Word: Resolver.word,
    Case: Resolver.case,
    Collate: Resolver.collate,
    Field: Resolver.field,
    Subscript: Resolver.subscript,
}
