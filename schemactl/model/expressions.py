"""Types and expressions: text with a meaning that a dialect makes comparable."""

from __future__ import annotations

from dataclasses import dataclass, field

from schemactl.model.keys import ObjectKey


@dataclass(frozen=True, slots=True, kw_only=True)
class DataType:
    """A type in the server's own spelling, as Postgres' format_type prints it with an empty search_path.

    `uses` is the user-defined type beneath it (of an array, its element), None for a type of the server.
    Its schema is empty where an unqualified name could not be resolved from the desired text alone.
    """

    text: str
    uses: ObjectKey | None = field(default=None, compare=False)

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """An expression. Equality looks at `canonical` alone; `text` is the source slice, and what DDL is made from.

    `uses` holds the keys of columns, routines, sequences, types and tables that it mentions, as far as the text
    tells. A reader and an inspector leave `canonical` equal to `text`; the dialect's canonicaliser fills it in.
    """

    text: str = field(compare=False)
    canonical: str = ""
    uses: tuple[ObjectKey, ...] = field(default=(), compare=False)

    def __str__(self) -> str:
        return self.text
