"""The closed set of changes between two catalogs.

A change names one object or part of one (a column, a constraint, an index), with what it was and what it shall be.
A new table is one Create with everything in it; a table in both catalogs yields a change for each part that differs,
and an Alter of the table itself only for what belongs to no part (comment, options).
"""

from __future__ import annotations

from dataclasses import dataclass

from schemactl.model import Column, Constraint, Index, ObjectKey, SchemaObject

Part = Column | Constraint | Index
Thing = SchemaObject | Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Create:
    """`because` says why a thing that was there all along is made again; empty for what is really new.

    `place`, of a column, is the name of the one that it is to follow, empty for the first; None where that is no matter.
    """

    key: ObjectKey
    after: Thing
    because: str = ""
    place: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """`because` says why a thing that stays must go for a moment; empty for what is not desired."""

    key: ObjectKey
    before: Thing
    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alter:
    """Same key, another definition. `before` and `after` have the same class, but for constraints of one name.

    `place` as of Create; with one, the definition may be the same.
    """

    key: ObjectKey
    before: Thing
    after: Thing
    place: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rename:
    """The same thing under another name: `key` is the old one, `after` carries the new.

    One that is `hinted` comes before all else: the other changes know the thing under its new name already.
    """

    key: ObjectKey
    new: ObjectKey
    after: Thing
    hinted: bool = False


Change = Create | Drop | Alter | Rename
