"""What pairs of schemas for Postgres are made of, and how they are judged."""

from __future__ import annotations

import re

from tests.pairs.dialect import Dialect
from tests.pairs.postgres.roles import make_roles
from tests.pairs.postgres.slots import SLOTS
from tests.support.fact import Fact

#: In every text, so that privileges and default privileges are in care whatever else there is.
HEADER = """\
GRANT USAGE ON SCHEMA public TO pairs_one;
ALTER DEFAULT PRIVILEGES REVOKE SELECT ON TABLES FROM pairs_two;
"""


def _compared(fact: Fact) -> Fact:
    """The fact, but for whether a child table has a column or check by itself as well: NO INHERIT makes all so.

    No statement takes that back, and it is not compared.
    """
    return fact._replace(fact=re.sub(r'"local": (?:true|false), ', "", fact.fact))


DIALECT = Dialect(
    name="postgres",
    slots=SLOTS,
    shares={"postgres:18": 6, "postgres:17": 2, "postgres:15": 2},
    header=HEADER,
    prepare=make_roles,
    compared=_compared,
    rightly_refused=(
        ("E306", "the server cannot alter it while something is of it"),  # a range type
        ("E306", "becomes another kind of type while something is of it"),  # values have no way from one to the other
        ("E306", "no server can alter that, and all rows would have to be written anew"),  # another PARTITION BY
        ("E306", "change their places, and"),  # a composite within arrays or other types: the text of values misleads
    ),
)
