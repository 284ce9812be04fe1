"""What is alike for all that a Definition holds: how a statement names one, and ALTER, DROP and COMMENT ON."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from schemactl.errors import SourceError, SqlSyntaxError, UnsupportedError
from schemactl.model import DataType, Definition, Kind, ObjectKey
from schemactl.model.routines import INPUT
from schemactl_postgres.defined import WORDS
from schemactl_postgres.read.arguments import parse_arguments
from schemactl_postgres.read.cursor import Cursor, Name
from schemactl_postgres.read.routine import find_routines
from schemactl_postgres.read.routine_type import parse_routine_type, resolved_row
from schemactl_postgres.read.state import State
from schemactl_postgres.read.tokens import Sort, Token
from schemactl_postgres.sql import quoted

_OPERATOR = re.compile(r"[-+*/<>=~!@#%^&|`?]+")
#: These stand in no schema.
_GLOBAL = frozenset({Kind.ACCESS_METHOD, Kind.LANGUAGE})


class Reference(NamedTuple):
    """A definition as a statement names it. `types` are None where the statement says none."""

    kind: Kind
    name: Name
    types: tuple[DataType, ...] = ()
    method: str = ""

    def __str__(self) -> str:
        types = [t.text for t in self.types]
        match self.kind:
            case Kind.OPERATOR:
                return f"{self.name}({', '.join(types)})"
            case Kind.CAST:
                return " AS ".join(types)
            case Kind.TRANSFORM:
                return f"{types[0]} FOR {self.name}"
            case _:
                return f"{self.name} USING {self.method}" if self.method else str(self.name)


# -- names


def written(name: Name) -> str:
    """A name as it stands in the text, in SQL."""
    return f"{quoted(name.schema)}.{quoted(name.name)}" if name.schema is not None else quoted(name.name)


def qualified_name(it: Definition) -> str:
    """The name of one that stands in a schema, in SQL."""
    return f"{quoted(it.schema)}.{quoted(it.name)}"


def operator_name(cursor: Cursor) -> Name:
    """`schema.===` or `===`. Its text tells where an operator ends: the language's own are cut otherwise."""
    schema = None
    if cursor.token.sort in (Sort.WORD, Sort.QUOTED):
        schema = cursor.name("an operator")
        cursor.expect(".")
    token = cursor.token
    found = _OPERATOR.match(cursor.source.text, token.start)
    if token.sort is not Sort.OPERATOR or found is None:
        raise cursor.unexpected("expected an operator")
    while cursor.token.sort is not Sort.END and cursor.token.start < found.end():
        cursor.i += 1
    name = "<>" if found.group() == "!=" else found.group()  # the server knows but one of the two
    return Name(schema, name, token)


def any_operator(cursor: Cursor) -> str:
    """An operator as a value, `OPERATOR(schema.===)` or bare; the schema is quoted, as all names are."""
    stated = cursor.take("OPERATOR", "(")
    name = operator_name(cursor)
    if stated:
        cursor.expect(")")
    return f"{quoted(name.schema)}.{name.name}" if name.schema is not None else name.name


def operand(cursor: Cursor, state: State) -> DataType:
    """The type of an operand, or NONE."""
    return DataType(text="NONE") if cursor.take("NONE") else parse_routine_type(cursor, state)


def operands(cursor: Cursor, state: State) -> tuple[DataType, ...]:
    token = cursor.token
    found = tuple(cursor.listed(lambda: operand(cursor, state)))
    if len(found) != 2:
        raise cursor.error(SqlSyntaxError, "expected the types of two operands", token, hint="NONE stands for none")
    return found


def properties(cursor: Cursor, one: Callable[[str], str], known: frozenset[str] | None = None) -> dict[str, str]:
    """`(name = value, name)`; `one` reads what follows a name. Raises SqlSyntaxError for one that is not `known`."""
    given: dict[str, str] = {}

    def each() -> None:
        token = cursor.token
        name = cursor.name("an option", label=True)
        if known is not None and name not in known:
            raise cursor.error(SqlSyntaxError, f"{name} is no option here", token)
        if name in given:
            raise cursor.error(SqlSyntaxError, f"the option {name} is given twice", token)
        given[name] = one(name)

    cursor.listed(each)
    return given


# -- finding


def _plain(kind: Kind, cursor: Cursor, state: State) -> Reference:
    if kind in _GLOBAL:
        token = cursor.token
        return Reference(kind, Name("", cursor.name(f"the name of a {kind}"), token))
    return Reference(kind, cursor.qualified(f"the name of a {kind}"))


def _by_method(kind: Kind, cursor: Cursor, state: State) -> Reference:
    name = cursor.qualified(f"an {kind}")
    cursor.expect("USING")
    return Reference(kind, name, method=cursor.name("an index method"))


def _operator(cursor: Cursor, state: State) -> Reference:
    name = operator_name(cursor)
    return Reference(Kind.OPERATOR, name, operands(cursor, state))


def _cast(cursor: Cursor, state: State) -> Reference:
    token = cursor.token
    cursor.expect("(")
    source = parse_routine_type(cursor, state)
    cursor.expect("AS")
    target = parse_routine_type(cursor, state)
    cursor.expect(")")
    return Reference(Kind.CAST, Name("", "", token), (source, target))


def _transform(cursor: Cursor, state: State) -> Reference:
    cursor.expect("FOR")
    data = parse_routine_type(cursor, state)
    cursor.expect("LANGUAGE")
    token = cursor.token
    return Reference(Kind.TRANSFORM, Name("", cursor.name("a language"), token), (data,))


_REFERENCES: dict[Kind, Callable[[Cursor, State], Reference]] = {
    Kind.CAST: _cast,
    Kind.OPERATOR: _operator,
    Kind.OPERATOR_CLASS: partial(_by_method, Kind.OPERATOR_CLASS),
    Kind.OPERATOR_FAMILY: partial(_by_method, Kind.OPERATOR_FAMILY),
    Kind.TRANSFORM: _transform,
}
_KINDS = [(tuple(words.split()), kind) for kind, words in WORDS.items()] + [(("PROCEDURAL", "LANGUAGE"), Kind.LANGUAGE)]


def take_kind(cursor: Cursor) -> Kind | None:
    """Step over the words of a kind, if some come next."""
    return next((kind for words, kind in _KINDS if cursor.take(*words)), None)


def reference(kind: Kind, cursor: Cursor, state: State) -> Reference:
    """The name that comes next, with whatever tells one of this kind from others."""
    return _REFERENCES.get(kind, partial(_plain, kind))(cursor, state)


def find(state: State, wanted: Reference) -> Definition | None:
    return next(matches(state, wanted), None)


def matches(state: State, wanted: Reference) -> Iterator[Definition]:
    """In the order of the search_path. A type that was made in between has its schema on one side alone."""
    for schema in state.schemas_of(wanted.name):
        for it in state.definitions.values():
            if (it.kind, it.schema, it.name, it.method) == (wanted.kind, schema, wanted.name.name, wanted.method):
                own = [resolved_row(t, state.search_path, state).text for t in it.types]
                if all(a == b.text or a.endswith(f".{b.text}") for a, b in zip(own, wanted.types, strict=False)):
                    yield it


def add(cursor: Cursor, state: State, it: Definition, token: Token, *, replaces: bool = False) -> None:
    """Take a new one into the catalog. Raises DuplicateObjectError."""
    before = state.definitions.get(it.key)
    if before is not None and not replaces:
        raise state.duplicate(cursor, it.key, token)
    state.definitions[it.key] = replace(it, comment=before.comment if before else None)
    state.paths[it.key] = state.search_path
    state.places[it.key] = cursor.place(token)


def put(state: State, it: Definition) -> None:
    """The same one, changed in what its key says nothing of."""
    state.definitions[it.key] = it


def forget(state: State, key: ObjectKey) -> None:
    del state.definitions[key]
    state.paths.pop(key, None)
    state.places.pop(key, None)


def drop_in_schema(state: State, schema: str) -> None:
    """What goes with a schema: all that stands in it, and casts and transforms of its types and functions."""
    start = f"{quoted(schema)}."
    for key, it in list(state.definitions.items()):
        rests = any(t.text.startswith(start) for t in it.types) or any(v.startswith(start) for _, v in it.properties)
        if key.schema == schema or (not key.schema and rests):
            forget(state, key)


# -- statements


def alter_definition(cursor: Cursor, state: State, kind: Kind, alter: Callable[[Definition], None] | None) -> None:
    """After ALTER and the words of the kind. `alter` reads what only this kind knows."""
    wanted = reference(kind, cursor, state)
    found = find(state, wanted)
    of_extension = kind is Kind.LANGUAGE and wanted.name.name in state.extensions
    if found is None and not (of_extension and cursor.at("OWNER")):
        raise state.missing(cursor, str(kind), str(wanted), wanted.name.token)
    if found is None or cursor.at("OWNER", "TO"):
        cursor.expect("OWNER", "TO")
        cursor.name("a role", label=True)
    elif cursor.at("RENAME") or cursor.at("SET", "SCHEMA"):
        raise cursor.error(
            UnsupportedError,
            f"renaming the {kind} {wanted}",
            subject=str(wanted),
            hint="create it under its last name",
        )
    elif alter is None:
        raise cursor.unexpected()
    else:
        alter(found)
    cursor.end()


def drop_definition(cursor: Cursor, state: State, kind: Kind) -> None:
    """After DROP and the words of the kind."""
    lenient = cursor.take("IF", "EXISTS")
    gone = [reference(kind, cursor, state)]
    while cursor.take(","):
        gone.append(reference(kind, cursor, state))
    if not cursor.take("CASCADE"):
        cursor.take("RESTRICT")
    cursor.end()
    for wanted in gone:
        found = find(state, wanted)
        if found is not None:
            forget(state, found.key)
            _forget_members(state, found)
        elif not lenient:
            raise state.missing(cursor, str(kind), str(wanted), wanted.name.token)


def _forget_members(state: State, gone: Definition) -> None:
    """Members go with their family, and those of a class with it."""
    if gone.kind not in (Kind.OPERATOR_CLASS, Kind.OPERATOR_FAMILY):
        return
    for key, it in list(state.definitions.items()):
        if it.kind is Kind.FAMILY_MEMBER and gone.key in it.uses:
            forget(state, key)


def comment_on_definition(cursor: Cursor, state: State, kind: Kind) -> None:
    """After COMMENT ON and the words of the kind."""
    wanted = reference(kind, cursor, state)
    found = find(state, wanted)
    if found is None:
        raise state.missing(cursor, str(kind), str(wanted), wanted.name.token)
    cursor.expect("IS")
    put(state, replace(found, comment=None if cursor.take("NULL") else cursor.string() or None))


def signature(cursor: Cursor, state: State) -> tuple[str, tuple[DataType, ...]]:
    """A function with the types of its arguments, `f(integer, text)`: its name in SQL, and the types."""
    name = cursor.qualified("a function")
    if cursor.at("("):
        types = tuple(a.type for a in parse_arguments(cursor, state, defaults=False) if a.mode != "OUT")
        return written(name), types
    found = find_routines(state, name, "FUNCTION")
    if len(found) != 1:
        raise error_without_types(cursor, name)
    return written(name), tuple(a.type for a in state.routines[found[0]].arguments if a.mode in INPUT)


def error_without_types(cursor: Cursor, name: Name) -> SourceError:
    return cursor.error(
        UnsupportedError,
        f"the function {name} without the types of its arguments",
        name.token,
        subject=str(name),
        hint=f"write them: {name}(...)",
    )
