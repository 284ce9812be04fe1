"""Patterns of what is in scope, in the syntax of Atlas: `schema.table.column[type=...]`.

A pattern is a dotted name of up to three parts, each with the wildcards of a shell: `schema`, `schema.object`,
`schema.table.part`. Each part may end in a selector, `[type=table]` or `[type=index|constraint]`. A selector of parts
alone, such as `[type=trigger]`, may stand behind `schema.name`: the table's name is left out.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Sequence
from dataclasses import dataclass

from schemactl.errors import UsageError
from schemactl.model import (
    Aggregate,
    Check,
    Composite,
    Domain,
    Enum,
    Exclusion,
    ForeignKey,
    Kind,
    PrimaryKey,
    Range,
    Routine,
    Unique,
    View,
)

_PART = re.compile(r"(?P<glob>(?:[^.\[\]]|\[[^=\]]*\])+)(?:\[type=(?P<types>[\w|]+)\])?")

#: What a selector may say, by the words that things have (see `words`).
TYPES: dict[str, frozenset[str]] = {
    word: frozenset({word})
    for word in (
        "access_method",
        "aggregate",
        "cast",
        "check",
        "collation",
        "column",
        "composite",
        "constraint",
        "conversion",
        "default_privileges",
        "domain",
        "enum",
        "enum_value",
        "event_trigger",
        "exclusion",
        "extension",
        "foreign_key",
        "foreign_data_wrapper",
        "foreign_server",
        "function",
        "index",
        "language",
        "materialized",
        "object",
        "operator",
        "operator_class",
        "policy",
        "primary_key",
        "privileges",
        "procedure",
        "publication",
        "published_table",
        "range",
        "routine",
        "rule",
        "schema",
        "sequence",
        "statistics",
        "table",
        "transform",
        "trigger",
        "type",
        "unique",
        "view",
    )
} | {
    "fk": frozenset({"foreign_key"}),
    "operator_family": frozenset({"operator_family", "member_of_an_operator_family"}),
    "pk": frozenset({"primary_key"}),
    "text_search": frozenset(f"text_search_{what}" for what in ("configuration", "dictionary", "parser", "template")),
}

#: Words of what lives in a table.
_PARTS = frozenset(
    (
        "check",
        "column",
        "constraint",
        "enum_value",
        "exclusion",
        "foreign_key",
        "index",
        "policy",
        "primary_key",
        "published_table",
        "rule",
        "trigger",
        "unique",
    )
)
#: Words of what stands in no schema.
_GLOBAL = frozenset(
    {
        "access_method",
        "cast",
        "event_trigger",
        "extension",
        "foreign_data_wrapper",
        "foreign_server",
        "language",
        "object",
        "publication",
        "schema",
        "transform",
    }
)

_CLASSES: dict[type, str] = {
    Aggregate: "aggregate",
    Check: "check",
    Composite: "composite",
    Domain: "domain",
    Enum: "enum",
    Exclusion: "exclusion",
    ForeignKey: "foreign_key",
    PrimaryKey: "primary_key",
    Range: "range",
    Unique: "unique",
}


def words(kind: Kind, thing: object = None) -> frozenset[str]:
    """What selectors may call a thing of this kind: `type` and `enum`, `constraint` and `check`."""
    found = {str(kind).replace(" ", "_")}
    if type(thing) in _CLASSES:
        found.add(_CLASSES[type(thing)])
    elif isinstance(thing, Routine):
        found.add("procedure" if thing.procedure else "function")
    elif isinstance(thing, View) and thing.materialized:
        found.add("materialized")
    return frozenset(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A thing as patterns see it: its name, and its words."""

    name: str
    words: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """One pattern, taken apart: for each part the glob and the types it is limited to, empty for any."""

    text: str
    parts: tuple[tuple[str, frozenset[str]], ...]

    @classmethod
    def parse(cls, text: str, *, relative: bool = False) -> Pattern:
        """`relative`: the name of the schema may be left out. Raises UsageError for what is no pattern or covers nothing."""
        parts: list[tuple[str, frozenset[str]]] = []
        position = 0
        while match := _PART.match(text, position):
            parts.append((match["glob"], _types(text, match["types"])))
            position = match.end()
            if position == len(text) or text[position] != ".":
                break
            position += 1
        if position != len(text) or not 1 <= len(parts) <= 3:
            raise UsageError(
                f"{text!r} is no pattern",
                hint="write schema, schema.object or schema.table.part; * stands for any text",
            )
        pattern = cls(text=text, parts=tuple(parts))
        pattern._refuse_nothing(relative)
        return pattern

    def _refuse_nothing(self, relative: bool) -> None:
        """A selector of what no name of so many parts can be would leave in care what the user wants out of it."""
        types, count = self.parts[-1][1], len(self.parts)
        if not types:
            return
        fits = set(_GLOBAL) if count == 1 else set()
        if count == 2 or relative:
            fits |= set().union(*TYPES.values()) - _GLOBAL | {"object"}
        if count == 3:
            fits |= _PARTS
        if not types <= fits:
            wrong = ", ".join(sorted(types - fits))
            raise UsageError(
                f"the pattern {self.text!r} can cover no {wrong}",
                hint="write schema.*[type=view], or schema.*.*[type=trigger] for what lives in a table",
            )

    def covers(self, path: Sequence[Named]) -> bool:
        """Whether it names exactly the thing at this path."""
        return len(path) == len(self.parts) and all(
            fnmatch.fnmatchcase(named.name, glob) and (not types or bool(types & named.words))
            for named, (glob, types) in zip(path, self.parts, strict=True)
        )

    @property
    def is_of_parts(self) -> bool:
        """Whether it selects nothing but what lives in a table."""
        return bool(self.parts[-1][1]) and self.parts[-1][1] <= _PARTS


def _types(text: str, written: str | None) -> frozenset[str]:
    found: set[str] = set()
    for name in written.split("|") if written else ():
        if name not in TYPES:
            raise UsageError(
                f"the pattern {text!r} selects an unknown type {name!r}",
                hint=f"known types: {', '.join(sorted(TYPES))}",
            )
        found |= TYPES[name]
    return frozenset(found)
