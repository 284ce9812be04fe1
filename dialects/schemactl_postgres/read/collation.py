"""COLLATE, in the form that the model holds; CREATE COLLATION and ALTER COLLATION."""

from __future__ import annotations

from dataclasses import replace

from schemactl.errors import SqlSyntaxError, UnsupportedError
from schemactl.model import Collation, Kind, ObjectKey
from schemactl_postgres.read.cursor import Cursor, Name
from schemactl_postgres.read.state import State
from schemactl_postgres.read.tokens import Sort
from schemactl_postgres.sql import qualified, quoted

_OPTIONS = frozenset({"locale", "lc_collate", "lc_ctype", "provider", "deterministic", "rules", "version"})


def parse_collation(cursor: Cursor, state: State) -> str | None:
    """A collation's name, quoted where it must be and qualified unless it is the server's own; None for "default".

    An unqualified name that the script has not made is taken for one of the server's.
    """
    name = cursor.qualified("a collation")
    own = find_collation(state, name)
    if name.schema is None and own is not None:
        return qualified(own.key)
    if name.schema in (None, "pg_catalog"):
        return None if name.name == "default" else quoted(name.name)
    return f"{quoted(name.schema or '')}.{quoted(name.name)}"


def find_collation(state: State, name: Name) -> Collation | None:
    for schema in state.schemas_of(name):
        found = state.collations.get(ObjectKey(kind=Kind.COLLATION, schema=schema, name=name.name))
        if found:
            return found
    return None


def create_collation(cursor: Cursor, state: State) -> None:
    """After the words CREATE COLLATION."""
    lenient = cursor.take("IF", "NOT", "EXISTS")
    name = cursor.qualified("a collation")
    key = ObjectKey(kind=Kind.COLLATION, schema=state.home(name, cursor), name=name.name)
    if cursor.take("FROM"):
        source = cursor.qualified("a collation")
        twin = find_collation(state, source)
        if twin is None:
            raise cursor.error(
                UnsupportedError,
                f"a copy of the collation {source}",
                source.token,
                hint="state its locale and provider",
            )
        made = replace(twin, schema=key.schema, name=key.name, comment=None)
    else:
        made = _with_options(cursor, key)
    cursor.end()
    if key in state.collations:
        if lenient:
            return
        raise state.duplicate(cursor, key, name.token)
    state.collations[key] = made
    state.places[key] = cursor.place(name.token)


def _with_options(cursor: Cursor, key: ObjectKey) -> Collation:
    given: dict[str, str] = {}

    def one() -> None:
        token = cursor.token
        option = cursor.name("an option", label=True)
        if option not in _OPTIONS:
            raise cursor.error(SqlSyntaxError, f"{option} is no option of a collation", token)
        if option in given:
            raise cursor.error(SqlSyntaxError, f"the option {option} is given twice", token)
        cursor.expect("=")
        is_text = cursor.token.sort is Sort.STRING
        given[option] = cursor.string() if is_text else cursor.name("a value", label=True)

    token = cursor.token
    cursor.listed(one)
    provider = given.get("provider", "libc").lower()
    if provider not in ("libc", "icu", "builtin"):
        raise cursor.error(SqlSyntaxError, f"{provider} is no provider of collations", token)
    locale, collate, ctype = given.get("locale"), given.get("lc_collate"), given.get("lc_ctype")
    if locale is None and collate is not None and collate == ctype:
        locale, collate, ctype = collate, None, None
    return Collation(
        schema=key.schema,
        name=key.name,
        provider=provider,
        locale=locale,
        lc_collate=collate if locale is None else None,
        lc_ctype=ctype if locale is None else None,
        deterministic=given.get("deterministic", "true").lower() not in ("false", "off", "no", "0"),
        rules=given.get("rules"),
    )


def alter_collation(cursor: Cursor, state: State) -> None:
    """After the words ALTER COLLATION: what pg_dump prints, and REFRESH VERSION, which says nothing of the schema."""
    name = cursor.qualified("a collation")
    if find_collation(state, name) is None:
        raise state.missing(cursor, "collation", name)
    if cursor.take("OWNER", "TO"):
        cursor.name("a role", label=True)
    elif not cursor.take("REFRESH", "VERSION"):
        raise cursor.error(
            UnsupportedError, f"renaming the collation {name}", subject=str(name), hint="create it under its last name"
        )
    cursor.end()


def drop_collation(cursor: Cursor, state: State, name: Name, cascade: bool) -> bool:
    found = find_collation(state, name)
    if found is not None:
        del state.collations[found.key]
        state.places.pop(found.key, None)
    return found is not None


def comment_on_collation(cursor: Cursor, state: State, name: Name, text: str | None) -> None:
    found = find_collation(state, name)
    if found is None:
        raise state.missing(cursor, "collation", name)
    state.collations[found.key] = replace(found, comment=text)
