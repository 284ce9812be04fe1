"""`-- schemactl:renamed from=old_name`: what a thing was called before.

A hint stands on a line of its own above what it speaks of, or behind it on the same line, in any sort of comment.
`@renamed from=` is read as well. A hint that cannot be understood is an error, never a comment like others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from schemactl.errors import Place, SqlSyntaxError
from schemactl.model import Kind, ObjectKey
from schemactl.reading import Source, Token
from schemactl.reading.marks import BEGINS, LINT
from schemactl_mysql.read.scanner import Lexical, Scanner

_COMMENT = re.compile(r"--(?=\s)[^\n]*|\#[^\n]*|/\*.*?\*/", re.S)
_MARK = re.compile(BEGINS + r"(?P<mark>schemactl:\w+|@renamed\b)(?P<rest>.*)", re.S)
_FROM = re.compile(r"[ \t]+from=(?P<name>.*?)[ \t\r]*")
_PART = re.compile(
    r"""(?:`(?P<tick>(?:[^`]|``)+)`|"(?P<double>(?:[^"]|"")+)"|(?P<plain>[^\s.`"';,()]+))(?P<dot>\.|\Z)"""
)
_VALUE = re.compile(r"""'(?P<single>(?:[^']|'')*)'|"(?P<double>(?:[^"]|"")*)"|(?P<plain>[^\s'"]+)""")
_HOW = "write: -- schemactl:renamed from=old_name; in backticks where SQL needs them"
_WHERE = "write it on the line above what was renamed, or behind it on its own line"
#: What a word makes besides the thing that it names.
_LATER = (Kind.CONSTRAINT, Kind.INDEX)
_RENAMABLE = frozenset(
    {
        *(Kind.TABLE, Kind.COLUMN, Kind.INDEX, Kind.CONSTRAINT, Kind.ENUM_VALUE, Kind.VIEW, Kind.SEQUENCE),
        *(Kind.FUNCTION, Kind.PROCEDURE, Kind.TRIGGER, Kind.EVENT),
    }
)


class Hint(NamedTuple):
    """Offsets of the comment, and the old name as it is written."""

    start: int
    stop: int
    old: str


class Subject(NamedTuple):
    """What a hint belongs to: a thing by its key; with `value`, a value of the enum or set that the column holds."""

    key: ObjectKey
    value: str | None = None

    def __str__(self) -> str:
        return str(self.key) if self.value is None else f"the value {self.value!r} of {self.key}"


def hints(source: Source, lexical: Lexical, things: Mapping[Subject, Place]) -> dict[Subject, str]:
    """The old names of things. Raises SqlSyntaxError for a hint that says nothing or belongs to nothing."""
    if "renamed" not in source.text and "schemactl:" not in source.text:
        return {}
    tokens = list(Scanner(source, lexical).tokens())
    there: dict[tuple[int, int], list[tuple[bool, bool, ObjectKey, Subject]]] = {}
    for it, place in things.items():
        if place.file == source.name:
            spot = (place.line or 0, place.column or 0)
            there.setdefault(spot, []).append((it.key.kind in _LATER, it.value is not None, it.key, it))
    subjects = {spot: min(found)[3] for spot, found in there.items()}
    result: dict[Subject, str] = {}
    for hint in _hints(source, tokens):
        subject = _subject(source, tokens, subjects, hint)
        if subject in result:
            place = source.place(hint.start)
            raise SqlSyntaxError(f"a second hint for {subject}", place=place, hint="remove one of the two")
        result[subject] = _old_name(source, hint, subject)
    return result


def _hints(source: Source, tokens: Sequence[Token]) -> Iterator[Hint]:
    """The hints among the comments: what stands between tokens."""
    ends, starts = [0, *(t.stop for t in tokens)], [*(t.start for t in tokens), len(source.text)]
    for end, start in zip(ends, starts, strict=True):
        for comment in _COMMENT.finditer(source.text, end, start) if start - end > 1 else ():
            match = _MARK.match(comment[0].removesuffix("*/") if comment[0].startswith("/*") else comment[0])
            if match is None or match["mark"] == LINT:
                continue
            place = source.place(comment.start())
            if match["mark"] not in ("schemactl:renamed", "@renamed"):
                raise SqlSyntaxError(f"{match['mark']} is no hint that is known", place=place, hint=_HOW)
            old = _FROM.fullmatch(match["rest"])
            if old is None:
                raise SqlSyntaxError("this hint names no old name", place=place, hint=_HOW)
            yield Hint(comment.start(), comment.end(), old["name"])


def _subject(
    source: Source, tokens: Sequence[Token], subjects: Mapping[tuple[int, int], Subject], hint: Hint
) -> Subject:
    """What the hint belongs to: the first thing of the statement, or of the element of a list, that it stands at."""
    line_start = source.text.rfind("\n", 0, hint.start) + 1
    first = next((i for i, t in enumerate(tokens) if line_start <= t.start < hint.start), None)
    behind = first is not None
    stop = hint.start if behind else len(source.text)
    if first is None:
        first = next((i for i, t in enumerate(tokens) if t.start >= hint.stop), len(tokens))
    found = list(_things(source, tokens[first:], subjects, stop, over=not behind))
    place = source.place(hint.start)
    if not found:
        raise SqlSyntaxError("this hint belongs to nothing", place=place, hint=_WHERE)
    if behind and len(found) > 1 and first and tokens[first - 1].word != ";":
        raise SqlSyntaxError(f"this hint may belong to {found[0]} or {found[1]}", place=place, hint=_WHERE)
    return found[0]


def _things(
    source: Source, tokens: Sequence[Token], subjects: Mapping[tuple[int, int], Subject], stop: int, *, over: bool
) -> Iterator[Subject]:
    """The first thing of each element of the list, or of the statement, that the tokens begin with.

    One that stands `over` them must be followed by the words of its own thing alone, up to the name.
    """
    depth, limit, named = 0, None, False
    for i, token in enumerate(tokens):
        if token.start >= stop or token.word == ";":
            return
        place = source.place(token.start)
        subject = subjects.get((place.line or 0, place.column or 0))
        if subject is not None and not named and (limit is None or depth == limit):
            yield subject
            limit, named = depth, True
        if token.word == "," and depth == limit:
            named = False
        called = token.word == "(" and i + 1 < len(tokens) and tokens[i + 1].word == ")"  # CURRENT_USER()
        if over and (named or token.word == "," or (token.word == "(" and not called) or depth < 0):
            return
        depth += (token.word == "(") - (token.word == ")")


def _old_name(source: Source, hint: Hint, subject: Subject) -> str:
    place, key = source.place(hint.start), subject.key
    if key.kind not in _RENAMABLE:
        raise SqlSyntaxError(f"{key} cannot be renamed", place=place, subject=key.path, hint="remove the hint")
    if subject.value is not None:
        value = _VALUE.fullmatch(hint.old)
        if value is None:
            raise SqlSyntaxError(f"{hint.old!r} is no value", place=place, subject=key.path, hint=_HOW)
        for quote, name in (("'", "single"), ('"', "double")):
            if value[name] is not None:
                return value[name].replace(quote * 2, quote)
        return value["plain"]
    parts = _parts(hint.old)
    if not parts:
        raise SqlSyntaxError(f"{hint.old!r} is no name", place=place, subject=key.path, hint=_HOW)
    if len(parts) > 2 or (len(parts) == 2 and (key.table or parts[0] != key.schema)):
        raise SqlSyntaxError(
            f"{key} cannot have been {hint.old}: it stays where it is", place=place, subject=key.path, hint=_HOW
        )
    return parts[-1]


def _parts(written: str) -> list[str]:
    """The parts of a dotted name; none where it is no name."""
    parts, at = [], 0
    while match := _PART.match(written, at):
        if match["tick"]:
            parts.append(match["tick"].replace("``", "`"))
        elif match["double"]:
            parts.append(match["double"].replace('""', '"'))
        else:
            parts.append(match["plain"])
        at = match.end()
        if not match["dot"]:
            return parts if at == len(written) else []
    return []
