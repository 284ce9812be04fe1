"""All slots, in an order in which a server takes what they draw."""

from __future__ import annotations

from tests.pairs.mysql.slots import keys, partitions, programs, tables, versioned, views
from tests.pairs.pieces import Slot

SLOTS: tuple[Slot, ...] = (
    *versioned.SEQUENCES,
    *tables.SLOTS,
    *partitions.SLOTS,
    *versioned.TABLES,
    *keys.INDEXES,
    *keys.CHECKS,
    *partitions.AFTER,
    *keys.FOREIGN_KEYS,
    *programs.FUNCTIONS,
    *views.SLOTS,
    *programs.SLOTS,
)
