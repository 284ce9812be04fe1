"""NM: names that do not match the pattern of the settings. Without a pattern these rules say nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from schemactl.changes import Create, Rename, Thing
from schemactl.lint.rule import Found, Look, Rule, Subject
from schemactl.lint.settings import NAMED
from schemactl.model import Check, Column, ForeignKey, Index, ObjectKey, Schema, Table
from schemactl.model import Kind as K

_CLASSES: dict[str, type] = {
    "schema": Schema,
    "table": Table,
    "column": Column,
    "index": Index,
    "foreign_key": ForeignKey,
    "check": Check,
}


def _named(subject: Subject) -> Iterator[tuple[ObjectKey, Thing]]:
    """All that is new or has a new name, with what a new table holds; names that the server makes up are left out."""
    for change in subject.changes:
        if isinstance(change, Rename):
            yield change.new, change.after
        elif isinstance(change, Create) and not change.because:
            yield change.key, change.after
            if isinstance(it := change.after, Table):
                yield from ((it.child(K.COLUMN, c.name), c) for c in it.columns)
                yield from ((it.child(K.CONSTRAINT, c.name), c) for c in it.constraints)
                yield from ((it.child(K.INDEX, i.name), i) for i in it.indexes)


def _looks(thing: str) -> Look:
    def look(subject: Subject) -> Iterator[Found]:
        pattern = subject.patterns.get(thing)
        if pattern is None:
            return
        for key, it in _named(subject):
            made_up = getattr(it, "generated_name", False)
            if isinstance(it, _CLASSES[thing]) and not made_up and not re.fullmatch(pattern, key.name):
                yield Found(key=key, message=f"the name {key.name} does not match {pattern}")

    return look


def _rule(thing: str) -> Rule:
    words = thing.replace("_", " ")
    return Rule(
        code=NAMED[thing],
        title=f"the name of a new {words} does not match the pattern for it",
        why="A team agreed on how things are called. What has its name already is not told of.",
        example=f'[lint.naming]\n{thing} = "[a-z][a-z0-9_]*"',
        instead="choose another name now, while nothing uses it",
        look=_looks(thing),
    )


RULES = tuple(_rule(thing) for thing in NAMED)
