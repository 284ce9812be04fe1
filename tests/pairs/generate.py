"""Random pairs of schemas: the second mostly the first with some pieces drawn anew, for that is what teams do."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from tests.pairs.pieces import Piece, Schema, Slot, draw
from tests.support.script import Platform

#: The percentage of a slot that is filled whenever it can be.
ALWAYS = 400


@dataclass(frozen=True, slots=True)
class Pair:
    one: Schema
    other: Schema


def pair(rng: random.Random, slots: Sequence[Slot], platform: Platform) -> Pair:
    """Two schemas for this server."""
    density = rng.choice((25, 50, 80, 100))
    one = _fresh(rng, slots, platform, density)
    if rng.randrange(8) == 0:
        return Pair(one, _fresh(rng, slots, platform, density))
    return Pair(one, _changed(rng, slots, platform, one, density))


def _fresh(rng: random.Random, slots: Sequence[Slot], platform: Platform, density: int) -> Schema:
    before: dict[str, Piece] = {}
    for slot in slots:
        if rng.randrange(100) < slot.percent * density // 100 and (piece := draw(slot, rng, platform, before, ())):
            before[slot.name] = piece
    return tuple(before.values())


def _changed(rng: random.Random, slots: Sequence[Slot], platform: Platform, origin: Schema, density: int) -> Schema:
    """The schema with some slots changed: a piece gone, come, drawn anew, or with one of its choices made anew.

    What no longer has all that it needs is drawn again from its own choices, so that it follows what it rests on.
    """
    was = {piece.slot: piece for piece in origin}
    rate = rng.choice((2, 5, 15, 40))
    before: dict[str, Piece] = {}
    given: set[str] = set()
    for slot in slots:
        old = was.get(slot.name)
        new = old
        if old and not (old.needs <= given and not given & {w for w in old.gives if w.startswith("name ")}):
            new = draw(slot, rng, platform, before, old.tape)
        hit = rng.randrange(100) < rate
        if old is None and rng.randrange(100) < slot.percent * density // 100:
            new = draw(slot, rng, platform, before, ())
            # A table that comes has all that tables have.
            if new and not (hit or slot.percent >= ALWAYS or (new.into and new.into not in was)):
                new = None
        elif old is not None and hit:
            stays = slot.percent >= ALWAYS or rng.randrange(4)
            new = draw(slot, rng, platform, before, _varied(rng, old.tape)) if stays else None
        if new:
            before[slot.name] = new
            given |= new.gives
    return tuple(before.values())


def _varied(rng: random.Random, tape: tuple[int, ...]) -> tuple[int, ...]:
    """The tape with one choice, or all, to be made anew (-1)."""
    if not tape or rng.randrange(5) == 0:
        return ()
    at = rng.randrange(len(tape))
    return (*tape[:at], -1, *tape[at + 1 :])
