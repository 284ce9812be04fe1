"""Where columns are to stand, where that matters."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence


def places(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each column of `new` that must be put in its place, and the one that it follows, empty for the first.

    Done in this order they lead to `new`, and as few as can be of those that are there already are moved.
    """
    staying = _longest_in_order([c for c in old if c in set(new)], {name: i for i, name in enumerate(new)})
    there = set(old)
    # New columns behind all others come there by themselves.
    tail = len(new)
    while tail and new[tail - 1] not in there:
        tail -= 1
    for i, name in enumerate(new[:tail]):
        if name not in staying:
            yield name, new[i - 1] if i else ""


def _longest_in_order(names: Sequence[str], rank: dict[str, int]) -> set[str]:
    """The most of `names` that stand in the order of their ranks."""
    ends: list[int] = []  # of each length, the lowest rank that such a row ends with
    rows: list[list[str]] = []
    for name in names:
        at = bisect_left(ends, rank[name])
        row = [*(rows[at - 1] if at else []), name]
        ends[at : at + 1] = [rank[name]]
        rows[at : at + 1] = [row]
    return set(rows[-1]) if rows else set()
