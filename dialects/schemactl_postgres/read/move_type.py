"""RENAME and SET SCHEMA of types: what is of them follows, as on the server."""

from __future__ import annotations

from dataclasses import replace

from schemactl.errors import UnsupportedError
from schemactl.model import Composite, DataType, Domain, Enum, Expression, Kind, ObjectKey, Range, UserType
from schemactl_postgres.read.cursor import Cursor
from schemactl_postgres.read.state import State
from schemactl_postgres.read.tokens import Token
from schemactl_postgres.read.typed import move_of_type
from schemactl_postgres.sql import qualified


def beneath(it: Composite | Domain | Range) -> tuple[DataType, ...]:
    """The types that a type is made of."""
    match it:
        case Composite():
            return tuple(a.type for a in it.attributes)
        case Domain():
            return (it.type,)
        case Range():
            return (it.subtype,)


def move_type(cursor: Cursor, state: State, found: UserType, schema: str, name: str, token: Token) -> None:
    """Give a type another name or schema. Expressions that cast to it are not rewritten: they are refused."""
    old, new = found.key, ObjectKey(kind=Kind.TYPE, schema=schema, name=name)
    state.refuse_taken_type(cursor, new, token)
    _refuse_casts(cursor, state, old, token)
    for table in state.drafts():
        for column in table.columns.values():
            table.columns[column.name] = replace(column, type=_followed(column.type, old, new))
    for key, other in state.types.items():
        state.types[key] = _type_followed(other, old, new)
    if isinstance(found, Enum):
        del state.enums[old]
        state.enums[new] = replace(found, schema=schema, name=name)
    else:
        moved = state.types.pop(old)
        state.types[new] = replace(moved, schema=schema, name=name)
    if isinstance(found, Composite):
        state.relations.pop((old.schema, old.name), None)
        state.claim(schema, name, new, cursor, token)
        move_of_type(state, old, new)
    state.move_privileges(old, new)
    state.places.pop(old, None)
    state.places[new] = cursor.place(token)


def _followed(data: DataType, old: ObjectKey, new: ObjectKey) -> DataType:
    if data.uses != old:
        return data
    return DataType(text=qualified(new) + data.text.removeprefix(qualified(old)), uses=new)


def _type_followed(it: Composite | Domain | Range, old: ObjectKey, new: ObjectKey) -> Composite | Domain | Range:
    match it:
        case Composite():
            return replace(it, attributes=tuple(replace(a, type=_followed(a.type, old, new)) for a in it.attributes))
        case Domain():
            return replace(it, type=_followed(it.type, old, new))
        case Range():
            return replace(it, subtype=_followed(it.subtype, old, new))


def _refuse_casts(cursor: Cursor, state: State, key: ObjectKey, token: Token) -> None:
    for owner, expressions in _expressions(state):
        if any(e is not None and key in e.uses for e in expressions):
            raise cursor.error(
                UnsupportedError,
                f"renaming {key}, which an expression of {owner} casts to",
                token,
                subject=key.path,
                hint="create the type under its last name",
            )


def _expressions(state: State) -> list[tuple[ObjectKey, list[Expression | None]]]:
    found: list[tuple[ObjectKey, list[Expression | None]]] = []
    for table in state.drafts():
        expressions = [c.default for c in table.columns.values()]
        expressions += [getattr(c, "expression", None) for c in table.constraints.values()]
        expressions += [i.predicate for i in table.indexes.values()]
        found.append((table.key, expressions))
    for it in state.types.values():
        if isinstance(it, Domain):
            found.append((it.key, [it.default, *(c.expression for c in it.constraints)]))  # noqa: PERF401
    return found
