"""`-- schemactl:renamed from=old_name`: what a thing was called before.

A hint stands on a line of its own above what it speaks of, or behind it on the same line. `-- @renamed from=` is read
as well. A hint that cannot be understood is an error, never a comment like others.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from schemactl.errors import Place, SqlSyntaxError
from schemactl.model import Kind, ObjectKey
from schemactl.reading.marks import LINT
from schemactl_postgres.names import clipped
from schemactl_postgres.read.tokens import Source, Token

_COMMENT = re.compile(r"(?:--|/\*)[ \t]*(?P<mark>schemactl:\w+|@renamed\b)(?P<rest>[^\n]*)")
_FROM = re.compile(r"[ \t]+from=(?P<name>.*?)[ \t\r]*")
_PART = re.compile(
    r"""(?:"(?P<double>(?:[^"]|"")+)"|'(?P<single>(?:[^']|'')+)'|(?P<plain>[^\s."';,()]+))(?P<dot>\.|\Z)"""
)
_HOW = "write -- schemactl:renamed from=old_name; in double quotes where SQL needs them"
_WHERE = "write it on the line above what was renamed, or behind it on its own line"

#: What a hint never speaks of: of a role, the place is where it is named first.
_NEVER = (Kind.ROLE,)
#: What a word makes besides the thing that it names.
_LATER = (Kind.SEQUENCE, Kind.CONSTRAINT, Kind.INDEX)
#: Kinds that ALTER ... RENAME knows, and whether ALTER ... SET SCHEMA does.
_MOVABLE = {
    Kind.COLLATION: True,
    Kind.COLUMN: False,
    Kind.CONSTRAINT: False,
    Kind.ENUM_VALUE: False,
    Kind.EVENT_TRIGGER: False,
    Kind.INDEX: False,
    Kind.POLICY: False,
    Kind.ROUTINE: True,
    Kind.RULE: False,
    Kind.SCHEMA: False,
    Kind.SEQUENCE: True,
    Kind.STATISTICS: True,
    Kind.TABLE: True,
    Kind.TRIGGER: False,
    Kind.TYPE: True,
    Kind.VIEW: True,
}


class Hint(NamedTuple):
    """Offsets of the comment, and the old name as it is written."""

    start: int
    stop: int
    old: str


def hints(source: Source, places: Mapping[ObjectKey, Place]) -> dict[ObjectKey, ObjectKey]:
    """The old keys of things, by their new ones. Raises SqlSyntaxError for a hint that says nothing or of nothing."""
    if not _COMMENT.search(source.text):
        return {}
    tokens = list(source.tokens())
    keys: dict[tuple[int, int], list[tuple[bool, ObjectKey]]] = {}
    for key, place in places.items():
        if place.file == source.name and place.line is not None and key.kind not in _NEVER:
            keys.setdefault((place.line, place.column or 0), []).append((key.kind in _LATER, key))
    things = {place: min(found)[1] for place, found in keys.items()}
    result: dict[ObjectKey, ObjectKey] = {}
    for hint in _hints(source, tokens):
        new = _subject(source, tokens, things, hint)
        if new in result:
            raise SqlSyntaxError(
                f"a second hint for {new}", place=source.place(hint.start), hint="remove one of the two"
            )
        result[new] = _old_key(source, hint, new)
    return result


def _hints(source: Source, tokens: Sequence[Token]) -> Iterator[Hint]:
    """The hints among the comments; what a string or the body of a function holds is no comment."""
    starts = [token.start for token in tokens]
    for match in _COMMENT.finditer(source.text):
        before = bisect_right(starts, match.start()) - 1
        if before >= 0 and match.start() < tokens[before].stop:
            continue
        said, rest = match["mark"], match["rest"]
        if said == LINT:
            continue
        if match[0].startswith("/*"):
            rest, closed, _ = rest.partition("*/")
            if not closed:
                raise SqlSyntaxError("a hint is not one line", place=source.place(match.start()), hint=_HOW)
        if said not in ("schemactl:renamed", "@renamed"):
            raise SqlSyntaxError(f"{said} is no hint that is known", place=source.place(match.start()), hint=_HOW)
        old = _FROM.fullmatch(rest)
        if old is None:
            raise SqlSyntaxError("this hint names no old name", place=source.place(match.start()), hint=_HOW)
        yield Hint(match.start(), match.start("rest") + len(rest), old["name"])


def _subject(
    source: Source, tokens: Sequence[Token], things: Mapping[tuple[int, int], ObjectKey], hint: Hint
) -> ObjectKey:
    """What the hint belongs to: the first thing of the statement, or of the element of a list, that it stands at."""
    line_start = source.text.rfind("\n", 0, hint.start) + 1
    first = next((i for i, t in enumerate(tokens) if line_start <= t.start < hint.start), None)
    stop = hint.start
    behind = first is not None
    if first is None:
        first = next((i for i, t in enumerate(tokens) if t.start >= hint.stop), len(tokens))
        stop = len(source.text)
    found = list(_things(source, tokens[first:], things, stop, over=not behind))
    if not found:
        raise SqlSyntaxError("this hint belongs to nothing", place=source.place(hint.start), hint=_WHERE)
    if behind and len(found) > 1 and first and tokens[first - 1].word != ";":
        raise SqlSyntaxError(
            f"this hint may belong to {found[0]} or {found[1]}", place=source.place(hint.start), hint=_WHERE
        )
    return found[0]


def _things(
    source: Source, tokens: Sequence[Token], things: Mapping[tuple[int, int], ObjectKey], stop: int, *, over: bool
) -> Iterator[ObjectKey]:
    """The first thing of each element of the list, or of the statement, that the tokens begin with.

    One that stands `over` them must be followed by the words of its own thing alone, up to the name.
    """
    depth, limit, named = 0, None, False
    for token in tokens:
        if token.start >= stop or token.word == ";":
            return
        place = source.place(token.start)
        key = things.get((place.line or 0, place.column or 0))
        if key is not None and not named and (limit is None or depth == limit):
            yield key
            limit, named = depth, True
        if token.word == "," and depth == limit:
            named = False
        if over and (named or token.word in (",", "(", ")")):
            return
        depth += (token.word == "(") - (token.word == ")")


def _old_key(source: Source, hint: Hint, new: ObjectKey) -> ObjectKey:
    place = source.place(hint.start)
    if new.kind not in _MOVABLE:
        raise SqlSyntaxError(f"{new} cannot be renamed", place=place, subject=new.path, hint="remove the hint")
    parts = _parts(hint.old, label=new.kind is Kind.ENUM_VALUE)
    if not parts:
        raise SqlSyntaxError(f"{hint.old!r} is no name", place=place, subject=new.path, hint=_HOW)
    name = parts[-1] if new.kind is Kind.ENUM_VALUE else clipped(parts[-1])
    schema = clipped(parts[-2]) if len(parts) > 1 else new.schema
    in_table = new.table and new.kind is not Kind.INDEX  # the name of an index is its schema's
    if len(parts) > 2 or (schema != new.schema and not _MOVABLE[new.kind]) or (len(parts) > 1 and in_table):
        raise SqlSyntaxError(
            f"{new} cannot have been {hint.old}: it stays where it is", place=place, subject=new.path, hint=_HOW
        )
    if new.kind is Kind.ROUTINE:  # its arguments are the same
        name += "(" + new.name.partition("(")[2]
    return replace(new, schema=schema, name=name)


def _parts(written: str, *, label: bool) -> list[str]:
    """The parts of a dotted name, folded as SQL folds them; none where it is no name. The value of an enum has one."""
    if label and written[:1] not in ("'", '"'):
        return [written] if written and not re.search(r"[\s'\"]", written) else []
    parts, at = [], 0
    while match := _PART.match(written, at):
        if match["double"]:
            parts.append(match["double"].replace('""', '"'))
        elif match["single"] and label:
            parts.append(match["single"].replace("''", "'"))
        elif match["plain"]:
            parts.append(match["plain"].lower())
        else:
            return []
        at = match.end()
        if not match["dot"]:
            return parts if at == len(written) and (not label or len(parts) == 1) else []
    return []
