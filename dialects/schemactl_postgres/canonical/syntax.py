"""The grammar of expressions as Postgres' gram.y has it, by precedence climbing.

sqlglot's tree is not used: it makes one node of now() and CURRENT_TIMESTAMP, changes the case of literals, and
renames functions; what it loses cannot be told apart again. What may not stand in a default, a check or an index
(subqueries, aggregates' clauses, window functions) is Unreadable here.
"""

from __future__ import annotations

from functools import lru_cache

from schemactl_postgres.canonical.forms import SPECIAL
from schemactl_postgres.canonical.tokens import Token, Unreadable, tokens
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
from schemactl_postgres.canonical.typenames import Tokens, parse_type

# the levels of gram.y, weakest first
OR, AND, NOT, IS, COMPARE, MATCH, OTHER, ADD, MULTIPLY, POWER, AT, COLLATE, SIGN, POSTFIX = range(1, 15)

_LEVEL = {"<": COMPARE, ">": COMPARE, "=": COMPARE, "<=": COMPARE, ">=": COMPARE, "<>": COMPARE, "!=": COMPARE}
_LEVEL |= {"+": ADD, "-": ADD, "*": MULTIPLY, "/": MULTIPLY, "%": MULTIPLY, "^": POWER}
_MATCHES = {"like": "~~", "ilike": "~~*"}
_NIL = frozenset(
    [
        "current_timestamp",
        "current_time",
        "localtime",
        "localtimestamp",
        "current_date",
        "current_user",
        "session_user",
        "system_user",
        "user",
        "current_role",
        "current_catalog",
        "current_schema",
    ]
)
_PRECISE = frozenset({"current_timestamp", "current_time", "localtime", "localtimestamp"})
#: Words that start something this grammar has no rule for.
_CLOSED = frozenset(
    [
        "select",
        "from",
        "where",
        "when",
        "then",
        "else",
        "end",
        "and",
        "or",
        "not",
        "in",
        "is",
        "as",
        "distinct",
        "all",
        "any",
        "some",
        "array",
        "exists",
        "with",
        "union",
    ]
)
#: Types of more than one word, or with modifiers, that may stand before a literal.
_LONG = frozenset(
    ["timestamp", "time", "double", "character", "char", "nchar", "national", "bit", "interval", "numeric", "varchar"]
)
_IS = frozenset({"null", "true", "false", "unknown"})


@lru_cache(maxsize=32768)
def parse(text: str) -> Node | None:
    """The tree of an expression, or None where it is not understood. Remembered: expressions repeat."""
    try:
        parser = Parser(tokens(text))
        node = parser.expression()
        return node if parser.here.kind == "end" else None
    except (Unreadable, RecursionError):
        return None


class Parser(Tokens):
    def expression(self, floor: int = 0) -> Node:
        left = self.prefix(floor)
        while True:
            token = self.here
            if token.kind == "op":
                level = _LEVEL.get(token.text, OTHER)
                if level <= floor:
                    return left
                self.next()
                left = self.operation(token.text, left, level)
            elif token.kind == "name":
                grown = self.word(left, token.text, floor)
                if grown is None:
                    return left
                left = grown
            else:
                return left

    def operand(self) -> Node:
        """An expression that ends before AND, IN, LIKE, comparisons: b_expr of gram.y, nearly."""
        return self.expression(MATCH)

    def prefix(self, floor: int) -> Node:
        token = self.here
        if token.kind == "op":
            self.next()
            level = SIGN if token.text in "+-" else OTHER
            operand = self.expression(level - 1 if level == SIGN else level)
            if token.text == "-" and isinstance(operand, Number) and not operand.value.startswith("-"):
                return Number("-" + operand.value)
            return Operation(token.text, None, operand)
        if token == ("name", "not"):
            self.next()
            return Logic("NOT", (self.expression(NOT - 1),))
        return self.postfix(self.primary())

    def operation(self, operator: str, left: Node, level: int) -> Node:
        operator = "<>" if operator == "!=" else operator
        if self.here.kind == "name" and self.here.text in ("any", "some", "all") and self.ahead() == ("punct", "("):
            word = "ALL" if self.next().text == "all" else "ANY"
            self.next()
            array = self.expression()
            self.expect("punct", ")")
            return Quantified(operator, left, word, array)
        return Operation(operator, left, self.expression(level))

    def word(self, left: Node, word: str, floor: int) -> Node | None:
        """What a key word after an operand makes of it; None where no operator stands here."""
        if word in ("or", "and"):
            level = OR if word == "or" else AND
            if level <= floor:
                return None
            self.next()
            return Logic(word.upper(), (left, self.expression(level)))
        if word in ("is", "isnull", "notnull"):
            return self.is_(left) if floor < IS else None
        if word in ("between", "in", "like", "ilike", "similar", "not"):
            return self.match(left) if floor < MATCH else None
        if word == "operator" and self.ahead() == ("punct", "("):
            return self.named_operator(left) if floor < OTHER else None
        if word == "at" and floor < AT:
            return self.at_zone(left)
        if word == "collate" and floor < COLLATE:
            self.next()
            return self.postfix(Collate(left, self.dotted()))
        return None

    def is_(self, left: Node) -> Node:
        word = self.next().text
        if word != "is":
            return Is(left, "NULL" if word == "isnull" else "NOT NULL")
        negated = "NOT " if self.take("name", "not") else ""
        if self.take("name", "distinct"):
            self.expect("name", "from")
            node: Node = Distinct(left, self.expression(IS))
            return Logic("NOT", (node,)) if negated else node
        what = self.next().text
        if what not in _IS:
            raise Unreadable("IS")
        return Is(left, negated + what.upper())

    def match(self, left: Node) -> Node:
        negated = self.take("name", "not")
        word = self.next().text
        if word == "in":
            self.expect("punct", "(")
            return In(left, self.items(")"), negated)
        if word == "between":
            symmetric = self.take("name", "symmetric")
            if not symmetric:
                self.take("name", "asymmetric")
            low = self.expression(MATCH)
            self.expect("name", "and")
            return Between(left, low, self.expression(MATCH), negated, symmetric)
        if word == "similar":
            self.expect("name", "to")
            pattern = Call(("similar_to_escape",), (self.expression(MATCH), *self.escape()))
            return Operation("!~" if negated else "~", left, pattern)
        if word in _MATCHES:
            operator = ("!" if negated else "") + _MATCHES[word]
            node = self.operation(operator, left, MATCH)
            escape = self.escape()
            if escape and isinstance(node, Operation):
                return node._replace(right=Call(("like_escape",), (node.right, *escape)))
            return node
        raise Unreadable(word)

    def escape(self) -> tuple[Node, ...]:
        return (self.expression(MATCH),) if self.take("name", "escape") else ()

    def named_operator(self, left: Node) -> Node:
        """OPERATOR(schema.symbol)"""
        self.next()
        self.next()
        schema = []
        while self.here.kind != "op":
            schema.append(self.identifier())
            self.expect("punct", ".")
        symbol = self.next().text
        self.expect("punct", ")")
        path = [part for part in schema if part != "pg_catalog"]
        return self.operation(".".join([*path, symbol]), left, OTHER)

    def at_zone(self, left: Node) -> Node:
        self.next()
        if self.take("name", "local"):
            return Call(("timezone",), (left,))
        self.expect("name", "time")
        self.expect("name", "zone")
        return Call(("timezone",), (self.expression(AT), left))

    def postfix(self, node: Node) -> Node:
        while self.here.kind == "punct":
            if self.take("punct", "::"):
                node = Cast(node, parse_type(self))
            elif self.here.text == "[":
                node = Subscript(node, self.subscripts())
            elif self.here.text == "." and not isinstance(node, Number):
                self.next()
                if self.take("op", "*"):
                    raise Unreadable("(row).*")
                node = Field(node, self.identifier())
            else:
                break
        return node

    def subscripts(self) -> tuple[tuple[Node | None, Node | None, bool], ...]:
        bounds = []
        while self.take("punct", "["):
            low = None if self.here.text in (":", "]") else self.expression()
            piece = self.take("punct", ":")
            high = None if not piece or self.here.text == "]" else self.expression()
            self.expect("punct", "]")
            bounds.append((low, high, piece))
        return tuple(bounds)

    def items(self, closing: str) -> tuple[Node, ...]:
        """Expressions with commas between them, up to and over the closing bracket."""
        if self.take("punct", closing):
            return ()
        found = [self.expression()]
        while self.take("punct", ","):
            found.append(self.expression())
        self.expect("punct", closing)
        return tuple(found)

    def dotted(self) -> tuple[str, ...]:
        parts = [self.identifier()]
        while self.take("punct", "."):
            parts.append(self.identifier())
        return tuple(parts)

    def primary(self) -> Node:
        token = self.here
        if token.kind == "number":
            self.next()
            return Number(token.text)
        if token.kind == "string":
            self.next()
            return Text(token.text)
        if token.kind == "bits":
            self.next()
            return Constant(bits(token.text), "bit")
        if token.kind == "punct" and token.text == "(":
            self.next()
            items = self.items(")")
            return items[0] if len(items) == 1 else Row(items)
        if token.kind == "name":
            return self.named(token)
        if token.kind == "quoted":
            return self.reference()
        raise Unreadable(token.text)

    def named(self, token: Token) -> Node:
        word = token.text
        ahead = self.ahead()
        if word in ("true", "false"):
            self.next()
            return Constant(word, "bool")
        if word == "null":
            self.next()
            return Constant("NULL", "null")
        if word in _NIL:
            self.next()
            precision = ""
            if word in _PRECISE and self.take("punct", "("):
                precision = self.next().text
                self.expect("punct", ")")
            return Word(word, precision)
        if word == "case":
            return self.case()
        if word == "array" and ahead == ("punct", "["):
            return self.array()
        if word == "operator" and ahead == ("punct", "("):
            raise Unreadable("a prefix OPERATOR()")
        if ahead == ("punct", "(") and word in SPECIAL:
            self.at += 2
            return SPECIAL[word](self)
        literal = self.typed_literal(word, ahead)
        if literal is not None:
            return literal
        if word in _CLOSED:
            raise Unreadable(word)
        return self.reference()

    def typed_literal(self, word: str, ahead: Token) -> Node | None:
        """date '2020-01-01', interval '1' day, public.mood 'ok': a type and a string."""
        if ahead.kind != "string" and word not in _LONG:
            return None
        start = self.at
        try:
            found = parse_type(self)
        except Unreadable:
            self.at = start
            return None
        if self.here.kind != "string":
            self.at = start
            return None
        node = Text(self.next().text)
        if found.name == "interval" and not found.modifiers:
            again = Tokens([Token("name", "interval"), *self.found[self.at :]])
            found = parse_type(again)
            self.at += again.at - 1
        return Cast(node, found)

    def reference(self) -> Node:
        """A column or a call."""
        parts = [self.identifier()]
        while self.here == ("punct", "."):
            self.next()
            if self.take("op", "*"):
                return Ref(tuple(parts), star=True)
            parts.append(self.identifier())
        if not self.take("punct", "("):
            if self.here.kind == "string" and len(parts) > 1:
                return Cast(Text(self.next().text), TypeName(parts[-1], parts[-2]))
            return Ref(tuple(parts))
        return self.call(tuple(parts))

    def call(self, name: tuple[str, ...]) -> Node:
        arguments: list[Node] = []
        labels: list[str] = []
        while not self.take("punct", ")"):
            if arguments:
                self.expect("punct", ",")
            label = ""
            if self.take("name", "variadic"):
                label = "VARIADIC"
            elif self.ahead() in (("op", "=>"), ("op", ":=")):
                label = self.identifier()
                self.next()
            labels.append(label)
            arguments.append(self.expression())
        return Call(name, tuple(arguments), tuple(labels) if any(labels) else ())

    def array(self) -> Node:
        """ARRAY[...], where the inner brackets of more dimensions stand alone."""
        self.take("name", "array")
        self.expect("punct", "[")
        items: list[Node] = []
        while not self.take("punct", "]"):
            if items:
                self.expect("punct", ",")
            items.append(self.array() if self.here == ("punct", "[") else self.expression())
        return Array(tuple(items))

    def case(self) -> Node:
        self.next()
        operand = None if self.here == ("name", "when") else self.expression()
        whens, otherwise = [], None
        while self.take("name", "when"):
            condition = self.expression()
            self.expect("name", "then")
            whens.append((condition, self.expression()))
        if self.take("name", "else"):
            otherwise = self.expression()
        self.expect("name", "end")
        return Case(operand, tuple(whens), otherwise)


def bits(text: str) -> str:
    """The digits of B'101' or X'1F', in base two."""
    digits = text[2:-1]
    return digits if text[0] in "bB" else "".join(f"{int(digit, 16):04b}" for digit in digits)
