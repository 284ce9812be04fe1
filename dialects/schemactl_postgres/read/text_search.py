"""Text search: CREATE and ALTER of configurations and dictionaries, CREATE of parsers and templates."""

from __future__ import annotations

from dataclasses import replace

from schemactl.errors import DuplicateObjectError, MissingObjectError, SqlSyntaxError, UnsupportedError
from schemactl.model import Definition, Kind
from schemactl_postgres.defined import MAPPING, OPTION
from schemactl_postgres.read.cursor import Cursor, Name
from schemactl_postgres.read.define import Reference, add, alter_definition, find, properties, put, written
from schemactl_postgres.read.state import State
from schemactl_postgres.read.tokens import Sort
from schemactl_postgres.search_facts import server_configuration
from schemactl_postgres.sql import literal

_PARTS = {
    Kind.SEARCH_PARSER: frozenset({"start", "gettoken", "end", "lextypes", "headline"}),
    Kind.SEARCH_TEMPLATE: frozenset({"init", "lexize"}),
}


def create_of_functions(cursor: Cursor, state: State, *, kind: Kind) -> None:
    """After the words CREATE TEXT SEARCH PARSER or TEMPLATE: nothing but functions."""
    name = cursor.qualified(f"a {kind}")

    def value(option: str) -> str:
        cursor.expect("=")
        return "" if cursor.take("NONE") else written(cursor.qualified("a function"))

    given = {k: v for k, v in properties(cursor, value, _PARTS[kind]).items() if v}
    cursor.end()
    _add(cursor, state, kind, name, given)


def _add(cursor: Cursor, state: State, kind: Kind, name: Name, given: dict[str, str]) -> None:
    schema = state.home(name, cursor)
    it = Definition(kind=kind, schema=schema, name=name.name, properties=tuple(sorted(given.items())))
    add(cursor, state, it, name.token)


# -- dictionaries


def create_dictionary(cursor: Cursor, state: State) -> None:
    """After the words CREATE TEXT SEARCH DICTIONARY. The order of the options is kept: the server keeps it."""
    name = cursor.qualified("a text search dictionary")

    def value(option: str) -> str:
        cursor.expect("=")
        return written(cursor.qualified("a template")) if option == "template" else option_value(cursor)

    given = properties(cursor, value)
    cursor.end()
    template = given.pop("template", None)
    if template is None:
        raise cursor.error(SqlSyntaxError, f"the dictionary {name} has no template", name.token)
    _add(
        cursor, state, Kind.SEARCH_DICTIONARY, name, {"template": template} | {OPTION + k: v for k, v in given.items()}
    )


def option_value(cursor: Cursor) -> str:
    """A value as the server keeps it: numbers stand bare, all else between quotes."""
    if cursor.token.sort is Sort.STRING:
        return literal(cursor.string()).strip()
    if cursor.token.sort is Sort.NUMBER or cursor.word in ("-", "+"):
        first = cursor.i
        cursor.take_any("-", "+")
        while cursor.token.sort is Sort.NUMBER or cursor.word == ".":
            cursor.i += 1
        return cursor.text(first, cursor.i).removeprefix("+")
    words = [cursor.name("a value", label=True)]
    while cursor.take("."):
        words.append(cursor.name("a value", label=True))
    return literal(".".join(words)).strip()


def alter_dictionary(cursor: Cursor, state: State) -> None:
    """After the words ALTER TEXT SEARCH DICTIONARY: an option without a value is taken away."""

    def change(found: Definition) -> None:
        given = properties(cursor, lambda option: option_value(cursor) if cursor.take("=") else "")
        merged = dict(found.properties) | {OPTION + k: v for k, v in given.items()}
        put(state, replace(found, properties=tuple(sorted((k, v) for k, v in merged.items() if v))))

    alter_definition(cursor, state, Kind.SEARCH_DICTIONARY, change)


# -- configurations


def create_configuration(cursor: Cursor, state: State) -> None:
    """After the words CREATE TEXT SEARCH CONFIGURATION."""
    name = cursor.qualified("a text search configuration")
    token = cursor.ahead()

    sources: list[Name] = []

    def value(option: str) -> str:
        cursor.expect("=")
        sources.append(cursor.qualified(f"a {option}"))
        return written(sources[-1])

    given = properties(cursor, value, frozenset({"parser", "copy"}))
    cursor.end()
    if len(given) != 1:
        raise cursor.error(SqlSyntaxError, "expected PARSER or COPY, and one of the two alone", token)
    if "copy" in given:
        given = _copied(cursor, state, sources[0])
    _add(cursor, state, Kind.SEARCH_CONFIGURATION, name, given)


def _copied(cursor: Cursor, state: State, source: Name) -> dict[str, str]:
    """The server's own come first on every search_path."""
    own = server_configuration(source.name) if source.schema in (None, "pg_catalog") else None
    if own is not None:
        return own
    twin = find(state, Reference(Kind.SEARCH_CONFIGURATION, source))
    if twin is None:
        raise cursor.error(
            UnsupportedError,
            f"a copy of the text search configuration {source}",
            source.token,
            subject=str(source),
            hint="the desired schema does not create it: state the parser, and add the mappings",
        )
    return dict(twin.properties)


def alter_configuration(cursor: Cursor, state: State) -> None:
    """After the words ALTER TEXT SEARCH CONFIGURATION."""

    def change(found: Definition) -> None:
        word = cursor.take_any("ADD", "ALTER", "DROP")
        if word is None:
            raise cursor.unexpected()
        cursor.expect("MAPPING")
        given = dict(found.properties)
        if word == "DROP":
            _drop_mapping(cursor, found, given)
        elif word == "ALTER" and (cursor.at("REPLACE") or not cursor.at("FOR")):
            _replace_dictionary(cursor, state, given, [n for n in given if n.startswith(MAPPING)])
        else:
            _map(cursor, state, found, given, adds=word == "ADD")
        put(state, replace(found, properties=tuple(sorted(given.items()))))

    alter_definition(cursor, state, Kind.SEARCH_CONFIGURATION, change)


def _kinds_of_token(cursor: Cursor) -> list[str]:
    cursor.expect("FOR")
    names = [MAPPING + cursor.name("a kind of token", label=True)]
    while cursor.take(","):
        names.append(MAPPING + cursor.name("a kind of token", label=True))
    return names


def _map(cursor: Cursor, state: State, found: Definition, given: dict[str, str], *, adds: bool) -> None:
    token = cursor.ahead()
    names = _kinds_of_token(cursor)
    if not adds and cursor.at("REPLACE"):
        _replace_dictionary(cursor, state, given, names)
        return
    cursor.expect("WITH")
    dictionaries = [_dictionary(cursor)]
    while cursor.take(","):
        dictionaries.append(_dictionary(cursor))
    for name in names:
        if adds and name in given:
            raise cursor.error(
                DuplicateObjectError,
                f"{name.removeprefix(MAPPING)} is mapped already by {found.key.path}",
                token,
                subject=found.key.path,
                hint="write ALTER MAPPING, or list all dictionaries at once",
            )
        given[name] = ", ".join(dictionaries)


def _dictionary(cursor: Cursor) -> str:
    return written(cursor.qualified("a dictionary"))


def _replace_dictionary(cursor: Cursor, state: State, given: dict[str, str], names: list[str]) -> None:
    cursor.expect("REPLACE")
    old = _dictionary(cursor)
    cursor.expect("WITH")
    new = _dictionary(cursor)
    bare = old.removeprefix("pg_catalog.")
    for name in names:
        if name in given:
            same = {old, bare, f"pg_catalog.{bare}"} | {f"{s}.{old}" for s in state.search_path}
            given[name] = ", ".join(new if d in same else d for d in given[name].split(", "))


def _drop_mapping(cursor: Cursor, found: Definition, given: dict[str, str]) -> None:
    lenient = cursor.take("IF", "EXISTS")
    token = cursor.ahead()
    for name in _kinds_of_token(cursor):
        if given.pop(name, None) is None and not lenient:
            what = f"{found.key.path} does not map {name.removeprefix(MAPPING)}"
            raise cursor.error(MissingObjectError, what, token, subject=found.key.path)
