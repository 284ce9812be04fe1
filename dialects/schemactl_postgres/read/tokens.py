"""Text into tokens with places. sqlglot's tokenizer does the work; what it merges is taken apart again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from sqlglot.dialects.postgres import Postgres
from sqlglot.errors import TokenError
from sqlglot.tokenizer_core import Token as RawToken
from sqlglot.tokenizer_core import TokenType

from schemactl.errors import SqlSyntaxError
from schemactl.reading import Sort, Token
from schemactl.reading import Source as Text

__all__ = ["NOWHERE", "Sort", "Source", "Token"]

#: For a name that no text has.
NOWHERE = Token(Sort.END, "", 0, 0)

_STRINGS = frozenset(
    {
        TokenType.STRING,
        TokenType.BYTE_STRING,
        TokenType.BIT_STRING,
        TokenType.HEX_STRING,
        TokenType.UNICODE_STRING,
        TokenType.NATIONAL_STRING,
        TokenType.HEREDOC_STRING,
        TokenType.RAW_STRING,
    }
)


class _Tokenizer(Postgres.Tokenizer):
    """Takes no statement for a command, the rest of whose line would be one string."""

    COMMANDS: ClassVar[set[TokenType]] = set()


#: Marks of the text whose end is missing when the tokenizer gives up: what opens, and what would close it.
_OPENINGS = re.compile(r"--[^\n]*|/\*|(?<![\w$])(\$\w*\$)|([eE])?'|\"")


class Source(Text):
    """One file, and the tokens of it or of a part."""

    __slots__ = ()

    def tokens(self) -> Iterator[Token]:
        """All tokens but comments. Raises SqlSyntaxError at a quote or comment that is never closed."""
        return self.tokens_within(0, len(self.text))

    def tokens_within(self, start: int, stop: int) -> Iterator[Token]:
        """The tokens of a part of the text, such as a string's body; their offsets are those of the whole."""
        text = self.text if stop - start == len(self.text) else self.text[start:stop]
        try:
            raw = _Tokenizer(dialect="postgres").tokenize(text)
        except TokenError:
            offset, what = _unclosed(text)
            raise SqlSyntaxError(
                f"{what} is never closed", place=self.place(start + offset), hint="close it, or remove the opening mark"
            ) from None
        found = _converted(text, raw)
        return found if not start else (t._replace(start=t.start + start, stop=t.stop + start) for t in found)


def _converted(text: str, raw: list[RawToken]) -> Iterator[Token]:
    word, quoted, string, number, operator = Sort.WORD, Sort.QUOTED, Sort.STRING, Sort.NUMBER, Sort.OPERATOR
    strings = _STRINGS
    for token in raw:
        start, stop = token.start, token.end + 1
        first = text[start]
        if first == '"':
            yield Token(quoted, "", start, stop)
        elif first.isalpha() or first == "_":
            if token.token_type in strings:
                yield Token(string, "", start, stop)
                continue
            written = text[start:stop]
            if " " in written or "\n" in written or "\t" in written or "\r" in written:
                for part in re.finditer(r"\S+", written):
                    yield Token(word, part.group().upper(), start + part.start(), start + part.end())
            else:
                yield Token(word, written.upper(), start, stop)
        elif token.token_type in strings and not first.isdigit():
            yield Token(string, "", start, stop)
        elif first.isdigit():
            yield Token(number, "", start, stop)
        else:
            yield Token(operator, text[start:stop], start, stop)


def _unclosed(text: str) -> tuple[int, str]:
    """Where the quote or comment begins that the tokenizer found no end of."""
    at = 0
    while mark := _OPENINGS.search(text, at):
        opening = mark.group()
        if opening.startswith("--"):
            at = mark.end()
            continue
        close, what = _closing(text, mark)
        if close < 0:
            return mark.start(), what
        at = close
    return max(len(text) - 1, 0), "something"


def _closing(text: str, mark: re.Match[str]) -> tuple[int, str]:
    """The offset after the end of what `mark` opens, or -1; and what it is."""
    opening, start = mark.group(), mark.end()
    if opening == "/*":
        depth = 1
        for each in re.compile(r"/\*|\*/").finditer(text, start):
            depth += 1 if each.group() == "/*" else -1
            if not depth:
                return each.end(), "a comment"
        return -1, "a comment"
    if opening.startswith("$"):
        found = text.find(opening, start)
        return (found + len(opening) if found >= 0 else -1), f"the string opened by {opening}"
    if opening == '"':
        found = text.find('"', start)
        return (found + 1 if found >= 0 else -1), "a quoted name"
    body = re.compile(r"(?:[^'\\]|''|\\.)*'" if mark.group(2) else r"(?:[^']|'')*'", re.S)
    end = body.match(text, start)
    return (end.end() if end else -1), "a string"
