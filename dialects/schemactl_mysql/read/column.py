"""A column: its type and its attributes, in any order."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from schemactl.errors import SqlSyntaxError
from schemactl.model import Column, DataType, Expression, Generated, IndexPart, Kind
from schemactl.reading import Token
from schemactl_mysql.options import ColumnOptions, IndexOptions
from schemactl_mysql.read.constraint import add_check, add_foreign_key, add_primary_key
from schemactl_mysql.read.cursor import Cursor
from schemactl_mysql.read.expressions import default_value, expression, in_parentheses
from schemactl_mysql.read.index import Body, add_index
from schemactl_mysql.read.state import State, TableDraft
from schemactl_mysql.read.type_name import ReadType, compression, parse_type
from schemactl_mysql.sql import quoted
from schemactl_mysql.types import base, collation_name

#: Options that are kept as they stand, by their names in SHOW CREATE TABLE.
_KEPT = ("COLUMN_FORMAT", "STORAGE", "ENGINE_ATTRIBUTE", "SECONDARY_ENGINE_ATTRIBUTE")
#: What ends a column: the next thing, its place in the table, or the partitions at the end of ALTER TABLE.
_BEHIND = frozenset({",", ")", "FIRST", "AFTER", "PARTITION", "REMOVE"})
_TIMES = frozenset({"timestamp", "datetime"})
#: Since these versions a REFERENCES behind a column is a foreign key; before, the server read it and forgot it.
_INLINE_REFERENCES = {False: (9, 0), True: (10, 5)}


@dataclass(slots=True)
class _Draft:
    """A column while its attributes are read."""

    name: str
    read: ReadType
    nullable: bool | None = None
    default: Expression | None = None
    generated: Generated | None = None
    collation: str | None = None
    comment: str | None = None
    options: ColumnOptions = field(default_factory=ColumnOptions)
    unique: bool = False
    primary: Token | None = None


def column(cursor: Cursor, state: State, table: TableDraft) -> Column:
    """`name type attribute ...`, put at the end of the table. Raises DuplicateObjectError."""
    token = cursor.token
    name = cursor.name("a column name")
    if name.lower() in table.columns:
        raise state.duplicate(cursor, table.child(Kind.COLUMN, name), token)
    return define(cursor, state, table, name, token)


def define(cursor: Cursor, state: State, table: TableDraft, name: str, token: Token) -> Column:
    """What stands behind the name of a column: put into the table under that name, where it stands or at the end."""
    draft = _Draft(name, parse_type(cursor))
    if draft.read.serial:
        draft.nullable, draft.unique = False, True
        draft.options = replace(draft.options, auto_increment=True)
    if draft.read.json:
        draft.options = replace(draft.options, check=expression(f"json_valid({quoted(name)})"))
    while not cursor.done and cursor.word not in _BEHIND:
        _attribute(cursor, state, table, draft)
    made = _made(draft)
    state.values += ((table, name.lower(), value, cursor.place(at)) for value, at in draft.read.values)
    table.columns[name.lower()] = made
    state.places[table.child(Kind.COLUMN, name)] = cursor.place(token)
    part = IndexPart(column=name)
    if draft.primary is not None:
        add_primary_key(cursor, state, table, Body((part,), IndexOptions(), None), draft.primary)
    if draft.unique:
        index = add_index(cursor, table, None, token, Body((part,), IndexOptions(), None), method="btree", unique=True)
        state.places[table.child(Kind.INDEX, index.name)] = cursor.place(token)
    return made


def _made(draft: _Draft) -> Column:
    read, options = draft.read, draft.options
    options = replace(options, charset=read.charset, binary=read.binary)
    if read.compressed is not None:
        options = replace(options, compressed=read.compressed)
    default = draft.default
    if default is not None and default.text.upper() == "NULL":
        default = None
    return Column(
        name=draft.name,
        type=DataType(text=read.text),
        nullable=draft.nullable is not False,
        default=default,
        generated=draft.generated,
        collation=draft.collation or read.collation,
        comment=draft.comment,
        options=options if options != ColumnOptions() else None,
    )


def _attribute(cursor: Cursor, state: State, table: TableDraft, draft: _Draft) -> None:
    token = cursor.token
    symbol: str | None = None
    if cursor.take("CONSTRAINT") and not cursor.at("CHECK") and not cursor.at("REFERENCES"):
        symbol = cursor.name("the name of the constraint")
    if cursor.at("CHECK"):
        check = add_check(cursor, state, table, symbol=symbol, token=token, inline=True)
        if check is not None:
            draft.options = replace(draft.options, check=check)
        return
    if cursor.at("REFERENCES"):
        _references(cursor, state, table, draft, symbol, token)
        return
    if symbol is not None:
        raise cursor.unexpected("expected CHECK")
    if not (
        _value(cursor, state, draft)
        or _key(cursor, draft, token)
        or _generated(cursor, draft)
        or _option(cursor, draft)
    ):
        raise cursor.unexpected()


def _references(
    cursor: Cursor, state: State, table: TableDraft, draft: _Draft, symbol: str | None, token: Token
) -> None:
    flavour = cursor.lexical.flavour
    if flavour.version >= _INLINE_REFERENCES[flavour.mariadb]:
        add_foreign_key(cursor, state, table, (draft.name,), symbol=symbol, index=None, token=token)
        return
    forgotten = TableDraft(table.schema, table.name)
    add_foreign_key(
        cursor,
        State(table.schema, lexical=state.lexical),
        forgotten,
        (draft.name,),
        symbol=symbol,
        index=None,
        token=token,
    )


def _value(cursor: Cursor, state: State, draft: _Draft) -> bool:
    """What the column holds and says of itself."""
    if cursor.take("NOT", "NULL"):
        draft.nullable = False
    elif cursor.take("NULL"):
        draft.nullable = True
    elif cursor.take("DEFAULT"):
        draft.default = default_value(cursor, state.database)
    elif cursor.take("ON", "UPDATE"):
        draft.options = replace(draft.options, on_update=default_value(cursor))
    elif cursor.take("COMMENT"):
        draft.comment = cursor.string("a comment") or None
    elif cursor.take("COLLATE"):
        draft.collation = collation_name(cursor.word_or_string("a collation"))
    elif cursor.take("AUTO_INCREMENT"):
        draft.options = replace(draft.options, auto_increment=True)
    elif cursor.take("SERIAL", "DEFAULT", "VALUE"):
        draft.nullable, draft.unique = False, True
        draft.options = replace(draft.options, auto_increment=True)
    else:
        return False
    return True


def _key(cursor: Cursor, draft: _Draft, token: Token) -> bool:
    if cursor.take("PRIMARY"):
        cursor.take("KEY")
        draft.primary = token
    elif cursor.take("UNIQUE"):
        cursor.take("KEY")
        draft.unique = True
    elif cursor.take("KEY"):
        draft.primary = token
    else:
        return False
    return True


def _generated(cursor: Cursor, draft: _Draft) -> bool:
    always = cursor.take("GENERATED", "ALWAYS")
    if not cursor.take("AS"):
        if always:
            raise cursor.unexpected("expected AS")
        return False
    if cursor.take("ROW"):
        word = cursor.take_any("START", "END")
        if word is None:
            raise cursor.unexpected("expected START or END")
        draft.options = replace(draft.options, row=word)
        draft.nullable = False
        return True
    item = in_parentheses(cursor)
    stored = cursor.take_any("VIRTUAL", "STORED", "PERSISTENT") in ("STORED", "PERSISTENT")
    draft.generated = Generated(expression=item, stored=stored)
    return True


def _option(cursor: Cursor, draft: _Draft) -> bool:
    options = draft.options
    if word := cursor.take_any("VISIBLE", "INVISIBLE"):
        options = replace(options, invisible=word == "INVISIBLE")
    elif cursor.take_any("SRID", "REF_SYSTEM_ID"):
        cursor.take("=")
        options = replace(options, srid=cursor.integer())
    elif cursor.take("COMPRESSED"):
        options = replace(options, compressed=compression(cursor))
    elif cursor.take("WITH", "SYSTEM", "VERSIONING"):
        options = replace(options, versioned=True)
    elif cursor.take("WITHOUT", "SYSTEM", "VERSIONING"):
        options = replace(options, versioned=False)
    elif word := cursor.take_any(*_KEPT):
        cursor.take("=")
        token = cursor.next()
        value = cursor.slice(token.start, token.stop)
        if (word, value.upper()) not in (("COLUMN_FORMAT", "DEFAULT"), ("STORAGE", "DEFAULT")):
            options = replace(options, other=tuple(sorted((*options.other, (word, value)))))
    elif cursor.at("CHARACTER", "SET") or cursor.at("CHARSET"):
        raise cursor.error(SqlSyntaxError, "CHARACTER SET belongs behind the type", hint="move it there")
    else:
        return False
    draft.options = options
    return True


def is_time(text: str) -> bool:
    return base(text) in _TIMES
