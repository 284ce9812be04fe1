"""What is taken for granted of a server that nobody asked: what one of the newest version does with its own settings."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from pymysql.charset import charset_by_id

from schemactl_mysql.flavour import Flavour
from schemactl_mysql.options import Surroundings

#: Beyond the ids that PyMySQL knows of.
_LAST = 400
#: The default collation of utf8mb4, which PyMySQL gives as of MySQL 5.7: MySQL since 8.0, MariaDB since 11.5.
_UTF8MB4 = {False: "utf8mb4_0900_ai_ci", True: "utf8mb4_uca1400_ai_ci"}
#: Bytes of a character at most.
_WIDTHS = {"utf8mb4": 4, "utf8mb3": 3, "gb18030": 4, "ujis": 3, "eucjpms": 3}
_TWO_BYTES = ("big5", "sjis", "euckr", "gb2312", "gbk", "cp932")


@lru_cache
def surroundings(flavour: Flavour) -> Surroundings:
    """The collation of a database is left open: what inherits it is the same on both sides, whatever it is."""
    charset_of, collation_of = {}, {}
    for number in range(1, _LAST):
        try:
            found: Any = charset_by_id(number)
        except KeyError:
            continue
        charset_of[found.collation] = found.name
        if found.is_default:
            collation_of[found.name] = found.collation
    collation_of["utf8mb4"] = _UTF8MB4[flavour.mariadb]
    charset_of[collation_of["utf8mb4"]] = "utf8mb4"
    widths = dict.fromkeys(collation_of, 1) | dict.fromkeys(_TWO_BYTES, 2) | _WIDTHS
    return Surroundings(
        flavour=flavour,
        database="",
        engine="InnoDB",
        engines=frozenset({"InnoDB"}),
        charset_of=charset_of,
        collation_of=collation_of,
        widths=widths,
    )
