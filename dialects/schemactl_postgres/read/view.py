"""CREATE, ALTER and DROP of views and materialized views."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from schemactl.errors import SqlSyntaxError, UnsupportedError
from schemactl.model import Column, DataType, Expression, Kind, ObjectKey, View
from schemactl_postgres.options import MaterializedOptions, Storage, ViewOptions
from schemactl_postgres.read.cursor import Cursor, Name
from schemactl_postgres.read.depends import is_depends, parse_depends
from schemactl_postgres.read.parameters import (
    merged,
    parse_column_parameters,
    parse_parameter_names,
    parse_parameters,
    refuse_tablespace,
    without,
)
from schemactl_postgres.read.query import Mention, mentions
from schemactl_postgres.read.state import State, TableDraft
from schemactl_postgres.read.tokens import Token
from schemactl_postgres.sql import quoted

_TRUE = frozenset({"true", "on", "yes", "1"})
_FALSE = frozenset({"false", "off", "no", "0"})


class _Yielded(dict[str, Column]):
    """The columns of a query, which only a server can tell: any name may be one of them."""

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str)

    def __missing__(self, name: str) -> Column:
        return Column(name=name, type=DataType(text="unknown"))


@dataclass(slots=True)
class ViewDraft(TableDraft):
    """A view while the script goes on. `cursor` and `span` are where its query stands."""

    materialized: bool = False
    cursor: Cursor | None = None
    span: tuple[int, int] = (0, 0)
    search_path: tuple[str, ...] = ()
    recursive: bool = False
    names: tuple[str, ...] = ()
    column_comments: dict[str, str] = field(default_factory=dict)
    with_data: bool = True
    storage: Storage = ()
    access_method: str | None = None
    extensions: tuple[str, ...] = ()
    mentioned: list[Mention] = field(default_factory=list)

    @property
    def key(self) -> ObjectKey:
        return ObjectKey(kind=Kind.VIEW, schema=self.schema, name=self.name)


# finding

#: Sorts of mentions that may be of a relation.
RELATIONS = frozenset({"relation", "sequence", "word"})
#: The kinds of things that a mention may be of.
_KINDS: dict[str, tuple[Kind, ...]] = {
    "relation": (Kind.TABLE, Kind.VIEW),
    "routine": (Kind.ROUTINE,),
    "sequence": (Kind.SEQUENCE,),
    "type": (Kind.TYPE,),
}


def find_view(state: State, name: Name) -> ViewDraft | None:
    for schema in state.schemas_of(name):
        found = state.views.get(ObjectKey(kind=Kind.VIEW, schema=schema, name=name.name))
        if found is not None:
            return found
    return None


def resolved(state: State, path: tuple[str, ...], mention: Mention) -> ObjectKey | None:
    """The table, view or sequence that a name means."""
    for schema in (mention.schema,) if mention.schema is not None else path:
        found = state.relations.get((schema, mention.name))
        if found is not None and found.kind in (Kind.TABLE, Kind.VIEW, Kind.SEQUENCE):
            return found
    return None


def elsewhere(mention: Mention, path: tuple[str, ...]) -> Iterator[ObjectKey]:
    """What a name may mean that the script did not make. Without a schema, only the place of a relation tells."""
    kinds = _KINDS.get(mention.sort, ())
    for schema in (mention.schema,) if mention.schema is not None else path if mention.sort == "relation" else ():
        yield from (ObjectKey(kind=kind, schema=schema, name=mention.name) for kind in kinds)


def views_over(state: State, key: ObjectKey) -> Iterator[ViewDraft]:
    """The views whose queries name a relation."""
    for view in list(state.views.values()):
        if view.key != key and any(
            resolved(state, view.search_path, m) == key for m in view.mentioned if m.sort in RELATIONS
        ):
            yield view


def refuse_under_views(cursor: Cursor, state: State, key: ObjectKey, token: Token) -> None:
    """A renaming, which the server would carry into the queries of views: their texts here would keep the old name."""
    for view in views_over(state, key):
        raise cursor.error(
            UnsupportedError,
            f"a renaming in {key}, over which stands the view {view.key.path}",
            token,
            subject=key.path,
            hint="create it under its last name, or create the view after the renaming",
        )


# creating


def create_view(cursor: Cursor, state: State, *, replaces: bool) -> bool:
    """After CREATE [OR REPLACE]: whether it is a view that is created here."""
    if cursor.take("MATERIALIZED", "VIEW"):
        if replaces:
            raise cursor.error(SqlSyntaxError, "a materialized view cannot be replaced", cursor.tokens[1])
        _materialized(cursor, state)
        return True
    recursive = cursor.at("RECURSIVE", "VIEW")
    if not recursive and not cursor.at("VIEW"):
        return False
    cursor.i += 2 if recursive else 1
    token = cursor.token
    name = cursor.qualified("a view")
    view = ViewDraft(schema=state.home(name, cursor), name=name.name, search_path=state.search_path)
    view.recursive = recursive
    if cursor.at("("):
        view.names = cursor.names()
    elif recursive:
        raise cursor.unexpected("expected a list of columns: a recursive view must have one")
    if cursor.take("WITH"):
        view.storage = parse_parameters(cursor)
    cursor.expect("AS")
    last = _without_check(cursor, view)
    _query(cursor, view, last)
    _options(cursor, view, token)
    _add(cursor, state, view, token, replaces)
    return True


def _materialized(cursor: Cursor, state: State) -> None:
    lenient = cursor.take("IF", "NOT", "EXISTS")
    token = cursor.token
    name = cursor.qualified("a materialized view")
    view = ViewDraft(
        schema=state.home(name, cursor),
        name=name.name,
        columns=_Yielded(),
        materialized=True,
        search_path=state.search_path,
        access_method=state.access_method,
    )
    if cursor.at("("):
        view.names = cursor.names()
    view.access_method = state.access_method
    if cursor.take("USING"):
        method = cursor.name("an access method")
        view.access_method = None if method == "heap" else method
    if cursor.take("WITH"):
        view.storage = parse_parameters(cursor, without_oids=True)
    refuse_tablespace(cursor, "TABLESPACE")
    cursor.expect("AS")
    last = len(cursor.tokens) - 1
    words = [t.word for t in cursor.tokens[:last]]
    if words[-3:] == ["WITH", "NO", "DATA"]:
        view.with_data = False
        last -= 3
    elif words[-2:] == ["WITH", "DATA"]:
        last -= 2
    _query(cursor, view, last)
    if lenient and (view.schema, view.name) in state.relations:
        return
    _add(cursor, state, view, token, False)


def _without_check(cursor: Cursor, view: ViewDraft) -> int:
    """The number of the token after the query; what WITH CHECK OPTION says goes among the parameters."""
    last = len(cursor.tokens) - 1
    words = [t.word for t in cursor.tokens[:last]]
    for ending in (["WITH", "LOCAL"], ["WITH", "CASCADED"], ["WITH"]):
        whole = [*ending, "CHECK", "OPTION"]
        if words[-len(whole) :] == whole:
            view.storage = merged(view.storage, (("check_option", "local" if "LOCAL" in ending else "cascaded"),))
            return last - len(whole)
    return last


def _query(cursor: Cursor, view: ViewDraft, last: int) -> None:
    if cursor.i >= last:
        raise cursor.unexpected("expected a query")
    if cursor.word not in ("SELECT", "WITH", "VALUES", "TABLE", "("):
        raise cursor.unexpected("expected a query")
    view.cursor, view.span = cursor, (cursor.i, last)
    view.mentioned = mentions(cursor, view.span)
    cursor.i = len(cursor.tokens) - 1


def _add(cursor: Cursor, state: State, view: ViewDraft, token: Token, replaces: bool) -> None:
    old = state.views.get(view.key)
    if old is not None and replaces and not old.materialized:
        view.comment, view.column_comments = old.comment, old.column_comments
    else:
        state.claim(view.schema, view.name, view.key, cursor, token)
    state.views[view.key] = view
    state.places[view.key] = cursor.place(token)


def _options(cursor: Cursor, view: ViewDraft, token: Token) -> ViewOptions | None:
    """The parameters of a plain view, which are few. Raises for any other."""
    found: dict[str, bool] = {}
    check = None
    for name, value in view.storage:
        if name in ("security_barrier", "security_invoker") and value.lower() in _TRUE | _FALSE:
            found[name] = value.lower() in _TRUE
        elif name == "check_option" and value.lower() in ("local", "cascaded"):
            check = value.lower()
        else:
            raise cursor.error(SqlSyntaxError, f"a view has no parameter {name} = {value}", token)
    options = ViewOptions(check_option=check, **found)
    return None if options == ViewOptions() else options


# the finished view


def finished_views(state: State, others: Iterable[ObjectKey]) -> Iterator[View]:
    """All views, with what they rest on: relations of the script, and the routines and types among `others`."""
    named: dict[tuple[str, str, str], list[ObjectKey]] = {}
    for key in others:
        if key.kind in (Kind.ROUTINE, Kind.TYPE):
            sort = "routine" if key.kind is Kind.ROUTINE else "type"
            named.setdefault((sort, key.schema, key.name.partition("(")[0]), []).append(key)
    for view in state.views.values():
        yield _finished(state, view, named)


def _finished(state: State, view: ViewDraft, named: dict[tuple[str, str, str], list[ObjectKey]]) -> View:
    assert view.cursor is not None
    uses: dict[ObjectKey, None] = {}
    marks: dict[int, str] = {}
    for mention in view.mentioned:
        if mention.sort in RELATIONS:
            found = resolved(state, view.search_path, mention)
            if found == view.key:
                continue
            keys = [found] if found is not None else []
        else:
            path = (mention.schema,) if mention.schema is not None else view.search_path
            keys = next((k for s in path if (k := named.get((mention.sort, s, mention.name)))), [])
        uses |= dict.fromkeys(keys or elsewhere(mention, view.search_path))
        if keys and mention.schema is None and mention.start >= 0 and keys[0].schema != state.default_schema:
            marks[mention.start] = keys[0].schema
    text = view.cursor.text(*view.span)
    for start in sorted(marks, reverse=True):
        text = f"{text[:start]}{quoted(marks[start])}.{text[start:]}"
    names = view.names
    if view.recursive:
        columns = ", ".join(map(quoted, names))
        head = f"{quoted(view.name)}({columns})"
        text = f"WITH RECURSIVE {head} AS (\n{text}\n)\nTABLE {quoted(view.name)}"
        names = ()
    return View(
        schema=view.schema,
        name=view.name,
        query=Expression(text=text, canonical=text),
        materialized=view.materialized,
        names=names,
        column_comments=tuple(sorted(view.column_comments.items())),
        indexes=tuple(sorted(view.indexes.values(), key=lambda i: i.name)),
        with_data=view.with_data,
        comment=view.comment,
        options=_materialized_options(view) if view.materialized else _options(view.cursor, view, view.cursor.token),
        uses=tuple(uses),
    )


def _materialized_options(view: ViewDraft) -> MaterializedOptions | None:
    options = MaterializedOptions(
        storage=view.storage,
        access_method=view.access_method,
        clustered_on=view.options.clustered_on,
        extensions=view.extensions,
    )
    return None if options == MaterializedOptions() else options


# altering


def alter_view(cursor: Cursor, state: State, *, materialized: bool | None) -> None:
    """After ALTER [MATERIALIZED] VIEW. `materialized` None: after ALTER TABLE, which takes either."""
    lenient = cursor.take("IF", "EXISTS")
    name = cursor.qualified("a view")
    view = find_view(state, name)
    if view is None or (materialized is not None and view.materialized != materialized):
        if lenient:
            return
        raise state.missing(cursor, "materialized view" if materialized else "view", name)
    alter_found_view(cursor, state, view)


def alter_found_view(cursor: Cursor, state: State, view: ViewDraft) -> None:
    """The actions on a view, of which pg_dump prints OWNER TO and CLUSTER ON."""
    token = cursor.token
    if cursor.take("OWNER", "TO"):
        cursor.name("a role", label=True)
    elif cursor.take("SET", "("):
        cursor.i -= 1
        view.storage = merged(view.storage, parse_parameters(cursor))
    elif cursor.take("RESET"):
        view.storage = without(view.storage, parse_parameter_names(cursor))
    elif view.materialized and is_depends(cursor):
        view.extensions = parse_depends(cursor, state, view.extensions)
    elif view.materialized and cursor.take("CLUSTER", "ON"):
        at = cursor.token
        index = cursor.name("an index")
        if index not in view.indexes:
            raise cursor.error(SqlSyntaxError, f"{view.key} has no index {index}", at)
        view.options = replace(view.options, clustered_on=index)
    elif view.materialized and cursor.take("SET", "WITHOUT", "CLUSTER"):
        view.options = replace(view.options, clustered_on=None)
    elif not (view.materialized and _says_nothing(cursor)):
        raise cursor.error(
            UnsupportedError,
            f"this action on the view {view.key.path}",
            token,
            subject=view.key.path,
            hint="create the view as it shall be in the end",
        )
    cursor.end()
    if not view.materialized:
        _options(cursor, view, token)


def _says_nothing(cursor: Cursor) -> bool:
    """Whether it is ALTER COLUMN ... SET (...) of nothing but what the server keeps for itself, as an old pg_dump prints."""
    if not cursor.take("ALTER"):
        return False
    cursor.take("COLUMN")
    cursor.column_name()
    return cursor.take("SET") and cursor.at("(") and not parse_column_parameters(cursor)


# commenting


def comment_on_view(cursor: Cursor, state: State, *, materialized: bool) -> ViewDraft:
    """The view after COMMENT ON [MATERIALIZED] VIEW."""
    name = cursor.qualified("a view")
    view = find_view(state, name)
    if view is None or view.materialized != materialized:
        raise state.missing(cursor, "materialized view" if materialized else "view", name)
    return view


# dropping


def drop_view(state: State, view: ViewDraft) -> None:
    state.drop_rules(view)
    for index in list(view.indexes):
        state.drop_index(view, index)
    del state.views[view.key]
    state.relations.pop((view.schema, view.name), None)
    state.places.pop(view.key, None)
