"""What the pairs of one dialect are made of, and how its servers judge them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.pairs.pieces import Slot
from tests.support.fact import Fact
from tests.support.servers import AnyServer


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    name: str
    slots: tuple[Slot, ...]
    shares: Mapping[str, int] = field(default_factory=dict)
    """How the pairs are shared out: so many on each of these images, and then again. None: all pairs on each server."""
    header: str = ""
    """Begins every text."""
    prepare: Callable[[AnyServer], None] = lambda server: None
    """Makes on a server what the texts take to be there."""
    compared: Callable[[Fact], Fact] = lambda fact: fact
    """A fact without what no plan can bring about."""
    rightly_refused: tuple[tuple[str, str], ...] = ()
    """Refusals that are right, by code and a part of the message, each with its reason."""
