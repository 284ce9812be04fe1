"""GRANT, REVOKE and ALTER DEFAULT PRIVILEGES."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple, TypeVar

from schemactl.errors import SqlSyntaxError, UnsupportedError
from schemactl.model import DefaultPrivileges, Kind, ObjectKey, Privileges
from schemactl_postgres.options import Said
from schemactl_postgres.privileges import PLURALS, known
from schemactl_postgres.read.cursor import Cursor, Name
from schemactl_postgres.read.role import role
from schemactl_postgres.read.state import State
from schemactl_postgres.read.tokens import Token
from schemactl_postgres.read.type_name import parse_type

_Item = TypeVar("_Item")

_ANYWHERE = "privileges on what stands in no schema are not managed: keep them in another place"
_REFUSED = {
    "DATABASE": "a database",
    "LANGUAGE": "a language",
    "LARGE": "a large object",
    "PARAMETER": "a server setting",
    "TABLESPACE": "a tablespace",
}
_RELATIONS = (Kind.TABLE, Kind.VIEW, Kind.SEQUENCE)
_MODES = ("IN", "INOUT", "VARIADIC")


class DefaultStatement(NamedTuple):
    """One ALTER DEFAULT PRIVILEGES for one role, schema and grantee, and the objects that were there before it."""

    role: str
    schema: str
    on: str
    grantee: str
    said: Said
    before: frozenset[ObjectKey]


class _Listed(NamedTuple):
    """A privilege as written: its name, empty for ALL, its columns, and where."""

    name: str
    columns: tuple[str, ...]
    token: Token


def grant(cursor: Cursor, state: State) -> None:
    """After the word GRANT."""
    listed = _privileges(cursor)
    targets = _targets(cursor, state, listed)
    cursor.expect("TO")
    grantees = _grantees(cursor, state)
    option = cursor.take("WITH", "GRANT", "OPTION")
    _note(cursor, state, listed, targets, grantees, grant=True, option=option)


def revoke(cursor: Cursor, state: State) -> None:
    """After the word REVOKE."""
    option = cursor.take("GRANT", "OPTION", "FOR")
    listed = _privileges(cursor)
    targets = _targets(cursor, state, listed)
    cursor.expect("FROM")
    grantees = _grantees(cursor, state)
    _note(cursor, state, listed, targets, grantees, grant=False, option=option)


def alter_default_privileges(cursor: Cursor, state: State) -> None:
    """After the words ALTER DEFAULT PRIVILEGES."""
    roles, schemas = ["CURRENT_USER"], [""]
    while cursor.at("FOR") or cursor.at("IN"):
        if cursor.take("IN"):
            cursor.expect("SCHEMA")
            schemas = _many(cursor, lambda: cursor.name("a schema"))
        else:
            cursor.expect("FOR")
            if not cursor.take_any("ROLE", "USER"):
                raise cursor.unexpected("expected ROLE")
            roles = _many(cursor, lambda: role(cursor, state, public=False))
    grants = cursor.take("GRANT")
    if not grants:
        cursor.expect("REVOKE")
    option = not grants and cursor.take("GRANT", "OPTION", "FOR")
    listed = _privileges(cursor)
    cursor.expect("ON")
    on = {"ROUTINES": "FUNCTIONS"}.get(cursor.word, cursor.word)
    if on not in PLURALS:
        if on == "LARGE":
            raise cursor.error(UnsupportedError, "default privileges on large objects", hint=_ANYWHERE)
        raise cursor.unexpected(f"expected one of {', '.join(PLURALS)}")
    cursor.i += 1
    _check(cursor, listed, PLURALS[on][0])
    if any(one.columns for one in listed):
        raise cursor.error(SqlSyntaxError, "default privileges have no columns", listed[0].token)
    cursor.expect("TO" if grants else "FROM")
    grantees = _grantees(cursor, state)
    if grants:
        option = cursor.take("WITH", "GRANT", "OPTION")
    cursor.take_any("CASCADE", "RESTRICT")
    cursor.end()
    before = frozenset(_existing(state))
    for who in roles:
        for schema in schemas:
            for grantee in grantees:
                for said in _said(listed, grant=grants, option=option):
                    state.default_privileges.append(DefaultStatement(who, schema, on, grantee, said, before))
    state.states |= {Kind.PRIVILEGES, Kind.DEFAULT_PRIVILEGES}


def frozen_privileges(state: State) -> Iterator[Privileges]:
    """What was said of each object that is there in the end, by default or by name."""
    for target in _existing(state):
        said: dict[str, list[Said]] = {}
        for one in state.default_privileges:
            if target.kind in PLURALS[one.on] and target not in one.before and one.schema in ("", target.schema):
                said.setdefault(one.grantee, []).append(replace(one.said, by_default=(one.role, one.schema)))
        for grantee, statement in state.privileges.get(target, ()):
            said.setdefault(grantee, []).append(statement)
        for grantee, statements in said.items():
            yield Privileges(target=target, grantee=grantee, stated=tuple(statements), uses=(target,))


def frozen_defaults(state: State) -> Iterator[DefaultPrivileges]:
    found: dict[tuple[str, str, str, str], list[Said]] = {}
    for one in state.default_privileges:
        found.setdefault((one.role, one.schema, one.on, one.grantee), []).append(one.said)
    for (who, schema, on, grantee), said in found.items():
        yield DefaultPrivileges(role=who, schema=schema, on=on, grantee=grantee, stated=tuple(said))


# the parts of a statement


def _privileges(cursor: Cursor) -> list[_Listed]:
    listed = [_privilege(cursor)]
    while cursor.take(","):
        listed.append(_privilege(cursor))
    if cursor.at("TO") or cursor.at("FROM") or cursor.at("OPTION"):
        raise cursor.error(
            UnsupportedError,
            "membership in a role",
            cursor.tokens[0],
            hint="roles are not managed: keep them in another place",
        )
    return listed


def _privilege(cursor: Cursor) -> _Listed:
    token = cursor.token
    if cursor.take("ALL"):
        cursor.take("PRIVILEGES")
        name = ""
    else:
        # SELECT and the like are reserved, the names of roles are not; which of both it is, the next word tells.
        name = cursor.word if cursor.word in known(Kind.TABLE) else cursor.name("a privilege", label=True).upper()
        if cursor.token is token:
            cursor.i += 1
    columns = tuple(sorted(set(cursor.names()))) if cursor.at("(") else ()
    return _Listed(name, columns, token)


def _check(cursor: Cursor, listed: list[_Listed], kind: Kind) -> None:
    for one in listed:
        allowed = known(kind, column=bool(one.columns))
        if one.name and one.name not in allowed:
            what = "column" if one.columns else kind
            raise cursor.error(
                SqlSyntaxError,
                f"{one.name} is no privilege of a {what}",
                one.token,
                hint=f"there are: {', '.join(sorted(allowed))}",
            )
        if one.columns and kind not in (Kind.TABLE, Kind.VIEW):
            raise cursor.error(SqlSyntaxError, f"a {kind} has no columns to grant on", one.token)


def _targets(cursor: Cursor, state: State, listed: list[_Listed]) -> list[ObjectKey]:
    cursor.expect("ON")
    token = cursor.token
    if cursor.word in _REFUSED:
        raise cursor.error(UnsupportedError, f"privileges on {_REFUSED[cursor.word]}", token, hint=_ANYWHERE)
    if cursor.take("ALL"):
        found = _all_in_schemas(cursor, state)
        stated = next((k.kind for k in found), Kind.TABLE)
    else:
        words = next((words for words in _READERS if cursor.take(*words)), None)
        reader = _READERS[words] if words is not None else _relation
        found = _many(cursor, lambda: reader(cursor, state))
        stated = found[0].kind
    for kind in {key.kind for key in found} or {stated}:
        _check(cursor, listed, kind)
    for key in found:
        for one in listed:
            _check_columns(cursor, state, key, one)
    return found


def _check_columns(cursor: Cursor, state: State, key: ObjectKey, one: _Listed) -> None:
    table = state.tables.get(key)
    for column in one.columns:
        if table is not None and column not in table.columns:
            raise state.missing(cursor, "column", f"{key.path}.{column}", one.token)


def _relation(cursor: Cursor, state: State) -> ObjectKey:
    name = cursor.qualified("a table")
    found = state.find_relation(name)
    if found is None or found.kind not in _RELATIONS:
        raise state.missing(cursor, "table", name)
    return found


def _sequence(cursor: Cursor, state: State) -> ObjectKey:
    name = cursor.qualified("a sequence")
    found = state.find_relation(name)
    if found is None or found.kind is not Kind.SEQUENCE:
        raise state.missing(cursor, "sequence", name)
    return found


def _schema(cursor: Cursor, state: State) -> ObjectKey:
    # One that the text does not create may be live: that is told later.
    return ObjectKey(kind=Kind.SCHEMA, name=cursor.name("a schema"))


def _type(cursor: Cursor, state: State) -> ObjectKey:
    name = cursor.qualified("a type")
    for schema in state.schemas_of(name):
        key = ObjectKey(kind=Kind.TYPE, schema=schema, name=name.name)
        if key in _types(state):
            return key
    raise state.missing(cursor, "type", name)


def _routine(cursor: Cursor, state: State) -> ObjectKey:
    name = cursor.qualified("a function")
    signature = _arguments(cursor, state) if cursor.at("(") else None
    for schema in state.schemas_of(name):
        found = [
            key
            for key in _routines(state)
            if key.schema == schema
            and (key.name.rpartition("(")[0] == name.name if signature is None else key.name == name.name + signature)
        ]
        if len(found) == 1:
            return found[0]
        if found:
            raise cursor.error(
                SqlSyntaxError, f"there is more than one function {name}", name.token, hint="write its arguments' types"
            )
    raise state.missing(cursor, "function", Name(name.schema, name.name + (signature or ""), name.token))


def _arguments(cursor: Cursor, state: State) -> str:
    cursor.expect("(")
    types: list[str] = []
    while not cursor.take(")"):
        counts = not cursor.take("OUT")
        cursor.take_any(*_MODES)
        start = cursor.i
        if cursor.ahead().word not in (",", ")", "[", "(", "."):
            # Two words: an argument's name before its type, or a type of two words.
            cursor.name("an argument", label=True)
            try:
                found = parse_type(cursor, state)
            except SqlSyntaxError:
                found = None
            if found is None or cursor.word not in (",", ")"):
                cursor.i = start
                found = parse_type(cursor, state)
        else:
            found = parse_type(cursor, state)
        if counts:
            types.append(found.type.text)
        if not cursor.at(")"):
            cursor.expect(",")
    return f"({', '.join(types)})"


def _server(cursor: Cursor, state: State) -> ObjectKey:
    token, name = cursor.token, cursor.name("a server")
    if name not in state.servers:
        raise state.missing(cursor, "server", name, token)
    return state.servers[name].key


def _wrapper(cursor: Cursor, state: State) -> ObjectKey:
    token, name = cursor.token, cursor.name("a wrapper")
    if name not in state.wrappers:
        raise state.missing(cursor, "foreign data wrapper", name, token)
    return state.wrappers[name].key


_READERS: dict[tuple[str, ...], Callable[[Cursor, State], ObjectKey]] = {
    ("TABLE",): _relation,
    ("SEQUENCE",): _sequence,
    ("SCHEMA",): _schema,
    ("TYPE",): _type,
    ("DOMAIN",): _type,
    ("FUNCTION",): _routine,
    ("PROCEDURE",): _routine,
    ("ROUTINE",): _routine,
    ("FOREIGN", "DATA", "WRAPPER"): _wrapper,
    ("FOREIGN", "SERVER"): _server,
}
_ALL = {
    "TABLES": (Kind.TABLE, Kind.VIEW),
    "SEQUENCES": (Kind.SEQUENCE,),
    "FUNCTIONS": (Kind.ROUTINE,),
    "PROCEDURES": (Kind.ROUTINE,),
    "ROUTINES": (Kind.ROUTINE,),
}


def _all_in_schemas(cursor: Cursor, state: State) -> list[ObjectKey]:
    word = cursor.word
    if word not in _ALL:
        raise cursor.unexpected(f"expected one of {', '.join(_ALL)}")
    cursor.i += 1
    cursor.expect("IN", "SCHEMA")
    schemas = _many(cursor, lambda: cursor.name("a schema"))
    found = [key for key in _existing(state) if key.kind in _ALL[word] and key.schema in schemas]
    if word in ("FUNCTIONS", "PROCEDURES"):
        wanted = word == "PROCEDURES"
        made = _routines(state)
        found = [key for key in found if getattr(made[key], "procedure", False) == wanted]
    return found


def _grantees(cursor: Cursor, state: State) -> list[str]:
    def one() -> str:
        cursor.take("GROUP")
        return role(cursor, state)

    return _many(cursor, one)


def _many(cursor: Cursor, item: Callable[[], _Item]) -> list[_Item]:
    items = [item()]
    while cursor.take(","):
        items.append(item())
    return items


def _note(
    cursor: Cursor,
    state: State,
    listed: list[_Listed],
    targets: list[ObjectKey],
    grantees: list[str],
    *,
    grant: bool,
    option: bool,
) -> None:
    """Read the end of the statement, and keep what it says."""
    if cursor.take("GRANTED", "BY"):
        token = cursor.token
        if role(cursor, state, public=False) != "CURRENT_USER":
            raise cursor.error(
                UnsupportedError, "a grant by another role than the owner", token, hint="leave GRANTED BY out"
            )
    if not grant:
        cursor.take_any("CASCADE", "RESTRICT")
    cursor.end()
    for target in targets:
        for grantee in grantees:
            for said in _said(listed, grant=grant, option=option):
                state.privileges.setdefault(target, []).append((grantee, said))
    state.states |= {Kind.PRIVILEGES}


def _said(listed: list[_Listed], *, grant: bool, option: bool) -> Iterator[Said]:
    for one in listed:
        names = (one.name,) if one.name else ()
        yield Said(grant=grant, privileges=names, columns=one.columns, option=option)


# what there is


def _types(state: State) -> Mapping[ObjectKey, object]:
    return {**state.enums, **state.types}


def _routines(state: State) -> Mapping[ObjectKey, object]:
    return getattr(state, "routines", {})


def _existing(state: State) -> list[ObjectKey]:
    """Whatever privileges may be granted on, in order of keys."""
    found = {key for key in state.relations.values() if key.kind in _RELATIONS}
    found |= {*_types(state), *_routines(state), *(s.key for s in state.schemas.values())}
    found |= {*(s.key for s in state.servers.values()), *(w.key for w in state.wrappers.values())}
    found |= {key for key in state.privileges if key.kind is Kind.SCHEMA}
    return sorted(found)
