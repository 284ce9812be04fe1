"""Operator classes and families. What stands in a class is, to the server, a member of its family: so it is here."""

from __future__ import annotations

from dataclasses import replace

from schemactl.errors import MissingObjectError, SqlSyntaxError, UnsupportedError
from schemactl.model import DataType, Definition, Kind
from schemactl_postgres.read.cursor import Cursor
from schemactl_postgres.read.define import (
    Reference,
    add,
    alter_definition,
    any_operator,
    find,
    forget,
    operands,
    qualified_name,
    reference,
    signature,
    written,
)
from schemactl_postgres.read.routine_type import parse_routine_type
from schemactl_postgres.read.state import State

#: Which arguments of a support function tell its types, where a class leaves them out: by method and number. Those of
#: all others are for the type of the class.
_BY_ARGUMENTS = {("btree", 1): (0, 1), ("btree", 3): (0, 2), ("hash", 1): (0, 0), ("hash", 2): (0, 0)}


def create_family(cursor: Cursor, state: State) -> None:
    """After the words CREATE OPERATOR FAMILY."""
    family = reference(Kind.OPERATOR_FAMILY, cursor, state)
    cursor.end()
    add(cursor, state, _family(cursor, state, family), family.name.token)


def _family(cursor: Cursor, state: State, wanted: Reference) -> Definition:
    schema = state.home(wanted.name, cursor)
    return Definition(kind=Kind.OPERATOR_FAMILY, schema=schema, name=wanted.name.name, method=wanted.method)


def create_class(cursor: Cursor, state: State) -> None:
    """After the words CREATE OPERATOR CLASS. Without FAMILY the class gets one of its own name, made if need be."""
    name = cursor.qualified("an operator class")
    given = {"default": ""} if cursor.take("DEFAULT") else {}
    cursor.expect("FOR", "TYPE")
    data = parse_routine_type(cursor, state)
    cursor.expect("USING")
    method = cursor.name("an index method")
    stated = cursor.qualified("an operator family") if cursor.take("FAMILY") else None
    wanted = Reference(Kind.OPERATOR_FAMILY, stated or name, method=method)
    family = find(state, wanted)
    schema = state.home(name, cursor)
    if family is None and stated is None:
        family = _family(cursor, state, wanted)
        add(cursor, state, family, name.token)
    given["family"] = qualified_name(family) if family is not None else written(wanted.name)
    it = Definition(kind=Kind.OPERATOR_CLASS, schema=schema, name=name.name, method=method, types=(data,))
    home = replace(it, schema=family.schema if family is not None else schema)
    cursor.expect("AS")
    items = [_item(cursor, state, home, given["family"], data)]
    while cursor.take(","):
        items.append(_item(cursor, state, home, given["family"], data))
    cursor.end()
    storage = next((i for i in items if isinstance(i, DataType)), None)
    if storage is not None and storage.text != data.text:
        it = replace(it, types=(data, storage))
    it = replace(it, properties=tuple(sorted(given.items())))
    add(cursor, state, it, name.token)
    for item in items:
        if isinstance(item, Definition):
            family_key = (family.key,) if family is not None else ()
            add(cursor, state, replace(item, uses=(it.key, *family_key)), name.token)


def alter_family(cursor: Cursor, state: State) -> None:
    """After the words ALTER OPERATOR FAMILY."""

    def change(found: Definition) -> None:
        family = qualified_name(found)
        word = cursor.take_any("ADD", "DROP")
        if word is None:
            raise cursor.unexpected()
        while True:
            token = cursor.token
            if word == "ADD":
                item = _item(cursor, state, found, family, None)
                if not isinstance(item, Definition):
                    raise cursor.error(SqlSyntaxError, "STORAGE stands in a class alone", token)
                add(cursor, state, replace(item, uses=(found.key,)), token)
            else:
                _drop_member(cursor, state, found, family)
            if not cursor.take(","):
                break

    alter_definition(cursor, state, Kind.OPERATOR_FAMILY, change)


def _drop_member(cursor: Cursor, state: State, found: Definition, family: str) -> None:
    token = cursor.token
    sort = cursor.take_any("OPERATOR", "FUNCTION")
    if sort is None:
        raise cursor.unexpected("expected OPERATOR or FUNCTION")
    number = cursor.integer()
    types = _types(cursor, state, None)
    member = _member(found, f"{sort.lower()} {number}", family, types)
    if member.key not in state.definitions:
        raise cursor.error(MissingObjectError, f"the family has no {sort.lower()} {number} for these types", token)
    forget(state, member.key)


def _item(cursor: Cursor, state: State, home: Definition, family: str, data: DataType | None) -> Definition | DataType:
    """A member, or the type of STORAGE. `data` is the type of the class, None outside of one."""
    token = cursor.token
    sort = cursor.take_any("OPERATOR", "FUNCTION", "STORAGE")
    if sort is None:
        raise cursor.unexpected("expected OPERATOR, FUNCTION or STORAGE")
    if sort == "STORAGE":
        return parse_routine_type(cursor, state)
    number = cursor.integer()
    if sort == "OPERATOR":
        given = {"operator": any_operator(cursor)}
        types = operands(cursor, state) if cursor.at("(") else ()
        if not types and data is None:
            raise cursor.unexpected("expected the types of its operands")
        if cursor.take("FOR") and not cursor.take("SEARCH"):
            cursor.expect("ORDER", "BY")
            given["order_by"] = written(cursor.qualified("an operator family"))
        if cursor.at("RECHECK"):
            raise cursor.error(UnsupportedError, "RECHECK", hint="no server knows it any more: remove it")
        return _member(home, f"operator {number}", family, types or _twice(data), given)
    types = _types(cursor, state, data)
    function, arguments = signature(cursor, state)
    if not types:
        types = _told(home.method, number, arguments) or (_twice(data) if data is not None else ())
    if not types:
        raise cursor.error(
            UnsupportedError, f"FUNCTION {number} without the types that it is for", token, hint="write (left, right)"
        )
    return _member(home, f"function {number}", family, types + arguments, {"function": function})


def _twice(data: DataType | None) -> tuple[DataType, ...]:
    assert data is not None
    return (data, data)


def _types(cursor: Cursor, state: State, data: DataType | None) -> tuple[DataType, ...]:
    """`(left, right)`, or `(both)`."""
    if not cursor.at("("):
        return ()
    found = tuple(cursor.listed(lambda: parse_routine_type(cursor, state)))
    return found if len(found) == 2 else (found[0], found[0])


def _told(method: str, number: int, arguments: tuple[DataType, ...]) -> tuple[DataType, ...]:
    places = _BY_ARGUMENTS.get((method, number), ())
    return tuple(arguments[p] for p in places if p < len(arguments))


def _member(
    home: Definition, name: str, family: str, types: tuple[DataType, ...], given: dict[str, str] | None = None
) -> Definition:
    return Definition(
        kind=Kind.FAMILY_MEMBER,
        schema=home.schema,
        name=name,
        method=home.method,
        types=types,
        properties=tuple(sorted({"family": family, **(given or {})}.items())),
    )
