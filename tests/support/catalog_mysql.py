"""What a database of MySQL or MariaDB holds: what SHOW CREATE says of each object, one fact a clause.

Left out is what SHOW CREATE tells and what nobody asked for: where columns stand, how far AUTO_INCREMENT has counted,
when a trigger was made; and whether a text says what holds without it: a column's collation and an index's algorithm
are compared as the server uses them (information_schema), not as they were written.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.support.fact import Fact
from tests.support.mysql import Database

Row = dict[str, str]

_NULL = "NULL"
_QUOTED = re.compile(r"('(?:[^'\\]|\\.|'')*'|`(?:[^`]|``)*`)")
_NAMED = re.compile(
    r"(?P<kind>(?:(?:UNIQUE|FULLTEXT|SPATIAL|VECTOR) )?KEY|CONSTRAINT) `(?P<name>(?:[^`]|``)*)` (?P<rest>.*)"
)
_TIME = re.compile(r"\b(?P<which>AT|STARTS|ENDS) '(?P<time>[\d: .-]+)'")
_EVENT_TIME = "event time"


class MySQLFact(Fact):
    """A fact whose name counts as stated only where a name stands.

    The server calls an index after its first column, so that the word alone is in every text.
    """

    __slots__ = ()

    def is_named_in(self, text: str) -> bool:
        if self.name is None:
            return True
        if self.kind == _EVENT_TIME:
            return self.name.partition(" ")[0] in text
        words = "KEY|INDEX|UNIQUE|FULLTEXT|SPATIAL|CONSTRAINT|EXISTS|TO"
        # A name that is such a word itself is quoted wherever it is stated.
        quote = '[`"]' if self.name.upper() in words.split("|") else '[`"]?'
        return re.search(rf"\b(?:{words})\s+{quote}{re.escape(self.name)}(?![\w$])", text, re.IGNORECASE) is not None


def facts(database: Database) -> list[Fact]:
    with contextlib.closing(database.connect(conv={})) as connection, connection.cursor() as cursor:
        return list(_Reader(cursor, database.name).facts())


class _Reader(NamedTuple):
    cursor: Any
    database: str

    def rows(self, query: str) -> list[Row]:
        self.cursor.execute(query)
        names = [column[0].lower() for column in self.cursor.description]
        return [dict(zip(names, map(self._text, row), strict=True)) for row in self.cursor.fetchall()]

    def _text(self, cell: str | bytes | None) -> str:
        text = cell.decode(errors="backslashreplace") if isinstance(cell, bytes) else cell
        return _NULL if text is None else text.replace(f"`{self.database}`.", "")

    def listed(self, view: str, columns: str, schema: str) -> list[Row]:
        return self.rows(f"SELECT {columns} FROM information_schema.{view} WHERE {schema} = DATABASE()")

    def of_table(self, view: str, columns: str, table: str) -> dict[str, str]:
        """Two columns of what is listed of a table, the second by the first."""
        name = table.replace("\\", "\\\\").replace("'", "''")
        rows = self.listed(view, columns, f"table_name = '{name}' AND table_schema")
        pairs = (list(row.values()) for row in rows)
        return {key: value for key, value in pairs if value != _NULL}

    def shown(self, kind: str, name: str) -> Row:
        [row] = self.rows(f"SHOW CREATE {kind} `{name.replace('`', '``')}`")
        return row

    def facts(self) -> Iterator[Fact]:
        shown = self.shown("DATABASE", self.database)["create database"]
        yield MySQLFact("database", "", None, shown.replace(f"`{self.database}` ", ""))
        for row in self.listed("tables", "table_name AS name, table_type AS kind", "table_schema"):
            yield from _TABLES[row["kind"]](self, row["name"])
        yield from self.triggers()
        for row in self.listed("routines", "routine_name AS name, routine_type AS kind", "routine_schema"):
            yield self.stored(row["kind"], row["name"])
        for row in self.listed("events", "event_name AS name", "event_schema"):
            yield from self.event(row["name"])

    def table(self, name: str) -> Iterator[Fact]:
        shown = self.shown("TABLE", name)["create table"].split("\n")
        end = next(number for number, line in enumerate(shown) if line.startswith(")"))
        texts = self.of_table("columns", "column_name, CONCAT(character_set_name, ' ', collation_name)", name)
        kinds = self.of_table("statistics", "DISTINCT index_name, index_type", name)
        for line in shown[1:end]:
            yield _clause(name, line.strip().removesuffix(","), texts, kinds)
        options = _outside_quotes(r" AUTO_INCREMENT=\d+", "\n".join(shown[end:]))
        yield MySQLFact("table", name, None, options.removeprefix(") "))

    def view(self, name: str) -> Iterator[Fact]:
        row = self.shown("VIEW", name)
        yield MySQLFact("view", name, None, str([row[k] for k in ("create view", *_SESSION[:2])]))

    def sequence(self, name: str) -> Iterator[Fact]:
        # MariaDB gives the column the name that it has for a table.
        yield MySQLFact("sequence", name, None, self.shown("SEQUENCE", name)["create table"])

    def triggers(self) -> Iterator[Fact]:
        """From information_schema, for MariaDB shows a trigger as it was written, its spaces and letters."""
        columns = (
            "action_timing, event_manipulation, event_object_table, action_order, action_statement, definer, sql_mode"
        )
        for row in self.listed("triggers", f"trigger_name, {columns}, {', '.join(_SESSION)}", "trigger_schema"):
            name = row.pop("trigger_name")
            row["action_statement"] = _body(row["action_statement"])
            yield MySQLFact("trigger", name, None, str(row))

    def stored(self, kind: str, name: str) -> Fact:
        row = self.shown(kind, name)
        text = _body(row.pop(f"create {kind.lower()}"))
        return MySQLFact(kind.lower(), name, None, f"{text} -- {row}")

    def event(self, name: str) -> Iterator[Fact]:
        """The times apart: the server puts in that of its making where none is stated."""
        event = self.stored("EVENT", name)
        head, do, body = event.fact.partition(" DO ")
        for found in _TIME.finditer(head):
            yield MySQLFact(_EVENT_TIME, f"{name} {found['which']}", found["time"], "")
        yield event._replace(fact=_TIME.sub(r"\g<which> ...", head) + do + body)


#: What of a session a view, trigger or routine keeps.
_SESSION = ("character_set_client", "collation_connection", "database_collation")
#: How what information_schema.tables lists is shown.
_TABLES = {
    "BASE TABLE": _Reader.table,
    "SEQUENCE": _Reader.sequence,
    "SYSTEM VERSIONED": _Reader.table,
    "VIEW": _Reader.view,
}


def _clause(table: str, line: str, texts: dict[str, str], kinds: dict[str, str]) -> Fact:
    """A line of CREATE TABLE: a column, an index, a constraint or a period."""
    if line.startswith("`"):
        name = _QUOTED.split(line, maxsplit=1)[1][1:-1].replace("``", "`")
        stripped = _outside_quotes(r" CHARACTER SET \w+| COLLATE \w+", line)
        return MySQLFact("column", table, None, f"{stripped} {texts.get(name, '')}".rstrip())
    stripped = _outside_quotes(r" USING (?:BTREE|HASH|RTREE)", line)
    if line.startswith("PRIMARY KEY"):
        return MySQLFact("index", table, None, f"{stripped} {kinds['PRIMARY']}")
    if not (found := _NAMED.fullmatch(stripped)):
        return MySQLFact("clause", table, None, line)
    name = found["name"].replace("``", "`")
    if found["kind"] == "CONSTRAINT":
        return MySQLFact("constraint", table, name, found["rest"])
    return MySQLFact("index", table, name, f"{found['kind']} {found['rest'].rstrip()} {kinds[name]}")


def _outside_quotes(pattern: str, text: str) -> str:
    """The text without what matches, where that is neither in a string nor in a name."""
    parts = _QUOTED.split(text)
    parts[::2] = [re.sub(pattern, "", part) for part in parts[::2]]
    return "".join(parts)


def _body(text: str) -> str:
    """MySQL takes a semicolon that follows a body in a script of many statements for a part of it."""
    return text.rstrip("; \t\r\n")
