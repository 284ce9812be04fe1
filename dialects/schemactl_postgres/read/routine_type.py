"""Types where a routine names them: without modifiers, pseudo-types too, and `table.column%TYPE`."""

from __future__ import annotations

from dataclasses import replace

from schemactl.errors import UnknownTypeError, UnsupportedError
from schemactl.model import DataType, Kind, ObjectKey, Range
from schemactl_postgres import types
from schemactl_postgres.read.cursor import Cursor, Name
from schemactl_postgres.read.state import State
from schemactl_postgres.read.tokens import Sort, Token
from schemactl_postgres.read.type_name import parse_type
from schemactl_postgres.sql import qualified, quoted

#: Types of pg_catalog that no column can have, and a routine can: as format_type prints them.
PSEUDO = {
    name: name
    for name in """
    anyarray anycompatible anycompatiblearray anycompatiblemultirange anycompatiblenonarray anycompatiblerange
    anyelement anyenum anymultirange anynonarray anyrange cstring event_trigger fdw_handler index_am_handler internal
    language_handler pg_ddl_command record table_am_handler trigger tsm_handler unknown void
    """.split()
} | {"any": '"any"'}


def parse_routine_type(cursor: Cursor, state: State) -> DataType:
    """The type of an argument or a result, as the server keeps it. Raises UnknownTypeError, SqlSyntaxError."""
    first = cursor.token
    found = _of_column(cursor, state) or _server_only(cursor)
    if found is None:
        read = parse_type(cursor, state)
        if read.serial:
            raise cursor.error(UnknownTypeError, "serial is no type of an argument or a result", first)
        found = without_modifiers(read.type)
    while cursor.take("["):
        if cursor.token.sort is Sort.NUMBER:
            cursor.i += 1
        cursor.expect("]")
        found = DataType(text=f"{found.text.removesuffix('[]')}[]", uses=found.uses)
    return resolved_row(found, state.search_path, state)


def resolved_row(data: DataType, search_path: tuple[str, ...], state: State) -> DataType:
    """An unqualified type that is the row of a relation, or that the script has made by now, with its schema."""
    if data.uses is None or data.uses.schema:
        return data
    ranges = {(r.schema, r.multirange) for r in state.types.values() if isinstance(r, Range)}
    for schema in search_path:
        key = ObjectKey(kind=Kind.TYPE, schema=schema, name=data.uses.name)
        taken = state.relations.get((schema, key.name))
        known = key in state.enums or key in state.types or (schema, key.name) in ranges
        if known or (taken is not None and taken.kind in (Kind.TABLE, Kind.VIEW)):
            return DataType(text=qualified(key) + data.text.removeprefix(quoted(key.name)), uses=key)
    return data


def without_modifiers(data: DataType) -> DataType:
    """`character varying` of `character varying(9)`: a routine's types have no modifiers."""
    array = "[]" if data.text.endswith("[]") else ""
    bare = data.text.removesuffix("[]")
    if data.uses is not None:
        name = qualified(data.uses) if data.uses.schema else quoted(data.uses.name)
        return replace(data, text=name + array)
    inner = types.internal(bare)
    if inner is None:
        return data
    plain = {"bpchar": "character", "bit": "bit"}.get(inner) or types.printed(inner, [], "")
    return DataType(text=plain + array)


def _server_only(cursor: Cursor) -> DataType | None:
    """A pseudo-type, or the row type of a table of pg_catalog."""
    at = cursor.i
    if cursor.token.sort not in (Sort.WORD, Sort.QUOTED):
        return None
    cursor.take("PG_CATALOG", ".")
    name = _plain(cursor, cursor.token)
    if cursor.ahead().word not in (".", "(") and name is not None:
        if name in PSEUDO and (name != "any" or cursor.token.sort is Sort.QUOTED):
            cursor.i += 1
            return DataType(text=PSEUDO[name])
        if name.startswith("pg_") and name not in types.BUILTIN:
            cursor.i += 1
            return DataType(text=quoted(name))
    cursor.i = at
    return None


def _plain(cursor: Cursor, token: Token) -> str | None:
    text = cursor.slice(token.start, token.stop)
    if token.sort is Sort.WORD:
        return text.lower()
    return text[1:-1] if token.sort is Sort.QUOTED else None


def _of_column(cursor: Cursor, state: State) -> DataType | None:
    """`table.column%TYPE`: the type that the column has by now, which is all that the server keeps of it."""
    at, parts, token = cursor.i, [], cursor.token
    while cursor.token.sort in (Sort.WORD, Sort.QUOTED):
        parts.append(cursor.i)
        cursor.i += 1
        if not cursor.take("."):
            break
    is_reference = len(parts) in (2, 3) and cursor.at("%", "TYPE")
    if not is_reference:
        cursor.i = at
        return None
    cursor.i = at
    names = [cursor.name("a name")]
    while cursor.take("."):
        names.append(cursor.name("a name", label=True))
    cursor.expect("%", "TYPE")
    table = state.find_table(Name(names[-3] if len(names) == 3 else None, names[-2], token))
    column = table.columns.get(names[-1]) if table is not None else None
    if column is None:
        raise cursor.error(
            UnsupportedError,
            f"the type of a column that the desired schema has not created: {'.'.join(names)}",
            token,
            subject=".".join(names),
            hint="create the table before the routine, or write the type itself",
        )
    return without_modifiers(column.type)
