"""CREATE, ALTER and DROP of foreign data wrappers and servers. No error shows a line of theirs."""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import replace

from schemactl.errors import DuplicateObjectError, MissingObjectError, SqlSyntaxError
from schemactl.model import ForeignServer, ForeignWrapper, Kind, ObjectKey
from schemactl_postgres.read.cursor import Cursor
from schemactl_postgres.read.foreign_options import parse_changes, parse_options, withheld
from schemactl_postgres.read.state import State
from schemactl_postgres.read.tokens import Token

#: The arguments of the functions that a wrapper names, as in the key of a routine.
_ARGUMENTS = {"HANDLER": "()", "VALIDATOR": "(text[], oid)"}
#: Validators that the server brings itself.
_SERVERS_OWN = frozenset(["postgresql_fdw_validator"])


def create_wrapper(cursor: Cursor, state: State) -> None:
    """After the words CREATE FOREIGN DATA WRAPPER."""
    with withheld():
        token = cursor.token
        found = ForeignWrapper(name=cursor.name("a wrapper"))
        if found.name in state.wrappers:
            raise cursor.error(DuplicateObjectError, f"{found.key} is created twice", token, subject=found.name)
        found = _functions(cursor, state, found)
        if cursor.take("OPTIONS"):
            found = replace(found, settings=parse_options(cursor))
        cursor.end()
        state.wrappers[found.name] = found
        _note(cursor, state, found.key, token)


def alter_wrapper(cursor: Cursor, state: State) -> None:
    """After the words ALTER FOREIGN DATA WRAPPER."""
    with withheld():
        token = cursor.token
        name = cursor.name("a wrapper")
        found = state.wrappers.get(name)
        if found is None:
            raise state.missing(cursor, "foreign data wrapper", name, token)
        if cursor.take("OWNER", "TO"):
            cursor.name("a role", label=True)
        elif cursor.take("RENAME", "TO"):
            token = cursor.token
            moved = replace(found, name=cursor.name("a wrapper"))
            if moved.name in state.wrappers:
                raise cursor.error(DuplicateObjectError, f"{moved.key} is created twice", token, subject=moved.name)
            del state.wrappers[name]
            state.wrappers[moved.name] = moved
            state.move_privileges(found.key, moved.key)
            state.places.pop(found.key, None)
            _note(cursor, state, moved.key, token)
            for server in list(state.servers.values()):
                if server.wrapper == name:
                    state.servers[server.name] = replace(server, wrapper=moved.name)
        else:
            found = _functions(cursor, state, found)
            if cursor.take("OPTIONS"):
                found = replace(found, settings=parse_changes(cursor, found.settings))
            state.wrappers[name] = found
        cursor.end()


def create_server(cursor: Cursor, state: State) -> None:
    """After the words CREATE SERVER."""
    with withheld():
        lenient = cursor.take("IF", "NOT", "EXISTS")
        token = cursor.token
        name = cursor.name("a server")
        type_ = cursor.string() if cursor.take("TYPE") else None
        version = _version(cursor) if cursor.take("VERSION") else None
        cursor.expect("FOREIGN", "DATA", "WRAPPER")
        wrapper = cursor.name("a wrapper")
        settings = parse_options(cursor) if cursor.take("OPTIONS") else ()
        cursor.end()
        found = ForeignServer(name=name, wrapper=wrapper, type=type_, version=version, settings=settings)
        if name in state.servers:
            if lenient:
                return
            raise cursor.error(DuplicateObjectError, f"{found.key} is created twice", token, subject=name)
        state.servers[name] = found
        _note(cursor, state, found.key, token)


def alter_server(cursor: Cursor, state: State) -> None:
    """After the words ALTER SERVER."""
    with withheld():
        token = cursor.token
        name = cursor.name("a server")
        found = state.servers.get(name)
        if found is None:
            raise state.missing(cursor, "server", name, token)
        if cursor.take("OWNER", "TO"):
            cursor.name("a role", label=True)
        elif cursor.take("RENAME", "TO"):
            token = cursor.token
            _rename_server(cursor, state, found, cursor.name("a server"), token)
        else:
            start = cursor.i
            if cursor.take("VERSION"):
                found = replace(found, version=_version(cursor))
            if cursor.take("OPTIONS"):
                found = replace(found, settings=parse_changes(cursor, found.settings))
            if cursor.i == start:
                raise cursor.unexpected("expected VERSION, OPTIONS, RENAME TO or OWNER TO")
            state.servers[name] = found
        cursor.end()


def drop_wrapper(cursor: Cursor, state: State) -> None:
    """After the words DROP FOREIGN DATA WRAPPER."""
    for token, name, cascade in _dropped(cursor, state, "foreign data wrapper", state.wrappers):
        for server in [s for s in state.servers.values() if s.wrapper == name]:
            if not cascade:
                raise _needed(cursor, token, f"the wrapper {name}", str(server.key))
            _forget_server(cursor, state, server, token)
        _forget(state, state.wrappers.pop(name).key)


def drop_server(cursor: Cursor, state: State) -> None:
    """After the words DROP SERVER."""
    for token, name, _ in _dropped(cursor, state, "server", state.servers):
        _forget_server(cursor, state, state.servers[name], token)


def comment_on(cursor: Cursor, state: State) -> Callable[[str | None], None]:
    """At SERVER or FOREIGN DATA WRAPPER, behind COMMENT ON: what takes the text."""
    wrapper = not cursor.take("SERVER")
    if wrapper:
        cursor.expect("FOREIGN", "DATA", "WRAPPER")
    token = cursor.token
    name = cursor.name()
    if name not in (state.wrappers if wrapper else state.servers):
        raise state.missing(cursor, "foreign data wrapper" if wrapper else "server", name, token)

    def keep(text: str | None) -> None:
        if wrapper:
            state.wrappers[name] = replace(state.wrappers[name], comment=text)
        else:
            state.servers[name] = replace(state.servers[name], comment=text)

    return keep


def finished_wrappers(state: State) -> list[ForeignWrapper]:
    return [
        replace(w, uses=tuple(key for key in (w.handler, w.validator) if key is not None))
        for w in state.wrappers.values()
    ]


def _functions(cursor: Cursor, state: State, found: ForeignWrapper) -> ForeignWrapper:
    while True:
        if word := cursor.take_any("HANDLER", "VALIDATOR"):
            key: ObjectKey | None = _function(cursor, state, word)
        elif cursor.take("NO"):
            word, key = cursor.take_any("HANDLER", "VALIDATOR") or "", None
            if not word:
                raise cursor.unexpected("expected HANDLER or VALIDATOR")
        else:
            return found
        found = replace(found, handler=key) if word == "HANDLER" else replace(found, validator=key)


def _function(cursor: Cursor, state: State, word: str) -> ObjectKey:
    name = cursor.qualified("a function")
    for schema in state.schemas_of(name):
        key = ObjectKey(kind=Kind.ROUTINE, schema=schema, name=name.name + _ARGUMENTS[word])
        if key in state.routines or name.schema is not None:
            return key
    if name.name in _SERVERS_OWN:
        return ObjectKey(kind=Kind.ROUTINE, schema="pg_catalog", name=name.name + _ARGUMENTS[word])
    raise cursor.error(
        MissingObjectError,
        f"a function {name} is not created by the desired schema",
        name.token,
        subject=str(name),
        hint="write the schema's name before that of an extension's function",
    )


def _version(cursor: Cursor) -> str | None:
    return None if cursor.take("NULL") else cursor.string()


def _rename_server(cursor: Cursor, state: State, found: ForeignServer, name: str, token: Token) -> None:
    moved = replace(found, name=name)
    if name in state.servers:
        raise cursor.error(DuplicateObjectError, f"{moved.key} is created twice", token, subject=name)
    del state.servers[found.name]
    state.servers[name] = moved
    state.move_privileges(found.key, moved.key)
    state.places.pop(found.key, None)
    _note(cursor, state, moved.key, token)
    for table in state.drafts():
        foreign = table.options.foreign
        if foreign is not None and foreign.server == found.name:
            table.options = replace(table.options, foreign=replace(foreign, server=name))


def _forget_server(cursor: Cursor, state: State, found: ForeignServer, token: Token) -> None:
    for table in state.drafts():
        if table.options.foreign is not None and table.options.foreign.server == found.name:
            raise _needed(cursor, token, str(found.key), str(table.key))
    del state.servers[found.name]
    _forget(state, found.key)


def _dropped(cursor: Cursor, state: State, what: str, known: Container[str]) -> list[tuple[Token, str, bool]]:
    """The names that are to go, each with its token and whether CASCADE is said."""
    lenient = cursor.take("IF", "EXISTS")
    names = [(cursor.token, cursor.name())]
    while cursor.take(","):
        names.append((cursor.token, cursor.name()))
    cascade = cursor.take_any("CASCADE", "RESTRICT") == "CASCADE"
    cursor.end()
    for token, name in names:
        if name not in known and not lenient:
            raise state.missing(cursor, what, name, token)
    return [(token, name, cascade) for token, name in names if name in known]


def _needed(cursor: Cursor, token: Token, what: str, by: str) -> Exception:
    return cursor.error(SqlSyntaxError, f"{what} cannot be dropped: {by} needs it", token, hint="drop that first")


def _forget(state: State, key: ObjectKey) -> None:
    state.privileges.pop(key, None)
    state.places.pop(key, None)


def _note(cursor: Cursor, state: State, key: ObjectKey, token: Token) -> None:
    state.places[key] = replace(cursor.place(token), excerpt="")
