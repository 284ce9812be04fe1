"""MY11 and MY12: values of ENUM and SET. Only what is appended, within the size that a value takes, costs nothing."""

from __future__ import annotations

from collections.abc import Callable

from schemactl.changes import Alter, Change
from schemactl.lint.rule import Match, Rule, Subject, on_change
from schemactl.model import Column
from schemactl.steps import Hazard
from schemactl_mysql.types import base, members

Test = Callable[[list[str], list[str]], bool]


def _changed(of: str, test: Test) -> Match:
    def match(subject: Subject, change: Change) -> str | None:
        if not isinstance(change, Alter) or not isinstance(change.before, Column) or subject.live(change.key) is None:
            return None
        assert isinstance(change.after, Column)
        was, shall = change.before.type.text, change.after.type.text
        if base(was) != of or base(shall) != of or not test(members(was), members(shall)):
            return None
        return subject.said(change.key, Hazard.REWRITES_TABLE)

    return match


def _removed(was: list[str], shall: list[str]) -> bool:
    return not set(was) <= set(shall)


def _reordered(was: list[str], shall: list[str]) -> bool:
    kept = [it for it in was if it in shall]
    return kept != [it for it in shall if it in was]


def _inserted(was: list[str], shall: list[str]) -> bool:
    """Before one that was there; what is told as another order or a loss is not told twice."""
    return not _removed(was, shall) and not _reordered(was, shall) and shall[: len(was)] != was


def _appended(was: list[str], shall: list[str]) -> bool:
    return shall[: len(was)] == was and len(shall) > len(was)


_COPY = "Rows hold the number of a value, so every row is copied while nobody can write to the table."
_INSTEAD = "append new values at the end, and sort them where they are shown"
_LARGER = "a table of values with a foreign key to it has no such limit"


def _rule(code: str, of: str, title: str, why: str, example: str, instead: str, test: Test) -> Rule:
    look = on_change(_changed(of.lower(), test), Hazard.REWRITES_TABLE)
    return Rule(code=code, title=title.format(of), why=why, example=example.format(of), instead=instead, look=look)


_EXAMPLES = {
    "removed": "c {0}('a')  -- was {0}('a', 'b')",
    "reordered": "c {0}('b', 'a')  -- was {0}('a', 'b')",
    "inserted": "c {0}('a', 'new', 'b')  -- was {0}('a', 'b')",
    "larger": "c {0}(...)  -- with one value more than fits",
}
_REMOVED = f"{_COPY} A row that holds the value is refused, or loses it."

RULES = (
    _rule("MY110", "ENUM", "a value of an {} is removed", _REMOVED, _EXAMPLES["removed"], _INSTEAD, _removed),
    _rule("MY111", "ENUM", "values of an {} change places", _COPY, _EXAMPLES["reordered"], _INSTEAD, _reordered),
    _rule("MY112", "ENUM", "a value of an {} is inserted", _COPY, _EXAMPLES["inserted"], _INSTEAD, _inserted),
    _rule(
        "MY113",
        "ENUM",
        "an {} gets its 256th value",
        f"From there on a value takes two bytes. {_COPY}",
        _EXAMPLES["larger"],
        _LARGER,
        _appended,
    ),
    _rule("MY120", "SET", "a member of a {} is removed", _REMOVED, _EXAMPLES["removed"], _INSTEAD, _removed),
    _rule("MY121", "SET", "members of a {} change places", _COPY, _EXAMPLES["reordered"], _INSTEAD, _reordered),
    _rule("MY122", "SET", "a member of a {} is inserted", _COPY, _EXAMPLES["inserted"], _INSTEAD, _inserted),
    _rule(
        "MY123",
        "SET",
        "a {} gets its 9th, 17th, 25th or 33rd member",
        f"From there on a value takes a byte more, or four. {_COPY}",
        _EXAMPLES["larger"],
        _LARGER,
        _appended,
    ),
)
