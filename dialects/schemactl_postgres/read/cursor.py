"""A reading head over the tokens of one statement: words, names, lists, slices, and errors with their place."""

from __future__ import annotations

import re
from typing import NamedTuple

from schemactl.errors import SqlSyntaxError, UnsupportedError
from schemactl.reading import Cursor as Head
from schemactl_postgres.names import clipped
from schemactl_postgres.read.reserved import RESERVED, TYPE_OR_FUNCTION
from schemactl_postgres.read.tokens import Sort, Source, Token

_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_ESCAPE = re.compile(r"\\(?:([0-7]{1,3})|x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.S)


class Name(NamedTuple):
    """A name of one or two parts, as written but folded, and the token of its last part."""

    schema: str | None
    name: str
    token: Token

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}" if self.schema else self.name


class Cursor(Head):
    __slots__ = ()

    source: Source

    def name(self, what: str = "a name", *, label: bool = False) -> str:
        """An identifier, folded and clipped. A `label` may be any key word, as after a dot."""
        token = self.tokens[self.i]
        if token.sort is Sort.WORD:
            if not label and token.word in RESERVED:
                raise self.unexpected(f"expected {what}", hint="a key word can be a name only in double quotes")
            self._refuse_unicode_escapes(token)
            self.i += 1
            text = self.source.text[token.start : token.stop]
            return clipped(text.lower() if text.isascii() else _folded(text))
        if token.sort is Sort.QUOTED:
            self.i += 1
            text = self.source.text[token.start + 1 : token.stop - 1].replace('""', '"')
            if not text:
                raise self.error(SqlSyntaxError, "a name cannot be empty", token)
            return clipped(text)
        raise self.unexpected(f"expected {what}")

    def column_name(self) -> str:
        """An identifier where a column's name stands: not a word kept for types and functions."""
        if self.tokens[self.i].word in TYPE_OR_FUNCTION:
            raise self.unexpected("expected a column name", hint="a key word can be a name only in double quotes")
        return self.name("a column name")

    def qualified(self, what: str = "a name") -> Name:
        """`name` or `schema.name`."""
        token = self.token
        first = self.name(what)
        if not self.take("."):
            return Name(None, first, token)
        token = self.token
        second = self.name(what, label=True)
        if self.at("."):
            raise self.error(
                UnsupportedError, "a name with a database before the schema", self.token, hint="write schema.name"
            )
        return Name(first, second, token)

    def names(self) -> tuple[str, ...]:
        """`(a, b)`: column names."""
        return tuple(self.listed(self.column_name))

    def string(self, what: str = "a string") -> str:
        """The value of a string constant."""
        if self.token.sort is not Sort.STRING:
            raise self.unexpected(f"expected {what}")
        value = self._decoded(self.next())
        while self.token.sort is Sort.STRING and "\n" in self.slice(self.tokens[self.i - 1].stop, self.token.start):
            value += self._decoded(self.next())
        return value

    def integer(self) -> int:
        sign = -1 if self.word == "-" else 1
        if self.word in ("-", "+"):
            self.i += 1
        token = self.token
        text = self.slice(token.start, token.stop)
        if token.sort is not Sort.NUMBER or not text.isdigit():
            raise self.unexpected("expected a whole number")
        self.i += 1
        return sign * int(text)

    def _refuse_unicode_escapes(self, token: Token) -> None:
        mark, quote = self.ahead(), self.ahead(2)
        if token.word == "U" and mark.word == "&" and quote.sort is Sort.QUOTED and mark.start == token.stop:
            raise self.error(
                UnsupportedError, 'a name with Unicode escapes (U&"...")', token, hint="write the characters"
            )

    def _decoded(self, token: Token) -> str:
        text = self.slice(token.start, token.stop)
        if text[0] == "'":
            return text[1:-1].replace("''", "'")
        if text[0] in "eE":
            return self._unescape(token, text[2:-1].replace("''", "'"))
        if text[0] == "$":
            mark = text.index("$", 1) + 1
            return text[mark:-mark]
        raise self.error(UnsupportedError, "a string of this kind", token, hint="write it as '...' or E'...'")

    def _unescape(self, token: Token, text: str) -> str:
        try:
            # Octal and hexadecimal escapes are bytes, and may form one character together.
            return _ESCAPE.sub(_unescaped, text).encode(errors="surrogateescape").decode()
        except ValueError:
            raise self.error(SqlSyntaxError, "the escapes of this string form no valid characters", token) from None


def _folded(text: str) -> str:
    # The server folds only ASCII letters in a multi-byte encoding.
    return "".join(c.lower() if c.isascii() else c for c in text)


def _unescaped(match: re.Match[str]) -> str:
    octal, byte, short, long, plain = match.groups()
    if octal or byte:
        value = int(octal, 8) & 0xFF if octal else int(byte, 16)
        return chr(value) if value < 0x80 else chr(0xDC00 + value)
    if short or long:
        return chr(int(short or long, 16))
    return _ESCAPES.get(plain, plain)
