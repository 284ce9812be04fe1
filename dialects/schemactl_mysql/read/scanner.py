"""Text into tokens with places.

Not by sqlglot's tokenizer: it takes `/*!80016 ... */` for a comment, where it is text that the server executes, and
knows no DELIMITER. Lexical rules: the manuals' chapters on literals, identifiers and comments of MySQL 8.4 and
MariaDB 11.8.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from schemactl.dialect import Server, SourceText
from schemactl.errors import SqlSyntaxError
from schemactl.reading import Sort, Source, Token
from schemactl_mysql.flavour import Flavour
from schemactl_mysql.modes import sorted_modes

_SCAN = re.compile(
    r"""
      (?P<blank>\s+ | \\(?=\r?\n) | --(?=[\s\x00-\x1f]|$)[^\n]* | \#[^\n]*)
    | (?P<executed>/\*(?P<only>M?)!(?P<number>\d{5,6})?)
    | (?P<comment>/\*)
    | (?P<close>\*/)
    | (?P<name>`)
    | (?P<string>(?:[xXbBnN](?='))?')
    | (?P<double>")
    | (?P<number_>0x[0-9a-fA-F]+(?![\w$]) | 0b[01]+(?![\w$])
        | (?:\d+(?:\.\d*)?|\.\d+)[eE][+-]?\d+(?![\w$]) | \d+\.\d* | \.\d+ | \d+(?![\w$]))
    | (?P<word>[\w$\u0080-\uffff]+)
    | (?P<operator><=>|->>|->|:=|<<|>>|<=|>=|<>|!=|\|\||&&|@@|.)
    """,
    re.X | re.S,
)
_QUOTED = {
    "`": re.compile(r"(?:[^`]|``)*`", re.S),
    "'": re.compile(r"(?:[^'\\]|''|\\.)*'", re.S),
    '"': re.compile(r'(?:[^"\\]|""|\\.)*"', re.S),
}
_PLAIN = {"'": re.compile(r"(?:[^']|'')*'", re.S), '"': re.compile(r'(?:[^"]|"")*"', re.S)}
#: MariaDB skips what MySQL alone is meant to execute.
_MYSQL_ONLY = range(50700, 100000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexical:
    """What decides how text is cut: the server, and two settings of its sql_mode, which `modes` spells out."""

    flavour: Flavour
    ansi_quotes: bool = False
    no_backslash_escapes: bool = False
    modes: str = ""

    @classmethod
    def of(cls, server: Server) -> Lexical:
        """As a server of this version and sql_mode cuts text."""
        flavour = Flavour(mariadb=server.name == "MariaDB", version=server.version)
        return cls(flavour=flavour).under(server.settings.get("sql_mode", ""))

    def under(self, sql_mode: str) -> Lexical:
        """The same server in a session with this sql_mode."""
        modes = sorted_modes(sql_mode, self.flavour)
        words = modes.split(",")
        return Lexical(
            flavour=self.flavour,
            ansi_quotes="ANSI_QUOTES" in words,
            no_backslash_escapes="NO_BACKSLASH_ESCAPES" in words,
            modes=modes,
        )

    def executes(self, number: int, *, mariadb_only: bool) -> bool:
        """Whether the server reads what stands in `/*!number ... */`, or in `/*M!number ... */`."""
        if mariadb_only and not self.flavour.mariadb:
            return False
        if self.flavour.mariadb and not mariadb_only and number in _MYSQL_ONLY:
            return False
        return number <= self.flavour.number


class Scanner:
    """Tokens of a source, one after the other; `delimiter` ends a statement, as the client's DELIMITER sets it."""

    def __init__(self, source: Source, lexical: Lexical) -> None:
        self.source = source
        self.lexical = lexical
        self.delimiter = ";"
        self.at = 0
        self._executed: list[int] = []

    def tokens(self) -> Iterator[Token]:
        """All tokens but comments; a delimiter comes as an operator with its own text.

        Raises SqlSyntaxError at a quote or comment that is never closed.
        """
        text = self.source.text
        while self.at < len(text):
            if self.delimiter != ";" and text.startswith(self.delimiter, self.at):
                start, self.at = self.at, self.at + len(self.delimiter)
                yield Token(Sort.OPERATOR, self.delimiter, start, self.at)
                continue
            token = self._next(text)
            if token is not None:
                yield token
        if self._executed:
            raise self._unclosed(self._executed[-1], "a comment")

    def _next(self, text: str) -> Token | None:
        found = _SCAN.match(text, self.at)
        assert found is not None
        if found.lastgroup == "word" and (end := found.group().find(self.delimiter)) > 0:
            found = _SCAN.match(text, self.at, self.at + end)  # END$$
            assert found is not None
        kind, start = found.lastgroup, self.at
        self.at = found.end()
        match kind:
            case "executed" | "only" | "number":
                self._open(found)
            case "comment":
                self._skip(start)
            case "close" if self._executed:
                self._executed.pop()
            case "close":
                self.at -= 1
                return Token(Sort.OPERATOR, "*", start, self.at)
            case "name":
                return self._quoted(start, "`", "a quoted name")
            case "double":
                return self._quoted(start, '"', "a quoted name" if self.lexical.ansi_quotes else "a string")
            case "string":
                return self._quoted(start, "'", "a string")
            case "number_":
                return Token(Sort.NUMBER, "", start, self.at)
            case "word":
                return Token(Sort.WORD, found.group().upper(), start, self.at)
            case "operator":
                return Token(Sort.OPERATOR, found.group(), start, self.at)
        return None

    def _open(self, found: re.Match[str]) -> None:
        number = int(found["number"] or 0)
        if self.lexical.executes(number, mariadb_only=bool(found["only"])):
            self._executed.append(found.start())
        else:
            self._skip(found.start())

    def _skip(self, start: int) -> None:
        """To behind the end of a comment; one that is not executed may hold plain comments."""
        text, depth = self.source.text, 1
        nests = text.startswith(("/*!", "/*M!"), start)
        for mark in re.compile(r"/\*|\*/").finditer(text, start + 2):
            depth += 1 if mark.group() == "/*" and nests else -1 if mark.group() == "*/" else 0
            if not depth:
                self.at = mark.end()
                return
        raise self._unclosed(start, "a comment")

    def _quoted(self, start: int, quote: str, what: str) -> Token:
        plain = self.lexical.no_backslash_escapes and quote != "`"
        name = quote == "`" or (quote == '"' and self.lexical.ansi_quotes)
        pattern = _PLAIN[quote] if plain or (name and quote == '"') else _QUOTED[quote]
        end = pattern.match(self.source.text, self.at)
        if end is None:
            raise self._unclosed(start, what)
        self.at = end.end()
        return Token(Sort.QUOTED if name else Sort.STRING, "", start, self.at)

    def _unclosed(self, start: int, what: str) -> SqlSyntaxError:
        place = self.source.place(start)
        return SqlSyntaxError(f"{what} is never closed", place=place, hint="close it, or remove the opening mark")


def tokens_of(text: str, lexical: Lexical) -> list[Token]:
    """All tokens of a text that is no script, such as an expression. Raises SqlSyntaxError as the scanner does."""
    return list(Scanner(Source(SourceText(name="", text=text)), lexical).tokens())
