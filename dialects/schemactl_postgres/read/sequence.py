"""CREATE and ALTER SEQUENCE, and the options that identities have in common with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from schemactl.errors import NotDdlError, SqlSyntaxError, UnknownTypeError, UnsupportedError
from schemactl.model import Column, DataType, Kind, ObjectKey, Sequence, SequenceOptions
from schemactl_postgres.read.cursor import Cursor, Name
from schemactl_postgres.read.expressions import nextval
from schemactl_postgres.read.state import State
from schemactl_postgres.read.tokens import Token
from schemactl_postgres.read.type_name import parse_type

#: The least and the greatest value of each type that a sequence can have.
RANGES = {
    "smallint": (-(2**15), 2**15 - 1),
    "integer": (-(2**31), 2**31 - 1),
    "bigint": (-(2**63), 2**63 - 1),
}


@dataclass(slots=True)
class Given:
    """What a list of sequence options states. `no_minimum` and `no_maximum` are said by NO MINVALUE, NO MAXVALUE."""

    type: DataType | None = None
    start: int | None = None
    increment: int | None = None
    minimum: int | None = None
    maximum: int | None = None
    no_minimum: bool = False
    no_maximum: bool = False
    cache: int | None = None
    cycle: bool | None = None
    name: Name | None = None
    owner: tuple[str, ...] | None = None
    owner_token: Token | None = None


def parse_options(cursor: Cursor) -> Given:
    """Read options in any order, up to the first word that is none. `owner` is () for OWNED BY NONE."""
    given = Given()
    while _option(cursor, given):
        pass
    return given


def _option(cursor: Cursor, given: Given) -> bool:
    token = cursor.token
    if cursor.take("INCREMENT"):
        cursor.take("BY")
        given.increment = _once(cursor, token, given.increment, cursor.integer)
        if not given.increment:
            raise cursor.error(SqlSyntaxError, "INCREMENT must not be zero", token)
    elif cursor.take("START"):
        cursor.take("WITH")
        given.start = _once(cursor, token, given.start, cursor.integer)
    elif cursor.take("MINVALUE"):
        given.minimum = _once(cursor, token, given.minimum, cursor.integer)
    elif cursor.take("MAXVALUE"):
        given.maximum = _once(cursor, token, given.maximum, cursor.integer)
    elif cursor.take("NO", "MINVALUE"):
        given.no_minimum = True
    elif cursor.take("NO", "MAXVALUE"):
        given.no_maximum = True
    elif cursor.take("CACHE"):
        given.cache = _once(cursor, token, given.cache, cursor.integer)
    elif cursor.take("NO", "CYCLE"):
        given.cycle = False
    elif cursor.take("CYCLE"):
        given.cycle = True
    else:
        return _rare_option(cursor, given, token)
    return True


def _rare_option(cursor: Cursor, given: Given, token: Token) -> bool:
    if cursor.take("AS"):
        given.type = parse_sequence_type(cursor)
    elif cursor.take("SEQUENCE", "NAME"):
        given.name = cursor.qualified("a sequence")
    elif cursor.take("OWNED", "BY"):
        given.owner_token = cursor.token
        given.owner = () if cursor.take("NONE") else _owner(cursor)
    elif cursor.at("RESTART"):
        raise cursor.error(
            NotDdlError,
            "RESTART moves a counter and describes no schema",
            token,
            hint="START says where a new one begins",
        )
    else:
        return False
    return True


def _once(cursor: Cursor, token: Token, before: int | None, read: Callable[[], int]) -> int:
    if before is not None:
        raise cursor.error(SqlSyntaxError, "this option is given twice", token)
    return read()


def parse_sequence_type(cursor: Cursor) -> DataType:
    token = cursor.token
    data = parse_type(cursor, State("")).type
    if data.text not in RANGES:
        raise cursor.error(UnknownTypeError, "a sequence is of type smallint, integer or bigint", token)
    return data


def _owner(cursor: Cursor) -> tuple[str, ...]:
    parts = [cursor.name()]
    while cursor.take("."):
        parts.append(cursor.name(label=True))
    if not 2 <= len(parts) <= 3:
        raise cursor.unexpected("expected table.column after OWNED BY")
    return tuple(parts)


def resolved(cursor: Cursor, token: Token, given: Given, type_text: str) -> SequenceOptions:
    """All numbers of a new sequence, by its type and direction."""
    low, high = RANGES[type_text]
    increment = given.increment if given.increment is not None else 1
    up = increment > 0
    minimum = given.minimum if given.minimum is not None else (1 if up else low)
    maximum = given.maximum if given.maximum is not None else (high if up else -1)
    start = given.start if given.start is not None else (minimum if up else maximum)
    return _valid(
        cursor,
        token,
        SequenceOptions(
            start=start,
            increment=increment,
            minimum=minimum,
            maximum=maximum,
            cache=given.cache if given.cache is not None else 1,
            cycle=bool(given.cycle),
        ),
        type_text,
    )


def altered(
    cursor: Cursor, token: Token, given: Given, old: SequenceOptions, old_type: str, new_type: str
) -> SequenceOptions:
    """The numbers after an ALTER: a limit that was the old type's own becomes the new type's."""
    increment = given.increment if given.increment is not None else old.increment
    up = increment > 0
    (old_low, old_high), (low, high) = RANGES[old_type], RANGES[new_type]
    minimum, maximum = old.minimum, old.maximum
    if given.minimum is not None:
        minimum = given.minimum
    elif given.no_minimum or (old_type != new_type and old.minimum == old_low):
        minimum = 1 if up else low
    if given.maximum is not None:
        maximum = given.maximum
    elif given.no_maximum or (old_type != new_type and old.maximum == old_high):
        maximum = high if up else -1
    return _valid(
        cursor,
        token,
        SequenceOptions(
            start=given.start if given.start is not None else old.start,
            increment=increment,
            minimum=minimum,
            maximum=maximum,
            cache=given.cache if given.cache is not None else old.cache,
            cycle=given.cycle if given.cycle is not None else old.cycle,
        ),
        new_type,
    )


def _valid(cursor: Cursor, token: Token, options: SequenceOptions, type_text: str) -> SequenceOptions:
    low, high = RANGES[type_text]
    problem = ""
    if not (low <= options.minimum and options.maximum <= high):
        problem = f"a limit of the sequence is out of range for {type_text}"
    elif options.minimum >= options.maximum:
        problem = f"MINVALUE ({options.minimum}) must be less than MAXVALUE ({options.maximum})"
    elif not options.minimum <= options.start <= options.maximum:
        problem = f"START ({options.start}) lies outside of MINVALUE and MAXVALUE"
    elif options.cache < 1:
        problem = "CACHE must be at least 1"
    if problem:
        raise cursor.error(SqlSyntaxError, problem, token)
    return options


def create_sequence(cursor: Cursor, state: State, *, unlogged: bool) -> None:
    """After the words CREATE [UNLOGGED] SEQUENCE."""
    lenient = cursor.take("IF", "NOT", "EXISTS")
    name = cursor.qualified("a sequence")
    schema = state.home(name, cursor)
    key = ObjectKey(kind=Kind.SEQUENCE, schema=schema, name=name.name)
    given = parse_options(cursor)
    cursor.end()
    if given.name:
        raise cursor.error(SqlSyntaxError, "SEQUENCE NAME belongs to an identity column", given.name.token)
    if lenient and (schema, name.name) in state.relations:
        return
    data = given.type or DataType(text="bigint")
    sequence = Sequence(
        schema=schema,
        name=name.name,
        type=data,
        options=resolved(cursor, name.token, given, data.text),
        owned_by=_owned_by(cursor, state, given, schema),
        unlogged=unlogged,
    )
    state.claim(schema, name.name, key, cursor, name.token)
    state.sequences[key] = sequence
    state.places[key] = cursor.place(name.token)


def _owned_by(cursor: Cursor, state: State, given: Given, schema: str) -> ObjectKey | None:
    if not given.owner:
        return None
    *path, column = given.owner
    name = Name(path[0] if len(path) == 2 else None, path[-1], given.owner_token or cursor.token)
    table = state.table(name, cursor)
    if column not in table.columns:
        raise state.missing(cursor, "column", f"{table.key.path}.{column}", given.owner_token)
    if table.schema != schema:
        raise cursor.error(
            SqlSyntaxError, "a sequence must be in the schema of the table that owns it", given.owner_token
        )
    return table.child(Kind.COLUMN, column)


def alter_sequence(cursor: Cursor, state: State) -> None:
    """After the words ALTER SEQUENCE."""
    lenient = cursor.take("IF", "EXISTS")
    name = cursor.qualified("a sequence")
    if cursor.take("OWNER", "TO"):
        cursor.name("a role", label=True)
        cursor.end()
        return
    sequence = state.find_sequence(name)
    if sequence is None:
        taken = state.find_relation(name)
        if taken is not None and taken.kind is Kind.SEQUENCE:
            raise cursor.error(
                UnsupportedError,
                f"altering the sequence of an identity column: {name}",
                name.token,
                subject=str(name),
                hint="state its options where the column is made an identity",
            )
        if lenient:
            return
        raise state.missing(cursor, "sequence", name)
    if cursor.take("RENAME", "TO"):
        token = cursor.token
        move_sequence(cursor, state, sequence, sequence.schema, cursor.name(), token)
    elif cursor.take("SET", "SCHEMA"):
        token = cursor.token
        move_sequence(cursor, state, sequence, cursor.name(), sequence.name, token)
    elif cursor.take("SET", "LOGGED"):
        state.sequences[sequence.key] = replace(sequence, unlogged=False)
    elif cursor.take("SET", "UNLOGGED"):
        state.sequences[sequence.key] = replace(sequence, unlogged=True)
    else:
        _alter_options(cursor, state, sequence, name)
    cursor.end()


def _alter_options(cursor: Cursor, state: State, sequence: Sequence, name: Name) -> None:
    before = cursor.i
    given = parse_options(cursor)
    if cursor.i == before:
        raise cursor.unexpected()
    if given.name:
        raise cursor.error(SqlSyntaxError, "SEQUENCE NAME belongs to an identity column", given.name.token)
    data = given.type or sequence.type
    owner = sequence.owned_by if given.owner is None else _owned_by(cursor, state, given, sequence.schema)
    state.sequences[sequence.key] = replace(
        sequence,
        type=data,
        options=altered(cursor, name.token, given, sequence.options, sequence.type.text, data.text),
        owned_by=owner,
    )


def move_sequence(cursor: Cursor, state: State, sequence: Sequence, schema: str, name: str, token: Token) -> None:
    """Rename a sequence, or move it to another schema; the defaults that read it follow, as on the server."""
    old = sequence.key
    moved = replace(sequence, schema=schema, name=name, generated_name=False)
    state.claim(schema, name, moved.key, cursor, token)
    state.relations.pop((old.schema, old.name), None)
    del state.sequences[old]
    state.move_privileges(old, moved.key)
    state.sequences[moved.key] = moved
    state.places.pop(old, None)
    state.places[moved.key] = cursor.place(token)
    for table in state.drafts():
        for column in table.columns.values():
            if column.default is not None and old in column.default.uses:
                table.columns[column.name] = _following(cursor, column, old, moved.key)


def _following(cursor: Cursor, column: Column, old: ObjectKey, new: ObjectKey) -> Column:
    default = column.default
    if default is None or default.text.lower().count("nextval") != 1:
        raise cursor.error(
            UnsupportedError, f"renaming {old}, which the default of {column.name} mentions", hint="write the new name"
        )
    text = nextval(new)
    uses = tuple(new if k == old else k for k in default.uses)
    return replace(column, default=replace(default, text=text, canonical=text, uses=uses))
