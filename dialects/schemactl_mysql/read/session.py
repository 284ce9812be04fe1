"""Statements that set up a session, a database, or a load: what a dump begins and ends with."""

from __future__ import annotations

from dataclasses import replace

from schemactl.errors import NotDdlError
from schemactl.model import Kind, ObjectKey, Schema
from schemactl.reading import Sort
from schemactl_mysql.options import SchemaOptions
from schemactl_mysql.read.cursor import Cursor
from schemactl_mysql.read.state import State
from schemactl_mysql.read.table_options import charset
from schemactl_mysql.types import charset_name, collation_name

#: Settings that a dump saves, sets and puts back, and that change nothing of what is read. SQL_MODE is among them:
#: dumps set it, and it is kept with routines, where it is read.
_HARMLESS = frozenset(
    """
    AUTOCOMMIT CHARACTER_SET_CLIENT CHARACTER_SET_RESULTS COLLATION_CONNECTION DEFAULT_STORAGE_ENGINE FOREIGN_KEY_CHECKS
    INNODB_STRICT_MODE NAMES NOTE_VERBOSITY SQL_LOG_BIN SQL_MODE SQL_NOTES SQL_QUOTE_SHOW_CREATE TIME_ZONE
    UNIQUE_CHECKS SQL_BIG_SELECTS STORAGE_ENGINE LOCK_WAIT_TIMEOUT
    SYSTEM_VERSIONING_INSERT_HISTORY GTID_PURGED
    """.split()
)


def set_(cursor: Cursor, state: State) -> None:
    """`SET [SESSION|GLOBAL|@@scope.] name = value, ...`; `SET NAMES x`. Raises NotDdlError for what is unknown."""
    while not cursor.done:
        token = cursor.token
        is_global = cursor.take_any("SESSION", "LOCAL", "GLOBAL", "PERSIST") in ("GLOBAL", "PERSIST")
        if cursor.take("@@"):
            if cursor.word in ("SESSION", "GLOBAL", "LOCAL") and cursor.ahead().word == ".":
                cursor.i += 2
        elif cursor.take("@"):  # a variable of the session's own, in which a dump keeps what was set
            variable = cursor.name("a variable").upper()
            if _value(cursor).upper().removeprefix("@@").removeprefix("SESSION.") == "SQL_MODE":
                state.kept_modes[variable] = state.sql_mode
            continue
        name = cursor.name("a setting").upper()
        if name == "CHARACTER":
            cursor.expect("SET")
            name = "NAMES"
        if name not in _HARMLESS:
            raise cursor.error(NotDdlError, f"SET {name} describes no schema", token, hint="remove it")
        start = cursor.i
        text = _value(cursor)
        if name == "SQL_MODE" and not is_global:
            _sql_mode(cursor, state, start, text)
    cursor.end()


def _value(cursor: Cursor) -> str:
    """The text up to the comma that ends a value, without the sign of equality before it."""
    cursor.take(":=")
    cursor.take("=")
    depth, first, last = 0, cursor.i, cursor.i
    while not cursor.done:
        last = cursor.i
        if depth == 0 and cursor.take(","):
            return cursor.text(first, last)
        depth += {"(": 1, ")": -1}.get(cursor.word, 0)
        cursor.i += 1
    return cursor.text(first, cursor.i)


def _sql_mode(cursor: Cursor, state: State, start: int, text: str) -> None:
    """What follows is read under this mode, and programs are kept under it. One that is worked out is not known."""
    if text.startswith("@") and not text.startswith("@@"):
        mode = state.kept_modes.get(text[1:].strip("`").upper())
    elif text[:1] in ("'", '"'):
        end, cursor.i = cursor.i, start
        cursor.take(":=")
        cursor.take("=")
        mode = cursor.string("modes")
        cursor.i = end
    else:
        mode = None if text.upper() in ("DEFAULT", "@@GLOBAL.SQL_MODE") else text if text.isidentifier() else None
    state.sql_mode = None if mode is None else cursor.lexical.under(mode).modes
    cursor.lexical = cursor.lexical.under(mode) if mode is not None else state.lexical


def use(cursor: Cursor, state: State) -> None:
    state.database = state.spelled(cursor.name("a database"))
    cursor.end()


def ignored(cursor: Cursor, state: State) -> None:
    """LOCK TABLES, UNLOCK TABLES, START TRANSACTION, COMMIT: how a dump is loaded."""
    cursor.i = len(cursor.tokens) - 1


def begin(cursor: Cursor, state: State) -> None:
    """`BEGIN [WORK]`: as START TRANSACTION. A block, which MariaDB takes outside a routine, is refused."""
    cursor.take("WORK")
    cursor.end()


def drop_database(cursor: Cursor, state: State) -> None:
    """`DATABASE [IF EXISTS] name`: a dump says so before it creates it."""
    forgiving = cursor.take("IF", "EXISTS")
    token = cursor.token
    name = state.spelled(cursor.name("a database"))
    there = state.schemas.pop(name, None) is not None
    if not there and not forgiving:
        raise state.missing(cursor, ObjectKey(kind=Kind.SCHEMA, name=name), token)
    state.tables = {k: t for k, t in state.tables.items() if k.schema != name}
    state.objects = {k: o for k, o in state.objects.items() if k.schema != name}
    state.places = {k: p for k, p in state.places.items() if name not in (k.schema, k.schema or k.name)}
    state.values = [v for v in state.values if v[0].schema != name]
    state.trigger_order = {k: o for k, o in state.trigger_order.items() if k[0].schema != name}
    cursor.end()


def do(cursor: Cursor, state: State) -> None:
    """`DO SETVAL(sequence, ...)`: how far a sequence has come is data. Raises NotDdlError for any other."""
    if not (cursor.at("SETVAL") or cursor.at("NEXTVAL")):
        cursor.i -= 1
        raise not_ddl(cursor)
    ignored(cursor, state)


def create_database(cursor: Cursor, state: State) -> None:
    """`DATABASE [IF NOT EXISTS] name [options]`."""
    there = cursor.take("IF", "NOT", "EXISTS")
    token = cursor.token
    name = state.spelled(cursor.name("a database"))
    key = ObjectKey(kind=Kind.SCHEMA, name=name)
    if name in state.schemas and not there:
        raise state.duplicate(cursor, key, token)
    schema = _with_options(cursor, state.schemas.get(name) or Schema(name=name))
    state.schemas[name] = schema
    state.places[key] = cursor.place(token)


def alter_database(cursor: Cursor, state: State) -> None:
    """`ALTER DATABASE [name] options`: a dump sets the collation of a routine's database so, and puts it back."""
    name = state.database
    if cursor.at_name and cursor.word not in ("DEFAULT", "CHARACTER", "CHARSET", "COLLATE", "ENCRYPTION", "COMMENT"):
        name = state.spelled(cursor.name("a database"))
    state.schemas[name] = _with_options(cursor, state.schemas.get(name) or Schema(name=name))


def _with_options(cursor: Cursor, schema: Schema) -> Schema:
    options = schema.options if isinstance(schema.options, SchemaOptions) else SchemaOptions()
    while not cursor.done:
        if charset(cursor):
            options = replace(options, charset=charset_name(cursor.word_or_string("a character set")), collation=None)
        elif cursor.take("COLLATE") or cursor.take("DEFAULT", "COLLATE"):
            cursor.take("=")
            options = replace(options, collation=collation_name(cursor.word_or_string("a collation")))
        elif cursor.take("ENCRYPTION") or cursor.take("DEFAULT", "ENCRYPTION"):
            cursor.take("=")
            options = replace(options, encryption=cursor.string("Y or N").upper() == "Y" or None)
        elif cursor.take("COMMENT"):
            cursor.take("=")
            schema = replace(schema, comment=cursor.string("a comment") or None)
        else:
            raise cursor.unexpected()
    return replace(schema, options=options if options != SchemaOptions() else None)


def not_ddl(cursor: Cursor) -> NotDdlError:
    token = cursor.token
    what = cursor.word if token.sort is Sort.WORD else "this"
    error = cursor.error(NotDdlError, f"{what} describes no schema", hint="move it out of the schema files")
    assert isinstance(error, NotDdlError)
    return error
