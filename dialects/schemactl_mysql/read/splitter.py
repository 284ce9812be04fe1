"""Tokens into statements: at each delimiter that does not stand within the body of a routine.

Without DELIMITER, a body's own semicolons are told by its nesting: BEGIN, CASE, IF, LOOP, REPEAT and WHILE to END. Under
another delimiter a semicolon still ends what is no routine: the client sends all of it, and the server cuts it there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from schemactl.errors import NotDdlError
from schemactl.reading import Sort, Source, Token
from schemactl_mysql.read.cursor import Cursor
from schemactl_mysql.read.scanner import Lexical, Scanner

_DELIMITER = re.compile(r"[ \t]*(\S+)[ \t]*$", re.M)
#: Words that open a block wherever they stand in a body, and those that do so only where a statement begins.
_OPENS = frozenset({"BEGIN", "CASE"})
_OPENS_FIRST = frozenset({"IF", "LOOP", "REPEAT", "WHILE"})
#: After these, and after a semicolon or a label's colon, a statement begins.
_STATEMENT_AFTER = frozenset({";", ":", "BEGIN", "THEN", "ELSE", "DO", "LOOP", "REPEAT"})
_PROGRAMS = frozenset({"TRIGGER", "PROCEDURE", "FUNCTION", "EVENT", "PACKAGE"})


def statements(source: Source, lexical: Lexical) -> Iterator[Cursor]:
    """The statements of a source, empty ones left out."""
    scanner = Scanner(source, lexical)
    current: list[Token] = []
    depth = nested = 0
    end = 0
    for token in scanner.tokens():
        word = token.word
        if not current and word == "DELIMITER":
            _set_delimiter(scanner, token)
            continue
        ends = word == scanner.delimiter or (word == ";" and not _is_program(current))
        if ends and not nested and depth <= 0:
            if current:
                cursor = _cursor(source, scanner.lexical, current, token.start)
                yield cursor
                scanner.lexical = cursor.lexical  # SET sql_mode may have changed it
            current, depth = [], 0
            continue
        if word == "\\" and not current:
            _client_command(scanner, token)
            continue
        if word == "(":
            depth += 1
        elif word == ")":
            depth -= 1
        elif scanner.delimiter == ";" and _is_program(current):
            nested += _nesting(current, word)
        current.append(token)
        end = token.stop
    if current:
        yield _cursor(source, scanner.lexical, current, end)


def _is_program(tokens: list[Token]) -> bool:
    """Whether the statement makes something with a body. Its kind stands among the first words."""
    return bool(tokens) and tokens[0].word == "CREATE" and any(t.word in _PROGRAMS for t in tokens[:16])


def _nesting(before: list[Token], word: str) -> int:
    """By how much a word of a body goes deeper."""
    last = before[-1].word
    if word == "END":
        return -1
    if last == "END":
        return 0  # END IF, END CASE ...: the END has counted
    if word in _OPENS:
        return 1
    return 1 if word in _OPENS_FIRST and last in _STATEMENT_AFTER else 0


def _cursor(source: Source, lexical: Lexical, tokens: list[Token], end: int) -> Cursor:
    tokens.append(Token(Sort.END, "", end, end))
    return Cursor(source, tokens, lexical)


def _set_delimiter(scanner: Scanner, token: Token) -> None:
    """DELIMITER is a line of the client's."""
    found = _DELIMITER.match(scanner.source.text, token.stop)
    if not found:
        place = scanner.source.place(token.start)
        raise NotDdlError("DELIMITER says no delimiter", place=place, hint="write DELIMITER ;; or remove the line")
    scanner.delimiter = found[1]
    scanner.at = found.end()


def _client_command(scanner: Scanner, token: Token) -> None:
    place = scanner.source.place(token.start)
    raise NotDdlError("a command of the client describes no schema", place=place, hint="remove the line")
