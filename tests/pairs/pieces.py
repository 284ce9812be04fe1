"""What a random schema is made of: pieces of SQL that say what they give and what they need.

A schema is a tuple of pieces, in an order in which a server takes them. What is left of it when pieces are taken out,
and all that needs these, is a schema again: so a failing pair is made small without a thought for SQL.
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from tests.support.script import Platform

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One statement, or one clause of the CREATE TABLE that is the slot `into`.

    `slot` is its place among all pieces, and what a piece of another schema is recognised by. `gives` and `needs` are
    words such as `column public.t1.a integer`; `info` is what later draws want to know of it. `tape` are the choices
    that made it: playing them again makes the same piece, or, where other things are there, the one most like it.
    """

    slot: str
    sql: str
    gives: frozenset[str]
    needs: frozenset[str]
    into: str = ""
    info: tuple[Any, ...] = ()
    tape: tuple[int, ...] = ()


Schema = tuple[Piece, ...]


class Draft:
    """What a piece is drawn from: choices, and the pieces before it. It notes what the piece needs."""

    def __init__(
        self, rng: random.Random, platform: Platform, before: dict[str, Piece], replay: Sequence[int] = ()
    ) -> None:
        self.platform = platform
        self.before = before
        self.given = {word for piece in before.values() for word in piece.gives}
        self.needs: set[str] = set()
        self.tape: list[int] = []
        self._rng = rng
        self._replay = replay

    @property
    def version(self) -> int:
        """The first number of the server's version."""
        return self.platform.version[0]

    def _value(self) -> int:
        i = len(self.tape)
        value = self._replay[i] if i < len(self._replay) and self._replay[i] >= 0 else self._rng.randrange(10_000)
        self.tape.append(value)
        return value

    def chance(self, percent: int) -> bool:
        return self._value() % 100 >= 100 - percent

    def pick(self, options: Iterable[T]) -> T:
        """One of the options: the same one when the choice is played again and some others came or went."""
        value = self._value()
        return max(options, key=lambda option: zlib.crc32(f"{value}:{option}".encode()))

    def some(self, options: Sequence[T], percent: int = 50) -> list[T]:
        """Some of the options, in their order, each by its own choice; perhaps none."""
        value = self._value()
        return [o for o in options if zlib.crc32(f"{value}:{o}".encode()) % 100 < percent]

    def maybe(self, percent: int, text: str) -> str:
        return text if self.chance(percent) else ""

    def has(self, word: str) -> bool:
        return word in self.given

    def need(self, *words: str) -> None:
        self.needs.update(words)

    def infos(self, kind: type[T]) -> list[T]:
        """What the pieces before tell about themselves, of one class."""
        return [info for piece in self.before.values() for info in piece.info if isinstance(info, kind)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What a slot draws: a piece without what the draft knows."""

    sql: str
    gives: Iterable[str] = ()
    into: str = ""
    info: Any = ()


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for one piece, filled in `percent` of all schemas where its draw finds what it wants."""

    name: str
    draw: Callable[[Draft], Drawn | None]
    percent: int = 50


def draw(
    slot: Slot, rng: random.Random, platform: Platform, before: dict[str, Piece], replay: Sequence[int]
) -> Piece | None:
    draft = Draft(rng, platform, before, replay)
    drawn = slot.draw(draft)
    if drawn is not None and drawn.into:
        draft.need(f"into {drawn.into}")
    if (
        drawn is None
        or not draft.needs <= draft.given
        or draft.given & {w for w in drawn.gives if w.startswith("name ")}
    ):
        return None
    return Piece(
        slot=slot.name,
        sql=drawn.sql,
        gives=frozenset(drawn.gives),
        needs=frozenset(draft.needs),
        into=drawn.into,
        info=drawn.info if isinstance(drawn.info, tuple) else (drawn.info,),
        tape=tuple(draft.tape),
    )


def rooted(pieces: Iterable[Piece]) -> Schema:
    """The pieces that have all that they need, among those before them."""
    given: set[str] = set()
    kept = []
    for piece in pieces:
        if piece.needs <= given:
            given |= piece.gives
            kept.append(piece)
    return tuple(kept)


def render(schema: Schema, header: str) -> str:
    """The schema as SQL text. A table's clauses are put where `{}` stands in its statement."""
    clauses: dict[str, list[str]] = {}
    for piece in schema:
        if piece.into:
            clauses.setdefault(piece.into, []).append(piece.sql)
    lines = [header]
    for piece in schema:
        if not piece.into:
            inner = ",\n    ".join(clauses.get(piece.slot, []))
            text = (
                piece.sql.replace("{}", f"(\n    {inner}\n)" if inner else "()", 1)
                if f"into {piece.slot}" in piece.gives
                else piece.sql
            )
            lines.append(f"{text};\n")
    return "".join(lines)
