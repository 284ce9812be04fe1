"""A failing pair made small: pieces are taken out for as long as the same law is broken."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from tests.pairs.generate import Pair
from tests.pairs.pieces import Schema, rooted


def minimal(pair: Pair, fails: Callable[[Pair], bool], seconds: float = 60) -> Pair:
    """The smallest pair that was found in that time. `fails` says whether a pair fails as the first one does."""
    deadline = time.monotonic() + seconds
    size = max(len(pair.one), len(pair.other))
    while size:
        slots = list(dict.fromkeys(p.slot for p in (*pair.one, *pair.other)))
        shrunk = False
        for start in range(len(slots) - size, -size, -size):
            gone = set(slots[max(start, 0) : start + size])
            for smaller in _without(pair, gone):
                if time.monotonic() > deadline:
                    return pair
                if smaller != pair and fails(smaller):
                    pair, shrunk = smaller, True
                    break
        size = size // 2 if not shrunk or size > 1 else size
    return pair


def _without(pair: Pair, gone: set[str]) -> list[Pair]:
    """The pair with these slots out of both, or out of one, or the same in both."""

    def out(schema: Schema) -> Schema:
        return rooted(p for p in schema if p.slot not in gone)

    was = {p.slot: p for p in pair.one}
    alike = rooted(was.get(p.slot, p) if p.slot in gone else p for p in pair.other)
    return [
        Pair(out(pair.one), out(pair.other)),
        replace(pair, other=out(pair.other)),
        replace(pair, one=out(pair.one)),
        replace(pair, other=alike),
    ]
