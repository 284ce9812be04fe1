"""What a dialect's scanner makes of text."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple


class Sort(IntEnum):
    """What a token is. Only a WORD and an OPERATOR have a `word`."""

    WORD = 0
    QUOTED = 1
    STRING = 2
    NUMBER = 3
    OPERATOR = 4
    END = 5


class Token(NamedTuple):
    """`word` is the upper-case text of a bare word, or the operator; empty for the rest. `stop` is exclusive."""

    sort: Sort
    word: str
    start: int
    stop: int
