"""CREATE OPERATOR and ALTER OPERATOR."""

from __future__ import annotations

from dataclasses import replace

from schemactl.errors import SqlSyntaxError
from schemactl.model import DataType, Definition, Kind
from schemactl_postgres.read.cursor import Cursor
from schemactl_postgres.read.define import add, alter_definition, any_operator, operator_name, properties, put, written
from schemactl_postgres.read.routine_type import parse_routine_type
from schemactl_postgres.read.state import State

_FUNCTIONS = frozenset({"function", "procedure", "restrict", "join"})
_LINKS = frozenset({"commutator", "negator"})
_OPERANDS = frozenset({"leftarg", "rightarg"})
_FLAGS = frozenset({"hashes", "merges"})
#: Parts of old, each of which means that the operator can merge.
_SORTS = frozenset({"sort1", "sort2", "ltcmp", "gtcmp"})


def create_operator(cursor: Cursor, state: State) -> None:
    """After the words CREATE OPERATOR."""
    name = operator_name(cursor)
    types: dict[str, DataType] = {}

    def value(option: str) -> str:
        if option in _OPERANDS:
            cursor.expect("=")
            types[option] = parse_routine_type(cursor, state)
            return ""
        return _value(cursor, option)

    known = _FUNCTIONS | _LINKS | _OPERANDS | _FLAGS | _SORTS
    given = {k: v for k, v in properties(cursor, value, known).items() if k not in _OPERANDS}
    cursor.end()
    if given.keys() & _SORTS:
        given = {k: v for k, v in given.items() if k not in _SORTS} | {"merges": ""}
    if "procedure" in given:
        given["function"] = given.pop("procedure")
    if "function" not in given or "rightarg" not in types:
        what = "function" if "function" not in given else "right operand"
        raise cursor.error(SqlSyntaxError, f"the operator {name} has no {what}", name.token)
    it = Definition(
        kind=Kind.OPERATOR,
        schema=state.home(name, cursor),
        name=name.name,
        types=(types.get("leftarg", DataType(text="NONE")), types["rightarg"]),
        properties=_plain(given),
    )
    add(cursor, state, it, name.token)


def _value(cursor: Cursor, option: str) -> str:
    """What follows the name of an option; "none" says that there is none of it."""
    if option in _FLAGS:
        return "none" if cursor.take("=") and cursor.name("true or false", label=True) in ("false", "off") else ""
    cursor.expect("=")
    if cursor.take("NONE"):
        return "none"
    if option in _FUNCTIONS:
        return written(cursor.qualified("a function"))
    return any_operator(cursor)


def _plain(given: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((k, v) for k, v in given.items() if v != "none"))


def alter_operator(cursor: Cursor, state: State) -> None:
    """After the words ALTER OPERATOR."""

    def set_(found: Definition) -> None:
        cursor.expect("SET")
        known = (_FUNCTIONS - {"function", "procedure"}) | _LINKS | _FLAGS
        given = properties(cursor, lambda option: _value(cursor, option), known)
        put(state, replace(found, properties=_plain(dict(found.properties) | given)))

    alter_definition(cursor, state, Kind.OPERATOR, set_)
