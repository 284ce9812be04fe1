"""CREATE RULE and DROP RULE."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from schemactl.errors import UnsupportedError
from schemactl.model import Expression, Kind, ObjectKey, Rule
from schemactl_postgres.read.cursor import Cursor, Name
from schemactl_postgres.read.query import names_in
from schemactl_postgres.read.state import State, TableDraft
from schemactl_postgres.read.view import find_view, resolved


@dataclass(slots=True)
class RuleDraft:
    """A rule while the script goes on; what its body names is looked up when all is read."""

    rule: Rule
    owner: TableDraft
    cursor: Cursor
    span: tuple[int, int]
    search_path: tuple[str, ...]


def create_rule(cursor: Cursor, state: State, *, replaces: bool) -> None:
    """After the words CREATE [OR REPLACE] RULE."""
    token = cursor.token
    name = cursor.name("a rule")
    cursor.expect("AS", "ON")
    if cursor.at("SELECT"):
        raise cursor.error(UnsupportedError, "a rule ON SELECT", hint="create a view")
    event = cursor.take_any("INSERT", "UPDATE", "DELETE")
    if event is None:
        raise cursor.unexpected("expected INSERT, UPDATE or DELETE")
    cursor.expect("TO")
    owner = _owner(cursor, state, cursor.qualified("a table"))
    if not (cursor.at("WHERE") or cursor.at("DO")):
        raise cursor.unexpected("expected DO")
    span = (cursor.i, len(cursor.tokens) - 1)
    text = cursor.text(*span)
    rule = Rule(
        schema=owner.schema, table=owner.name, name=name, event=event, body=Expression(text=text, canonical=text)
    )
    old = state.rules.get(rule.key)
    if old is not None and not replaces:
        raise state.duplicate(cursor, rule.key, token)
    if old is not None:
        rule = replace(rule, comment=old.rule.comment, enabled=old.rule.enabled)
    state.rules[rule.key] = RuleDraft(rule, owner, cursor, span, state.search_path)
    state.places[rule.key] = cursor.place(token)


def _owner(cursor: Cursor, state: State, name: Name) -> TableDraft:
    return find_view(state, name) or state.table(name, cursor)


def find_rule(cursor: Cursor, state: State) -> tuple[Name, ObjectKey | None]:
    """`name ON table`: the rule's key, None where there is no such rule."""
    token = cursor.token
    name = cursor.name("a rule")
    cursor.expect("ON")
    owner = _owner(cursor, state, cursor.qualified("a table"))
    key = ObjectKey(kind=Kind.RULE, schema=owner.schema, table=owner.name, name=name)
    return Name(owner.name, name, token), key if key in state.rules else None


def enable_rule(cursor: Cursor, state: State, table: ObjectKey, enabled: str) -> None:
    """After ENABLE RULE and the like, within ALTER TABLE."""
    token = cursor.token
    key = ObjectKey(kind=Kind.RULE, schema=table.schema, table=table.name, name=cursor.name("a rule"))
    if key not in state.rules:
        raise state.missing(cursor, "rule", f"{key.name} on {table.path}", token)
    state.rules[key].rule = replace(state.rules[key].rule, enabled=enabled)


def drop_rule(cursor: Cursor, state: State) -> None:
    """After the words DROP RULE."""
    lenient = cursor.take("IF", "EXISTS")
    name, key = find_rule(cursor, state)
    cursor.take_any("CASCADE", "RESTRICT")
    cursor.end()
    if key is None and not lenient:
        raise state.missing(cursor, "rule", name)
    if key is not None:
        del state.rules[key]
        state.places.pop(key, None)


def finished_rules(state: State) -> Iterator[Rule]:
    """All rules whose tables and views are still there."""
    for draft in state.rules.values():
        owner = draft.owner.key
        if owner not in state.tables and owner not in state.views:
            continue
        uses: dict[ObjectKey, None] = {owner: None}
        for mention in names_in(draft.cursor, draft.span):
            found = resolved(state, draft.search_path, mention)
            if found is None:
                continue
            if mention.schema is None and found.schema != state.default_schema:
                raise draft.cursor.error(
                    UnsupportedError,
                    f"the rule {draft.rule.key.path} names {found} without its schema",
                    draft.cursor.tokens[draft.span[0]],
                    hint=f"write {found.schema}.{found.name}",
                )
            uses[found] = None
        yield replace(draft.rule, schema=draft.owner.schema, table=draft.owner.name, uses=tuple(uses))
