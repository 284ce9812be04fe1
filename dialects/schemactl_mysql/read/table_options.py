"""The options of a table, in the order in which anyone writes them."""

from __future__ import annotations

from dataclasses import replace

from schemactl.errors import UnsupportedError
from schemactl.reading import Sort
from schemactl_mysql.read.cursor import Cursor
from schemactl_mysql.read.partition import partitioning
from schemactl_mysql.read.state import TableDraft
from schemactl_mysql.types import charset_name, collation_name

#: Options that are kept as they stand: by their names in SHOW CREATE TABLE, with the value that means "as by default".
KEPT = {
    "AVG_ROW_LENGTH": "0",
    "AUTOEXTEND_SIZE": "0",
    "CHECKSUM": "0",
    "COMPRESSION": "",
    "CONNECTION": "",
    "DELAY_KEY_WRITE": "0",
    "ENCRYPTED": "DEFAULT",
    "ENCRYPTION": "N",
    "ENCRYPTION_KEY_ID": "DEFAULT",
    "ENGINE_ATTRIBUTE": "",
    "INSERT_METHOD": "NO",
    "ITEF_QUOTES": "",
    "KEY_BLOCK_SIZE": "0",
    "MAX_ROWS": "0",
    "MIN_ROWS": "0",
    "PACK_KEYS": "DEFAULT",
    "PAGE_CHECKSUM": "DEFAULT",
    "PAGE_COMPRESSED": "DEFAULT",
    "PAGE_COMPRESSION_LEVEL": "DEFAULT",
    "SECONDARY_ENGINE": "NULL",
    "SECONDARY_ENGINE_ATTRIBUTE": "",
    "SEQUENCE": "0",
    "STATS_AUTO_RECALC": "DEFAULT",
    "STATS_PERSISTENT": "DEFAULT",
    "STATS_SAMPLE_PAGES": "DEFAULT",
    "TRANSACTIONAL": "DEFAULT",
}
#: Where rows lie on a disk is no part of a schema that more than one server has.
_PLACES = ("DATA", "INDEX", "TABLESPACE", "UNION", "START")


def table_options(cursor: Cursor, table: TableDraft) -> None:
    """Options and PARTITION BY, up to the end."""
    while not cursor.done:
        cursor.take(",")
        if cursor.at("PARTITION", "BY"):
            table.options = replace(table.options, partitioning=partitioning(cursor))
        elif not table_option(cursor, table):
            break


def table_option(cursor: Cursor, table: TableDraft) -> bool:
    """One option; False if what comes next is none."""
    options = table.options
    if cursor.take_any("ENGINE", "TYPE"):
        cursor.take("=")
        options = replace(options, engine=cursor.word_or_string("an engine"))
    elif charset(cursor):
        options = replace(options, charset=charset_name(cursor.word_or_string("a character set")))
    elif cursor.take("COLLATE") or cursor.take("DEFAULT", "COLLATE"):
        cursor.take("=")
        options = replace(options, collation=collation_name(cursor.word_or_string("a collation")))
    elif cursor.take("AUTO_INCREMENT"):
        cursor.take("=")
        options = replace(options, auto_increment=cursor.integer())
    elif cursor.take("ROW_FORMAT"):
        cursor.take("=")
        word = cursor.name("a row format").upper()
        options = replace(options, row_format=None if word == "DEFAULT" else word)
    elif cursor.take("COMMENT"):
        cursor.take("=")
        table.comment = cursor.string("a comment") or None
    elif cursor.take("WITH", "SYSTEM", "VERSIONING"):
        options = replace(options, system_versioned=True)
    elif cursor.word in _PLACES:
        raise cursor.error(UnsupportedError, f"the table option {cursor.word}", cursor.token, hint="leave it out")
    elif cursor.word in KEPT or (cursor.token.sort is Sort.QUOTED and cursor.ahead().word == "="):
        options = replace(options, other=_kept(cursor, dict(options.other)))
    else:
        return False
    table.options = options
    return True


def charset(cursor: Cursor) -> bool:
    """Step over `[DEFAULT] CHARACTER SET [=]`."""
    start = cursor.i
    cursor.take("DEFAULT")
    if cursor.take("CHARACTER", "SET") or cursor.take("CHARSET"):
        cursor.take("=")
        return True
    cursor.i = start
    return False


def _kept(cursor: Cursor, other: dict[str, str]) -> tuple[tuple[str, str], ...]:
    quoted = cursor.token.sort is Sort.QUOTED
    name = cursor.name() if quoted else cursor.next().word
    name = name.upper()
    cursor.take("=")
    if cursor.token.sort is Sort.STRING:
        value = cursor.string()
    else:
        token = cursor.next()
        value = cursor.slice(token.start, token.stop).upper()
    other.pop(name, None)
    if value.upper() != KEPT.get(name, ""):
        other[name] = value
    return tuple(sorted(other.items()))
