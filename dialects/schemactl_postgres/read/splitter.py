"""Tokens into statements: at each semicolon that is not within a BEGIN ATOMIC body or parentheses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from schemactl.errors import NotDdlError
from schemactl_postgres.read.cursor import Cursor
from schemactl_postgres.read.tokens import Sort, Source, Token

#: psql's lines that change nothing about what is read.
_META = frozenset({"restrict", "unrestrict", "connect", "c", "encoding", "echo", "qecho", "warn", "timing"})
#: psql's variables that say how it reports and when it stops. What \set makes of another may stand in a statement.
_CONTROL = frozenset({"ON_ERROR_STOP", "ON_ERROR_ROLLBACK", "ECHO", "QUIET", "VERBOSITY", "SHOW_CONTEXT"})


def statements(source: Source) -> Iterator[Cursor]:
    """The statements of a source, empty ones left out. A psql line (`\\restrict ...`) is no statement."""
    return split(source, source.tokens(), len(source.text))


def split(source: Source, tokens: Iterable[Token], end: int) -> Iterator[Cursor]:
    """The statements that `tokens` form; `end` is where the text of the last one stops, without a semicolon."""
    current: list[Token] = []
    depth = bodies = skipped = 0
    for token in tokens:
        word = token.word
        if token.start < skipped:
            continue
        if word == ";" and not bodies and depth <= 0:
            if current:
                yield _cursor(source, current, token.start)
            current, depth = [], 0
            continue
        if word == "\\" and not current:
            skipped = _line_end(source, token)
            continue
        current.append(token)
        end = token.stop
        if word == "(":
            depth += 1
        elif word == ")":
            depth -= 1
        elif word == "ATOMIC":
            bodies += len(current) > 2 and current[-2].word == "BEGIN"
        elif bodies and word in ("CASE", "END"):
            bodies += 1 if word == "CASE" else -1
    if current:
        yield _cursor(source, current, end)


def _cursor(source: Source, tokens: list[Token], end: int) -> Cursor:
    tokens.append(Token(Sort.END, "", end, end))
    return Cursor(source, tokens)


def _line_end(source: Source, mark: Token) -> int:
    """The end of a psql line. Raises NotDdlError for one that could do something."""
    end = source.line_end(mark.start)
    command = source.text[mark.start + 1 : end].split()
    control = command[:1] in (["set"], ["unset"]) and len(command) > 1 and command[1] in _CONTROL
    if not command or not (control or command[0] in _META):
        raise NotDdlError(
            f"the psql command \\{command[0] if command else ''} describes no schema",
            place=source.place(mark.start),
            hint="remove the line",
        )
    return end
