"""Text of the server's in which one thing gets another name, as the server shows it afterwards.

What the server prints is qualified, so that a mention can be told by its tokens. Where it cannot be told, the text is
made one that equals no other (`stale`): what it belongs to is then a change, which at worst makes the same thing again.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from typing import NamedTuple

from schemactl.dialect import SourceText
from schemactl.errors import SqlSyntaxError
from schemactl.model import Kind, ObjectKey
from schemactl_postgres.names import clipped
from schemactl_postgres.read.tokens import Sort, Source, Token
from schemactl_postgres.sql import literal, quoted

Text = Callable[[str], str]

#: Types whose constants are names.
_NAMES_IN_STRINGS = frozenset({"REGCLASS", "REGTYPE", "REGPROC", "REGPROCEDURE", "REGNAMESPACE", "REGCOLLATION"})
_QUERIES = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE", "MERGE"})
_STALE = ' "as it was before something in it was renamed"'


def stale(text: str) -> str:
    """A text that equals no other."""
    return text if text.endswith(_STALE) else text + _STALE


class Edit(NamedTuple):
    """A slice of the text and what comes in its place."""

    start: int
    stop: int
    text: str


class Words:
    """The tokens of a text, and what identifiers they are."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(Source(SourceText(name="", text=text)).tokens())
        self.names = [self._name(token) for token in self.tokens]
        self.is_query = any(token.word in _QUERIES for token in self.tokens)

    def _name(self, token: Token) -> str | None:
        if token.sort is Sort.WORD:
            return clipped(self.text[token.start : token.stop].lower())
        if token.sort is Sort.QUOTED:
            return self.text[token.start + 1 : token.stop - 1].replace('""', '"')
        return None

    def word(self, i: int) -> str:
        return self.tokens[i].word if 0 <= i < len(self.tokens) else ""

    def string(self, i: int) -> str | None:
        token = self.tokens[i]
        written = self.text[token.start : token.stop]
        if token.sort is not Sort.STRING or not written.startswith("'"):
            return None
        return written[1:-1].replace("''", "'")

    def bare(self, name: str) -> Iterator[int]:
        """Where a name stands that nothing qualifies."""
        return (i for i, found in enumerate(self.names) if found == name and self.word(i - 1) != ".")

    def qualified(self, schema: str, name: str) -> Iterator[int]:
        """Where `schema.name` begins."""
        for i in self.bare(schema):
            if self.word(i + 1) == "." and i + 2 < len(self.names) and self.names[i + 2] == name:
                yield i

    def edited(self, edits: list[Edit]) -> str:
        text = self.text
        for edit in sorted(edits, reverse=True):
            text = text[: edit.start] + edit.text + text[edit.stop :]
        return text


def following(old: ObjectKey, new: ObjectKey, known: Container[ObjectKey] = ()) -> Text:
    """How text follows when `old` becomes `new`. `known` are the keys of the catalog, to tell overloads apart."""
    rule = _RULES.get(old.kind)
    if rule is None or (old.table and old.kind is not Kind.ENUM_VALUE and old.kind is not Kind.COLUMN):
        return lambda text: text
    ambiguous = old.kind is Kind.ROUTINE and _overloads(old, known) > 1
    mark = old.name.partition("(")[0] if old.kind is Kind.ROUTINE else old.name

    def follow(text: str) -> str:
        if mark not in text and mark.replace('"', '""') not in text and mark.replace("'", "''") not in text:
            return text
        try:
            words = Words(text)
        except SqlSyntaxError:
            return stale(text)
        edits = rule(words, old, new)
        if edits is None or (edits and ambiguous):
            return stale(text)
        return words.edited(edits)

    return follow


def _overloads(old: ObjectKey, known: Container[ObjectKey]) -> int:
    name = old.name.partition("(")[0]
    keys = known if isinstance(known, frozenset) else frozenset()
    return sum(k.kind is old.kind and k.schema == old.schema and k.name.partition("(")[0] == name for k in keys)


def _named_things(words: Words, old: ObjectKey, new: ObjectKey) -> list[Edit] | None:
    """Relations, types, routines and collations: `schema.name`, and the name alone as the alias that it is in a query."""
    was, now = old.name, new.name
    if old.kind is Kind.ROUTINE:
        was, now = was.partition("(")[0], now.partition("(")[0]
    edits = [
        Edit(words.tokens[i].start, words.tokens[i + 2].stop, f"{quoted(new.schema)}.{quoted(now)}")
        for i in words.qualified(old.schema, was)
    ]
    if words.is_query and old.kind in (Kind.TABLE, Kind.VIEW):
        if edits and any(words.word(i + 1) != "." for i in words.bare(old.schema)):
            return None  # an alias that is called as the schema is
        alone = list(words.bare(was))
        numbered = any(n and n.startswith(was + "_") and n[len(was) + 1 :].isdigit() for n in words.names)
        if was != now and edits and (numbered or (alone and now in words.names)):
            return None
        if was != now and edits:
            if any(words.word(i + 1) != "." for i in alone):
                return None  # an alias, or a column
            edits += [Edit(words.tokens[i].start, words.tokens[i].stop, quoted(now)) for i in alone]
    return _with_strings(words, old, new, edits)


def _schemas(words: Words, old: ObjectKey, new: ObjectKey) -> list[Edit] | None:
    edits = []
    for i in words.bare(old.name):
        if words.word(i + 1) == ".":
            edits.append(Edit(words.tokens[i].start, words.tokens[i].stop, quoted(new.name)))
        elif words.is_query:
            return None
    return _with_strings(words, old, new, edits)


def _with_strings(words: Words, old: ObjectKey, new: ObjectKey, edits: list[Edit]) -> list[Edit]:
    """The edits, and those within constants that are names, as in `nextval('s.t_id_seq'::regclass)`."""
    inner = following(old, new)
    for i, token in enumerate(words.tokens):
        cast = words.word(i + 1) == "::" and words.word(i + 2) in _NAMES_IN_STRINGS
        value = words.string(i) if cast else None
        if value is not None and (followed := inner(value)) != value:
            edits.append(Edit(token.start, token.stop, literal(followed).strip()))
    return edits


def _enum_values(words: Words, old: ObjectKey, new: ObjectKey) -> list[Edit] | None:
    edits = []
    for i in words.qualified(old.schema, old.table):
        value = words.string(i - 2) if i > 1 and words.word(i - 1) == "::" else None
        if value is None or old.name not in value:
            continue
        if words.word(i + 3) == "[":
            return None  # an array of them in one string
        if value == old.name:
            edits.append(Edit(words.tokens[i - 2].start, words.tokens[i - 2].stop, literal(new.name).strip()))
    return edits


def _columns(words: Words, old: ObjectKey, new: ObjectKey) -> list[Edit] | None:
    """A column, or a part of a composite type, that a text far from it mentions as `(value).name`, or a query does."""
    if words.is_query and old.name in words.names and old.table in words.names:
        return None
    of_row = any(
        found == old.name and words.word(i - 1) == "." and words.word(i - 2) == ")"
        for i, found in enumerate(words.names)
    )
    return None if of_row else []


_Rule = Callable[[Words, ObjectKey, ObjectKey], "list[Edit] | None"]
_RULES: dict[Kind, _Rule] = {
    Kind.COLLATION: _named_things,
    Kind.COLUMN: _columns,
    Kind.ENUM_VALUE: _enum_values,
    Kind.ROUTINE: _named_things,
    Kind.SCHEMA: _schemas,
    Kind.SEQUENCE: _named_things,
    Kind.TABLE: _named_things,
    Kind.TYPE: _named_things,
    Kind.VIEW: _named_things,
}
