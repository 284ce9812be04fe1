"""The reading head for MySQL's lexical rules: names in backticks, strings with escapes, accounts."""

from __future__ import annotations

import re
from typing import NamedTuple

from schemactl.errors import SqlSyntaxError
from schemactl.reading import Cursor as Head
from schemactl.reading import Sort, Source, Token
from schemactl_mysql.read.scanner import Lexical

_ESCAPES = {"0": "\0", "b": "\b", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a", "%": "\\%", "_": "\\_"}
#: A backslash at the end of a line, or a comment, in which there may be one. What stands between two tokens is scanned.
_CONTINUED = re.compile(r"(?P<comment>/\*(?!M?!).*?\*/|(?:--|\#)[^\n]*)|\\(?=\r?\n)", re.S)


class Name(NamedTuple):
    """`table` or `database.table`, and the token of its last part."""

    schema: str | None
    name: str
    token: Token

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}" if self.schema else self.name


class Cursor(Head):
    __slots__ = ("lexical",)

    def __init__(self, source: Source, tokens: list[Token], lexical: Lexical) -> None:
        super().__init__(source, tokens)
        self.lexical = lexical

    def name(self, what: str = "a name") -> str:
        """An identifier as it is written: MySQL folds none of them here."""
        token = self.token
        if token.sort is Sort.WORD:
            self.i += 1
            return self.slice(token.start, token.stop)
        if token.sort is Sort.QUOTED:
            self.i += 1
            quote = self.source.text[token.start]
            text = self.slice(token.start + 1, token.stop - 1).replace(quote * 2, quote)
            if not text:
                raise self.error(SqlSyntaxError, "a name cannot be empty", token)
            return text
        raise self.unexpected(f"expected {what}")

    def qualified(self, what: str = "a name") -> Name:
        """`name` or `database.name`."""
        token = self.token
        first = self.name(what)
        if not self.take("."):
            return Name(None, first, token)
        token = self.token
        return Name(first, self.name(what), token)

    def names(self) -> tuple[str, ...]:
        """`(a, b)`: column names."""
        return tuple(self.listed(lambda: self.name("a column name")))

    def text(self, first: int, last: int) -> str:
        """As the client sends it: it takes away a backslash that ends a line, outside quotes and comments."""
        whole = super().text(first, last)
        if not _CONTINUED.search(whole):
            return whole
        tokens = self.tokens[first:last]
        between = zip(tokens, [*tokens[1:], None], strict=True)
        pieces = (
            (self.slice(token.start, token.stop), "" if after is None else self.slice(token.stop, after.start))
            for token, after in between
        )
        return "".join(text + _CONTINUED.sub(lambda m: m["comment"] or "", gap) for text, gap in pieces)

    @property
    def at_name(self) -> bool:
        return self.token.sort in (Sort.WORD, Sort.QUOTED)

    def string(self, what: str = "a string") -> str:
        """The value of a string constant; strings that follow each other are one."""
        if self.token.sort is not Sort.STRING:
            raise self.unexpected(f"expected {what}")
        value = self._decoded(self.next())
        while self.token.sort is Sort.STRING:
            value += self._decoded(self.next())
        return value

    def word_or_string(self, what: str) -> str:
        """`utf8mb4` or `'utf8mb4'`: a name of an engine, character set or the like."""
        return self.string(what) if self.token.sort is Sort.STRING else self.name(what)

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

    def account(self) -> str:
        """A user as SQL writes it: `root`@`localhost`, or CURRENT_USER."""
        if self.take("CURRENT_USER"):
            if self.take("("):
                self.expect(")")
            return "CURRENT_USER"
        if self.take("CURRENT_ROLE"):
            return "CURRENT_ROLE"
        user = self.word_or_string("an account")
        host = self.word_or_string("a host") if self.take("@") else "%"
        return f"{_ticked(user)}@{_ticked(host)}"

    def _decoded(self, token: Token) -> str:
        text = self.slice(token.start, token.stop)
        if text[0] in "nN":
            text = text[1:]
        if text[0] in "xXbB":
            raise self.error(SqlSyntaxError, "expected a string of characters", token)
        quote = text[0]
        body = text[1:-1]
        if self.lexical.no_backslash_escapes:
            return body.replace(quote * 2, quote)
        # A doubled quote and an escape do not overlap, since an escaped quote is never doubled by its backslash.
        return re.sub(
            rf"\\(.)|{quote}{quote}",
            lambda m: _ESCAPES.get(m[1], m[1]) if m[1] is not None else quote,
            body,
            flags=re.S,
        )


def _ticked(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"
