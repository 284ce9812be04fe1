"""A reading head over the tokens of one statement: words, lists, slices, and errors with their place.

What a name and a string are is the dialect's own: see its subclass.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from schemactl.errors import Place, SourceError, SqlSyntaxError
from schemactl.reading.source import Source
from schemactl.reading.tokens import Sort, Token

T = TypeVar("T")


class Cursor:
    """`tokens` are those of one statement and an END token where it ends."""

    __slots__ = ("i", "source", "tokens")

    def __init__(self, source: Source, tokens: list[Token]) -> None:
        self.source = source
        self.tokens = tokens
        self.i = 0

    # -- looking

    @property
    def token(self) -> Token:
        return self.tokens[self.i]

    @property
    def word(self) -> str:
        """The word or operator that comes next, in upper case; empty before anything else."""
        return self.tokens[self.i].word

    def ahead(self, count: int = 1) -> Token:
        return self.tokens[min(self.i + count, len(self.tokens) - 1)]

    def at(self, *words: str) -> bool:
        tokens, i = self.tokens, self.i
        if tokens[i].word != words[0]:
            return False
        last = len(tokens) - 1
        return all(tokens[min(i + k, last)].word == w for k, w in enumerate(words))

    @property
    def done(self) -> bool:
        return self.tokens[self.i].sort is Sort.END

    # -- taking

    def take(self, *words: str) -> bool:
        """Step over these words if they are next."""
        if self.tokens[self.i].word != words[0] or (len(words) > 1 and not self.at(*words)):
            return False
        self.i += len(words)
        return True

    def expect(self, *words: str) -> None:
        for word in words:
            if self.tokens[self.i].word != word:
                raise self.unexpected(f"expected {' '.join(words)}")
            self.i += 1

    def take_any(self, *choices: str) -> str | None:
        """Step over one of these words and return it."""
        word = self.tokens[self.i].word
        if word and word in choices:
            self.i += 1
            return word
        return None

    def next(self) -> Token:
        """Step over whatever comes next, but not over the end."""
        token = self.tokens[self.i]
        if token.sort is Sort.END:
            raise self.unexpected("the statement ends too early")
        self.i += 1
        return token

    def end(self) -> None:
        """Nothing may follow."""
        if not self.done:
            raise self.unexpected()

    def listed(self, item: Callable[[], T]) -> list[T]:
        """`(item, item)`, at least one."""
        self.expect("(")
        items = [item()]
        while self.take(","):
            items.append(item())
        self.expect(")")
        return items

    # -- slices

    def slice(self, start: int, stop: int) -> str:
        return self.source.text[start:stop]

    def text(self, first: int, last: int) -> str:
        """The source from the token numbered `first` to before the one numbered `last`."""
        return self.source.text[self.tokens[first].start : self.tokens[last - 1].stop] if last > first else ""

    def written(self) -> list[str]:
        """All tokens of the statement, as they are written."""
        return [self.source.text[token.start : token.stop] for token in self.tokens[:-1]]

    def parenthesised(self) -> tuple[int, int]:
        """Step over `( ... )` and return the numbers of the tokens within: first, and one past the last."""
        if self.word != "(":
            raise self.unexpected("expected (")
        opening, depth = self.i, 0
        while True:
            token = self.tokens[self.i]
            if token.word in ("(", "["):
                depth += 1
            elif token.word in (")", "]"):
                depth -= 1
            elif token.sort is Sort.END:
                raise self.error(SqlSyntaxError, "a parenthesis is never closed", self.tokens[opening])
            self.i += 1
            if not depth:
                break
        if self.i - opening == 2:
            raise self.error(SqlSyntaxError, "expected an expression", self.tokens[opening + 1])
        return opening + 1, self.i - 1

    # -- errors

    def place(self, token: Token | None = None) -> Place:
        return self.source.place((token or self.token).start)

    def error(
        self, cls: type[SourceError], message: str, token: Token | None = None, *, subject: str = "", hint: str = ""
    ) -> SourceError:
        return cls(message, place=self.place(token), subject=subject, hint=hint)

    def unexpected(self, wanted: str = "", *, hint: str = "") -> SourceError:
        """The error for the word that comes next."""
        token = self.token
        if token.sort is Sort.END:
            found = "the end of the statement"
        else:
            found = self.slice(token.start, token.stop)
            found = f'"{found if len(found) < 40 else found[:37] + "..."}"'
        message = f"{wanted}, found {found}" if wanted else f"{found} is not understood here"
        return self.error(SqlSyntaxError, message, token, hint=hint)
