"""All slots, in an order in which a server takes what they draw."""

from __future__ import annotations

from tests.pairs.pieces import Slot
from tests.pairs.postgres.slots import access, behaviour, families, indexes, routines, tables, types, views

SLOTS: tuple[Slot, ...] = (
    types.SLOTS[0],  # the schema
    *access.FIRST,
    *types.SLOTS[1:],
    *routines.EARLY,
    *tables.SLOTS,
    *families.SLOTS,
    *indexes.SLOTS,
    *families.AFTER,
    *views.SLOTS,
    *routines.LATE,
    *behaviour.SLOTS,
    *access.SLOTS,
)
