"""What InnoDB keeps of a column: two go together in a foreign key where it is the same, whatever their types are called.

All pairs of 45 types were tried on MySQL 9.7, MariaDB 10.11 and 11.8, which agree (tests/mysql/test_foreign_keys.py).
"""

from __future__ import annotations

from schemactl.model import Column
from schemactl_mysql.types import base, members

#: Integers, and what is kept as one: how many bytes.
_INTEGERS = {"tinyint": 1, "smallint": 2, "mediumint": 3, "int": 4, "bigint": 8}
_AS_INTEGER = {"year": (1, "unsigned"), "date": (3, "signed")}
#: Kept as bytes, any number of them.
_BYTES = frozenset("bit decimal binary varbinary time datetime timestamp uuid inet4 inet6".split())
#: What has no index over all of it, and so no foreign key.
NEVER = frozenset(
    "tinytext text mediumtext longtext tinyblob blob mediumblob longblob json xmltype vector geometry point linestring"
    " polygon multipoint multilinestring multipolygon geometrycollection geomcollection".split()
)


def stored(it: Column) -> tuple[object, ...]:
    """A value that two columns share which go together in a foreign key."""
    text = it.type.text
    name = base(text)
    if name in _INTEGERS:
        return _INTEGERS[name], "unsigned" if "unsigned" in text or "zerofill" in text else "signed"
    if name in _AS_INTEGER:
        return _AS_INTEGER[name]
    if name == "enum":
        return (1 if len(members(text)) < 256 else 2), "unsigned"
    if name == "set":
        needed = (len(members(text)) + 7) // 8
        return (needed if needed <= 4 else 8), "unsigned"
    if name in _BYTES:
        return ("bytes",)
    if name in ("char", "varchar"):
        return "characters", it.collation
    return (name,)
