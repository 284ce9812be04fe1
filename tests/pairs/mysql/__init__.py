"""What pairs of schemas for MySQL and MariaDB are made of, and how they are judged."""

from __future__ import annotations

from tests.pairs.dialect import Dialect
from tests.pairs.mysql.slots import SLOTS

DIALECT = Dialect(
    name="mysql",
    slots=SLOTS,
)
