"""`-- schemactl:nolint CODE ...` in the desired SQL: where which rules have nothing to say.

On a line of its own above a statement it is for all of that statement, above a line within one for that line, behind
something for its own line; at the top of a file, with an empty line behind it, for the whole file. Without codes it is
for all rules. `-- atlas:nolint` is read as well, with the names that Atlas has for groups of its codes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from schemactl.dialect import SourceText
from schemactl.errors import SqlSyntaxError
from schemactl.plan import Finding
from schemactl.reading import Source
from schemactl.reading.marks import BEGINS

#: Atlas's names for groups of codes.
_ANALYZERS = {
    "destructive": "DS",
    "data_depend": "MF",
    "incompatible": "BC",
    "condrop": "CD",
    "concurrent_index": "PG10",
    "nestedtx": "TX",
    "naming": "NM",
}
_MARK = re.compile(BEGINS + r"(?P<whose>schemactl|atlas):nolint\b(?P<codes>[^\n*]*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexis:
    """What tells comments from strings: whether # begins a comment, and a backslash in a string escapes."""

    hashes: bool = False
    backslashes: bool = False

    def tokens(self) -> re.Pattern[str]:
        """Comments, strings as a whole, semicolons, and all else in pieces."""
        plain = r"'(?:[^'\\]|\\.|'')*'" if self.backslashes else r"[eE]'(?:[^'\\]|\\.|'')*' | '(?:[^']|'')*'"
        dollar = "" if self.backslashes else r"(?P<dollar>\$\w*\$).*?(?P=dollar) |"
        comment = r"(?P<comment>--[^\n]*|/\*.*?\*/" + (r"|\#[^\n]*)" if self.hashes else ")")
        rest = r"\"(?:[^\"]|\"\")*\" | `(?:[^`]|``)*` | (?P<end>;) | [^\s;'\"`$/\#-]+ | \S"
        return re.compile(f"{comment} | {plain} | {dollar} {rest}", re.S | re.X)


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Lines of a file, both counted, and the beginnings of codes that say nothing of them; none means all."""

    file: str
    first: int
    last: int
    codes: tuple[str, ...]

    def covers(self, it: Finding) -> bool:
        here = it.file == self.file and self.first <= it.line <= self.last
        return here and (not self.codes or it.code.startswith(self.codes))


def silences(sources: Sequence[SourceText], codes: Callable[[], Collection[str]], lexis: Lexis) -> list[Silence]:
    """All that the comments say; `codes` gives those that there are.

    Raises SqlSyntaxError for a code that is none of ours, in a comment that is.
    """
    return [it for text in sources if ":nolint" in text.text for it in _of_file(Source(text), codes(), lexis)]


@dataclass(frozen=True, slots=True)
class _Statement:
    start: int
    stop: int


def _of_file(source: Source, known: Collection[str], lexis: Lexis) -> Iterator[Silence]:
    comments, statements = _read(source.text, lexis)
    for comment in comments:
        mark = _MARK.match(comment[0])
        if mark is None:
            continue
        codes = _codes(source, comment.start(), mark, known)
        first, last = _lines(source, comment, statements)
        yield Silence(file=source.name, first=first, last=last, codes=codes)


def _read(text: str, lexis: Lexis) -> tuple[list[re.Match[str]], list[_Statement]]:
    """The comments, and from where to where each statement goes."""
    comments: list[re.Match[str]] = []
    statements: list[_Statement] = []
    start: int | None = None
    for token in lexis.tokens().finditer(text):
        if token["comment"] is not None:
            comments.append(token)
        elif token["end"] is None:
            start = token.start() if start is None else start
        elif start is not None:
            statements.append(_Statement(start, token.end()))
            start = None
    if start is not None:
        statements.append(_Statement(start, len(text)))
    return comments, statements


def _lines(source: Source, comment: re.Match[str], statements: Sequence[_Statement]) -> tuple[int, int]:
    text, line = source.text, source.place(comment.start()).line
    before = text[text.rfind("\n", 0, comment.start()) + 1 : comment.start()]
    if before.strip():
        return line, line
    if _is_for_file(text, comment):
        return 1, source.place(len(text)).line
    within = any(it.start < comment.start() < it.stop for it in statements)
    if within:
        following = re.compile(r"(?:\s|(?:--|\#)[^\n]*)*").match(text, comment.end())
        below = source.place(following.end() if following else comment.end()).line
        return below, below
    it = next((it for it in statements if it.start > comment.start()), None)
    return (source.place(it.start).line, source.place(it.stop - 1).line) if it else (line, line)


def _is_for_file(text: str, comment: re.Match[str]) -> bool:
    """Whether it stands among the comments that a file begins with, which an empty line ends."""
    head = re.match(r"\ufeff?(?:[ \t]*(?:--|\#)[^\n]*\n)+[ \t\r]*\n", text)
    return head is not None and comment.start() < head.end()


def _codes(source: Source, start: int, mark: re.Match[str], known: Collection[str]) -> tuple[str, ...]:
    words = mark["codes"].replace(",", " ").split()
    if mark["whose"] == "atlas":
        return tuple(_ANALYZERS.get(word.lower(), word.upper()) for word in words)
    for word in words:
        if not any(code.startswith(word.upper()) for code in known):
            raise SqlSyntaxError(
                f"there is no lint rule {word}", place=source.place(start), hint="`schemactl explain` lists all codes"
            )
    return tuple(word.upper() for word in words)
