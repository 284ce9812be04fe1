"""What pairs of schemas for MySQL and MariaDB are made of, and how they are judged."""

from __future__ import annotations

import re

from tests.pairs.dialect import Dialect
from tests.pairs.mysql.slots import SLOTS
from tests.support.fact import Fact


def _compared(fact: Fact) -> Fact:
    """The fact without what the server makes of it by what else it was ever told.

    Whether a procedure says IN, which it need not, is no difference; the block size of a key, which InnoDB has not, is kept of what the table once had; and any ALTER that copies a table
    makes MySQL put the column's character set, or the session's, before the strings of its checks.
    """
    text = fact.fact
    if fact.kind == "index":
        text = re.sub(r" KEY_BLOCK_SIZE=\d+", "", text)
    if fact.kind == "constraint":
        text = re.sub(r"\b_(?:utf8mb[34]|latin1|ascii|binary)(?=')", "", text)
    if fact.kind == "procedure":
        text = re.sub(r"([(,] ?)IN (?=p\d)", r"\1", text)
    return fact._replace(fact=text)


DIALECT = Dialect(name="mysql", slots=SLOTS, compared=_compared)
