"""COMMENT ON, attached at once: what it speaks of has been created before it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from schemactl.errors import UnsupportedError
from schemactl.model import Composite, Domain, Enum, Kind, Schema
from schemactl_postgres.names import INITIAL_COMMENTS
from schemactl_postgres.read.collation import comment_on_collation
from schemactl_postgres.read.composite import comment_on_attribute
from schemactl_postgres.read.cursor import Cursor, Name
from schemactl_postgres.read.define import comment_on_definition, take_kind
from schemactl_postgres.read.domain import comment_on_check
from schemactl_postgres.read.foreign_server import comment_on as comment_on_server
from schemactl_postgres.read.not_null import change_not_null, find_not_null
from schemactl_postgres.read.policy import on_policy
from schemactl_postgres.read.publication import comment_on_publication
from schemactl_postgres.read.refused import phrase_of
from schemactl_postgres.read.routine import parse_signature
from schemactl_postgres.read.rule import find_rule
from schemactl_postgres.read.state import State
from schemactl_postgres.read.statistics import comment_on_statistics
from schemactl_postgres.read.tokens import Sort
from schemactl_postgres.read.trigger import parse_trigger_name
from schemactl_postgres.read.view import comment_on_view, find_view


def comment_on(cursor: Cursor, state: State) -> None:
    """After the words COMMENT ON."""
    if (defined := take_kind(cursor)) is not None:
        comment_on_definition(cursor, state, defined)
        cursor.end()
        return
    kind = cursor.word
    reader = _COMMENTED.get(kind)
    if reader is None:
        if cursor.token.sort is not Sort.WORD:
            raise cursor.unexpected("expected the kind of an object")
        what = phrase_of(cursor) or kind.lower()
        raise cursor.error(UnsupportedError, f"a comment on {what}: objects of this kind are not managed", cursor.token)
    cursor.i += 1
    reader(cursor, state)
    cursor.end()


def _text(cursor: Cursor) -> str | None:
    cursor.expect("IS")
    return None if cursor.take("NULL") else cursor.string() or None


def _on_schema(cursor: Cursor, state: State) -> None:
    token = cursor.token
    name = cursor.name("a schema")
    text = _text(cursor)
    text = None if text == INITIAL_COMMENTS.get(name) else text
    found = state.schemas.get(name)
    if found is None and name != state.default_schema:
        raise state.missing(cursor, "schema", name, token)
    # The default schema is there without being created.
    if found is not None or text is not None:
        state.schemas[name] = replace(found or Schema(name=name), comment=text)
        state.places.setdefault(state.schemas[name].key, cursor.place(token))


def _on_extension(cursor: Cursor, state: State) -> None:
    token = cursor.token
    name = cursor.name("an extension")
    text = _text(cursor)
    if name not in state.extensions:
        raise state.missing(cursor, "extension", name, token)
    # The comment of an extension is its author's unless said otherwise.
    state.extensions[name] = replace(state.extensions[name], comment=text)


def _on_table(cursor: Cursor, state: State) -> None:
    table = state.table(cursor.qualified("a table"), cursor)
    table.comment = _text(cursor)


def _on_column(cursor: Cursor, state: State) -> None:
    token = cursor.token
    parts = [cursor.name("a table")]
    while cursor.take("."):
        token = cursor.token
        parts.append(cursor.name(label=True))
    if not 2 <= len(parts) <= 3:
        raise cursor.unexpected("expected table.column")
    *path, column = parts
    owner = Name(path[0] if len(path) == 2 else None, path[-1], token)
    composite = state.find_type(owner)
    if isinstance(composite, Composite):
        comment_on_attribute(cursor, state, composite, column, token, _text(cursor))
        return
    view = find_view(state, owner)
    if view is not None:
        text = _text(cursor)
        view.column_comments.pop(column, None)
        view.column_comments |= {column: text} if text is not None else {}
        return
    table = state.table(owner, cursor)
    if column not in table.columns:
        raise state.missing(cursor, "column", ".".join(parts), token)
    table.columns[column] = replace(table.columns[column], comment=_text(cursor))


def _on_index(cursor: Cursor, state: State) -> None:
    name = cursor.qualified("an index")
    found = state.find_index(name)
    if found is None:
        raise state.missing(cursor, "index", name)
    table, index = found
    text = _text(cursor)
    if index in table.indexes:
        table.indexes[index] = replace(table.indexes[index], comment=text)
    elif text is not None:
        raise cursor.error(
            UnsupportedError,
            f"a comment on the index of the constraint {index}",
            name.token,
            subject=str(name),
            hint=f"write COMMENT ON CONSTRAINT {index} ON {table.key.path}",
        )


def _on_constraint(cursor: Cursor, state: State) -> None:
    token = cursor.token
    name = cursor.name("a constraint")
    cursor.expect("ON")
    if cursor.take("DOMAIN"):
        owner = cursor.qualified("a domain")
        comment_on_check(cursor, state, owner, name, token, _text(cursor))
        return
    table = state.table(cursor.qualified("a table"), cursor)
    column = None if name in table.constraints else find_not_null(table, name)
    if column is not None:
        change_not_null(table, column, comment=_text(cursor))
        return
    if name not in table.constraints:
        raise state.missing(cursor, "constraint", f"{name} on {table.key.path}", token)
    table.constraints[name] = replace(table.constraints[name], comment=_text(cursor))


def _on_sequence(cursor: Cursor, state: State) -> None:
    name = cursor.qualified("a sequence")
    found = state.find_sequence(name)
    text = _text(cursor)
    if found is not None:
        state.sequences[found.key] = replace(found, comment=text)
        return
    taken = state.find_relation(name)
    if taken is None or taken.kind is not Kind.SEQUENCE:
        raise state.missing(cursor, "sequence", name)
    if text is not None:
        raise cursor.error(
            UnsupportedError, f"a comment on the sequence of an identity column: {name}", name.token, subject=str(name)
        )


def _on_rule(cursor: Cursor, state: State) -> None:
    name, key = find_rule(cursor, state)
    text = _text(cursor)
    if key is None:
        raise state.missing(cursor, "rule", name)
    state.rules[key].rule = replace(state.rules[key].rule, comment=text)


def _on_view(cursor: Cursor, state: State) -> None:
    view = comment_on_view(cursor, state, materialized=False)
    view.comment = _text(cursor)


def _on_materialized_view(cursor: Cursor, state: State) -> None:
    cursor.expect("VIEW")
    view = comment_on_view(cursor, state, materialized=True)
    view.comment = _text(cursor)


def _on_routine(cursor: Cursor, state: State) -> None:
    kind = cursor.tokens[cursor.i - 1].word
    name, found = parse_signature(cursor, state, kind)
    if not found:
        raise state.missing(cursor, kind.lower(), name)
    state.routines[found[0]] = replace(state.routines[found[0]], comment=_text(cursor))


def _on_trigger(cursor: Cursor, state: State) -> None:
    key = parse_trigger_name(cursor, state)
    state.triggers[key] = replace(state.triggers[key], comment=_text(cursor))


def _on_event_trigger(cursor: Cursor, state: State) -> None:
    cursor.expect("TRIGGER")
    token = cursor.token
    name = cursor.name("an event trigger")
    if name not in state.event_triggers:
        raise state.missing(cursor, "event trigger", name, token)
    state.event_triggers[name] = replace(state.event_triggers[name], comment=_text(cursor))


def _on_type(cursor: Cursor, state: State) -> None:
    name = cursor.qualified("a type")
    found = state.find_type(name)
    if found is None:
        raise state.missing(cursor, "type", name)
    if isinstance(found, Enum):
        state.enums[found.key] = replace(found, comment=_text(cursor))
    else:
        state.types[found.key] = replace(found, comment=_text(cursor))


def _on_domain(cursor: Cursor, state: State) -> None:
    name = cursor.qualified("a domain")
    found = state.find_type(name)
    if not isinstance(found, Domain):
        raise state.missing(cursor, "domain", name)
    state.types[found.key] = replace(found, comment=_text(cursor))


def _on_foreign(cursor: Cursor, state: State) -> None:
    if cursor.take("TABLE"):
        _on_table(cursor, state)
    else:
        cursor.i -= 1
        _on_server(cursor, state, behind=False)


def _on_server(cursor: Cursor, state: State, *, behind: bool = True) -> None:
    cursor.i -= behind
    comment_on_server(cursor, state)(_text(cursor))


def _on_publication(cursor: Cursor, state: State) -> None:
    comment_on_publication(cursor, state)(_text(cursor))


def _on_collation(cursor: Cursor, state: State) -> None:
    comment_on_collation(cursor, state, cursor.qualified("a collation"), _text(cursor))


def _on_statistics(cursor: Cursor, state: State) -> None:
    comment_on_statistics(cursor, state, cursor.qualified("statistics"), _text(cursor))


_COMMENTED: dict[str, Callable[[Cursor, State], None]] = {
    "RULE": _on_rule,
    "AGGREGATE": _on_routine,
    "EVENT": _on_event_trigger,
    "FUNCTION": _on_routine,
    "PROCEDURE": _on_routine,
    "ROUTINE": _on_routine,
    "TRIGGER": _on_trigger,
    "SCHEMA": _on_schema,
    "EXTENSION": _on_extension,
    "TABLE": _on_table,
    "COLLATION": _on_collation,
    "COLUMN": _on_column,
    "DOMAIN": _on_domain,
    "INDEX": _on_index,
    "POLICY": on_policy,
    "PUBLICATION": _on_publication,
    "CONSTRAINT": _on_constraint,
    "FOREIGN": _on_foreign,
    "MATERIALIZED": _on_materialized_view,
    "SEQUENCE": _on_sequence,
    "STATISTICS": _on_statistics,
    "TYPE": _on_type,
    "SERVER": _on_server,
    "VIEW": _on_view,
}
