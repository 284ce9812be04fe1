"""All slots, in an order in which a server takes what they draw."""

from __future__ import annotations

from tests.pairs.pieces import Slot
from tests.pairs.slots import indexes, tables, types, views

SLOTS: tuple[Slot, ...] = (*types.SLOTS, *tables.SLOTS, *indexes.SLOTS, *views.SLOTS)
