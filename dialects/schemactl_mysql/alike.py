"""Which texts surely mean the same, so that the server need not be asked: most of a schema is a few plain forms.

An expression is read into a tree by the servers' precedence, and two with one tree are one. What is not in this small
grammar (MOD, ||, CASE, COLLATE, intervals, chains of comparisons ...) has none, and is put to the server. Nothing here
rests on sql_mode: what would mean something else under another one is not in the grammar.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal

from schemactl.errors import SqlSyntaxError
from schemactl.model import Check, Column, DataType, Expression, Index, Table
from schemactl.reading import Sort, Token
from schemactl_mysql.flavour import Flavour
from schemactl_mysql.read.scanner import Lexical, tokens_of
from schemactl_mysql.types import WIDTHS, base

Tree = tuple[object, ...]

#: What a bare word is that is no column, be there one of that name.
_NOT_COLUMNS = frozenset(
    """
    CURRENT_DATE CURRENT_ROLE CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER DEFAULT FALSE LOCALTIME LOCALTIMESTAMP NULL
    TRUE UNKNOWN UTC_DATE UTC_TIME UTC_TIMESTAMP SYSDATE NOT CASE INTERVAL BINARY EXISTS DISTINCT ROW SELECT
    """.split()
)
_CONSTANTS = frozenset({"NULL", "TRUE", "FALSE"})
_COMPARISONS = {"=": "=", "<=>": "<=>", "<": "<", ">": ">", "<=": "<=", ">=": ">=", "<>": "<>", "!=": "<>"}
#: What may stand behind an expression: anything else was not understood.
_ENDS = frozenset({")", ",", "AND", "OR"})
_NUMBER = re.compile(r"'?([+-]?\d+(?:\.\d+)?)'?")
_SCALE = re.compile(r"decimal\(\d+,(\d+)\)")
#: A number with more digits is rounded.
_INTEGER_SCALE = 0


def in_live_words(table: Table, live: Table, flavour: Flavour) -> Table:
    """The table, with the live expression wherever the desired one surely means the same."""
    names = frozenset(c.name.lower() for c in table.columns)
    same = _Same(flavour, names)
    columns = {c.name: c for c in live.columns}
    checks = {c.name: c for c in live.constraints if isinstance(c, Check)}
    indexes = {i.name: i for i in live.indexes}

    def constraint(it: object) -> object:
        twin = checks.get(it.name) if isinstance(it, Check) else None
        if not isinstance(it, Check) or twin is None:
            return it
        return replace(it, expression=same.expression(it.expression, twin.expression))

    return replace(
        table,
        columns=tuple(_column(c, columns[c.name], same) if c.name in columns else c for c in table.columns),
        constraints=tuple(constraint(c) for c in table.constraints),  # type: ignore[misc]
        indexes=tuple(_index(i, indexes[i.name], same) if i.name in indexes else i for i in table.indexes),
    )


def _column(it: Column, live: Column, same: _Same) -> Column:
    default, generated = it.default, it.generated
    if default is not None and live.default is not None:
        default = _default(it.type, default, live.default, same)
    if generated is not None and live.generated is not None:
        found = same.expression(generated.expression, live.generated.expression)
        generated = replace(generated, expression=found)
    return replace(it, default=default, generated=generated)


def _index(it: Index, live: Index, same: _Same) -> Index:
    if len(it.parts) != len(live.parts):
        return it
    parts = (
        replace(a, expression=same.expression(a.expression, b.expression)) if a.expression and b.expression else a
        for a, b in zip(it.parts, live.parts, strict=True)
    )
    return replace(it, parts=tuple(parts))


def _default(type_: DataType, one: Expression, other: Expression, same: _Same) -> Expression:
    """The other, where it means the same. MySQL tells a value from an expression in parentheses."""
    if _same_number(type_, one, other):
        return other
    return same.expression(one, other) if one.text.startswith("(") == other.text.startswith("(") else one


def _same_number(type_: DataType, one: Expression, other: Expression) -> bool:
    """Whether two defaults of an integer or a decimal are one number, written as a number or as a string."""
    scaled = _SCALE.match(type_.text)
    if base(type_.text) not in WIDTHS and scaled is None:
        return False
    scale = int(scaled[1]) if scaled else _INTEGER_SCALE
    numbers = [_NUMBER.fullmatch({"true": "1", "false": "0"}.get(e.text.lower(), e.text)) for e in (one, other)]
    found = [Decimal(n[1]) for n in numbers if n is not None]
    exact = all(len(n[1].partition(".")[2].rstrip("0")) <= scale for n in numbers if n is not None)
    return len(found) == len(numbers) and exact and found[0] == found[1]


@dataclass(frozen=True, slots=True)
class _Same:
    flavour: Flavour
    columns: frozenset[str]

    def expression(self, one: Expression, other: Expression) -> Expression:
        """The other, where it means the same."""
        if one == other:
            return one
        trees = [self._tree(e.canonical) for e in (one, other)]
        return other if trees[0] is not None and trees[0] == trees[1] else one

    def _tree(self, text: str) -> Tree | None:
        try:
            tokens = tuple(tokens_of(text, Lexical(flavour=self.flavour)))
            return _Reading(text, tokens, self.columns).whole()
        except (_UnknownForm, SqlSyntaxError):
            return None


class _UnknownForm(Exception):
    """The text is not of a form that is read here."""


_END = Token(Sort.END, "", 0, 0)


@dataclass(slots=True)
class _Reading:
    """Recursive descent. Every node is a tuple, the first of which says what it is."""

    text: str
    tokens: tuple[Token, ...]
    columns: frozenset[str]
    at: int = field(default=0)

    def whole(self) -> Tree:
        found = self._either()
        if self._token.sort is not Sort.END:
            raise _UnknownForm
        return found

    @property
    def _token(self) -> Token:
        return self.tokens[self.at] if self.at < len(self.tokens) else _END

    def _take(self, *words: str) -> bool:
        """Whether these words stand here; if so, they are read."""
        found = self.tokens[self.at : self.at + len(words)]
        if tuple(t.word for t in found) != words:
            return False
        self.at += len(words)
        return True

    def _need(self, word: str) -> None:
        if not self._take(word):
            raise _UnknownForm

    def _either(self) -> Tree:
        return self._chain("OR", self._both)

    def _both(self) -> Tree:
        return self._chain("AND", self._predicate)

    def _chain(self, word: str, part: object) -> Tree:
        """Parts with AND or OR between them, as one node, however they are grouped."""
        assert callable(part)
        parts = [part()]
        while self._take(word):
            parts.append(part())
        flat: list[object] = []
        for it in parts:
            flat += it[1:] if it[0] == word else [it]
        return (word, *flat) if len(parts) > 1 else parts[0]

    def _predicate(self) -> Tree:
        left = self._sum()
        comparison = _COMPARISONS.get(self._token.word)
        if comparison is not None:
            self.at += 1
            left = (comparison, left, self._sum())
        elif self._take("IS", "NOT", "NULL"):
            left = ("IS NOT NULL", left)
        elif self._take("IS", "NULL"):
            left = ("IS NULL", left)
        else:
            left = self._listed(left)
        if self._token.sort is not Sort.END and self._token.word not in _ENDS:
            raise _UnknownForm
        return left

    def _listed(self, left: Tree) -> Tree:
        negated = self._take("NOT")
        if self._take("IN"):
            self._need("(")
            return ("IN", negated, left, *self._list())
        if self._take("BETWEEN"):
            low = self._sum()
            self._need("AND")
            return ("BETWEEN", negated, left, low, self._sum())
        if self._take("LIKE"):
            return ("LIKE", negated, left, self._sum())
        if negated:
            raise _UnknownForm
        return left

    def _list(self) -> Iterator[Tree]:
        """What stands up to the closing parenthesis."""
        yield self._either()
        while self._take(","):
            yield self._either()
        self._need(")")

    def _sum(self) -> Tree:
        return self._from_the_left(("+", "-"), self._product)

    def _product(self) -> Tree:
        return self._from_the_left(("*", "/"), self._atom)

    def _from_the_left(self, operators: tuple[str, ...], part: object) -> Tree:
        assert callable(part)
        found: Tree = part()
        while (word := self._token.word) in operators and self._token.sort is Sort.OPERATOR:
            self.at += 1
            found = (word, found, part())
        return found

    def _atom(self) -> Tree:
        token = self._token
        text = self.text[token.start : token.stop]
        self.at += 1
        if token.word == "(":
            found = self._either()
            self._need(")")
            return found
        if token.sort is Sort.NUMBER:
            return "number", text
        if token.sort is Sort.STRING and "\\" not in text:  # which is one, or none, by sql_mode
            return "string", text
        if token.sort is Sort.QUOTED:
            return "column", text[1:-1].replace("``", "`").lower()
        if token.sort is Sort.WORD:
            return self._word(token, text)
        raise _UnknownForm

    def _word(self, token: Token, text: str) -> Tree:
        if token.word in _CONSTANTS:
            return (token.word,)
        if token.word in _NOT_COLUMNS:
            raise _UnknownForm
        if self._token.word == "(" and self._token.start == token.stop:
            self.at += 1
            return ("call", token.word) if self._take(")") else ("call", token.word, *self._list())
        if text.lower() not in self.columns:
            raise _UnknownForm
        return "column", text.lower()
