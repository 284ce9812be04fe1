"""CREATE TYPE ... AS RANGE."""

from __future__ import annotations

from schemactl.errors import SqlSyntaxError
from schemactl.model import DataType, ObjectKey, Range
from schemactl_postgres.names import MAX_BYTES, clipped
from schemactl_postgres.read.collation import parse_collation
from schemactl_postgres.read.cursor import Cursor
from schemactl_postgres.read.state import State
from schemactl_postgres.read.tokens import Token
from schemactl_postgres.read.type_name import parse_type
from schemactl_postgres.sql import quoted


def create_range(cursor: Cursor, state: State, key: ObjectKey, at: Token) -> None:
    """After the words CREATE TYPE name AS RANGE."""
    subtype: DataType | None = None
    names: dict[str, str | None] = {}
    multirange = multirange_name(key.name)

    def one() -> None:
        nonlocal subtype, multirange
        token = cursor.token
        option = cursor.name("an option", label=True)
        cursor.expect("=")
        if option in names:
            raise cursor.error(SqlSyntaxError, f"the option {option} is given twice", token)
        names[option] = None
        if option == "subtype":
            subtype = parse_type(cursor, state).type
        elif option == "multirange_type_name":
            name = cursor.qualified("a type")
            if name.schema not in (None, key.schema):
                raise cursor.error(SqlSyntaxError, "a multirange stands in the schema of its range", name.token)
            multirange = name.name
        elif option == "collation":
            names[option] = parse_collation(cursor, state)
        elif option in ("subtype_opclass", "canonical", "subtype_diff"):
            name = cursor.qualified()
            own = name.schema in (None, "pg_catalog")
            names[option] = quoted(name.name) if own else f"{quoted(name.schema or '')}.{quoted(name.name)}"
        else:
            raise cursor.error(SqlSyntaxError, f"{option} is no option of a range", token)

    cursor.listed(one)
    cursor.end()
    if subtype is None:
        raise cursor.error(SqlSyntaxError, "a range needs a subtype", at)
    state.types[key] = Range(
        schema=key.schema,
        name=key.name,
        subtype=subtype,
        multirange=multirange,
        opclass=names.get("subtype_opclass"),
        collation=names.get("collation"),
        canonical=names.get("canonical"),
        subtype_diff=names.get("subtype_diff"),
    )
    state.places[key] = cursor.place(at)


def multirange_name(name: str) -> str:
    """What the server calls the multirange of a range: `floatmultirange` of `floatrange`, else `name_multirange`."""
    before, found, after = name.partition("range")
    if found:
        return clipped(f"{before}multirange{after}")
    return clipped(name, MAX_BYTES - len("_multirange")) + "_multirange"
