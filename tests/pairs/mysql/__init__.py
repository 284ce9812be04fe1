"""What pairs of schemas for MySQL and MariaDB are made of, and how they are judged."""

from __future__ import annotations

import re

from tests.pairs.dialect import Dialect
from tests.pairs.mysql.slots import SLOTS
from tests.support.fact import Fact


def _compared(fact: Fact) -> Fact:
    """The fact, but for the block size of a key, which InnoDB has not, and which is kept of what the table once had."""
    return fact._replace(fact=re.sub(r" KEY_BLOCK_SIZE=\d+", "", fact.fact)) if fact.kind == "index" else fact


DIALECT = Dialect(name="mysql", slots=SLOTS, compared=_compared)
