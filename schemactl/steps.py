"""What a plan is made of: one statement each, with what it costs and what it needs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from schemactl.model import ObjectKey


class Hazard(StrEnum):
    """What a step can do to data or to those who work with it. The first group needs an explicit yes."""

    DROPS_SCHEMA = "DROPS_SCHEMA"
    DROPS_TABLE = "DROPS_TABLE"
    DROPS_COLUMN = "DROPS_COLUMN"
    DROPS_PARTITION = "DROPS_PARTITION"
    DROPS_HISTORY = "DROPS_HISTORY"
    DROPS_SEQUENCE = "DROPS_SEQUENCE"
    DROPS_EXTENSION = "DROPS_EXTENSION"
    DROPS_PUBLICATION = "DROPS_PUBLICATION"
    NARROWS_TYPE = "NARROWS_TYPE"
    REMOVES_ENUM_VALUE = "REMOVES_ENUM_VALUE"
    # from here on: told, not refused
    REWRITES_TABLE = "REWRITES_TABLE"
    SCANS_TABLE = "SCANS_TABLE"
    BUILDS_INDEX = "BUILDS_INDEX"
    BLOCKS_READS = "BLOCKS_READS"
    BLOCKS_WRITES = "BLOCKS_WRITES"
    MAY_FAIL_ON_DATA = "MAY_FAIL_ON_DATA"
    DROPS_CONSTRAINT = "DROPS_CONSTRAINT"
    BREAKS_CLIENTS = "BREAKS_CLIENTS"
    CHANGES_ACCESS = "CHANGES_ACCESS"
    NOT_REVERSIBLE = "NOT_REVERSIBLE"

    @property
    def needs_consent(self) -> bool:
        """Whether the step is refused unless the hazard is allowed by name, where no policy says otherwise."""
        return self in DESTRUCTIVE

    @property
    def belongs_to(self) -> HazardClass:
        return CLASSES[self]


class HazardClass(StrEnum):
    """What a policy speaks of: hazards that concern the same people."""

    DATA_LOSS = "data-loss"
    BLOCKS_READS = "blocks-reads"
    BLOCKS_WRITES = "blocks-writes"
    REWRITES_TABLE = "rewrites-table"
    SCANS_TABLE = "scans-table"
    MAY_FAIL_ON_DATA = "may-fail-on-data"
    BREAKS_CLIENTS = "breaks-clients"
    CHANGES_ACCESS = "changes-access"
    NOT_REVERSIBLE = "not-reversible"


CLASSES = {
    Hazard.DROPS_SCHEMA: HazardClass.DATA_LOSS,
    Hazard.DROPS_TABLE: HazardClass.DATA_LOSS,
    Hazard.DROPS_COLUMN: HazardClass.DATA_LOSS,
    Hazard.DROPS_PARTITION: HazardClass.DATA_LOSS,
    Hazard.DROPS_HISTORY: HazardClass.DATA_LOSS,
    Hazard.DROPS_SEQUENCE: HazardClass.DATA_LOSS,
    Hazard.DROPS_EXTENSION: HazardClass.DATA_LOSS,
    Hazard.DROPS_PUBLICATION: HazardClass.DATA_LOSS,
    Hazard.NARROWS_TYPE: HazardClass.DATA_LOSS,
    Hazard.REMOVES_ENUM_VALUE: HazardClass.DATA_LOSS,
    Hazard.REWRITES_TABLE: HazardClass.REWRITES_TABLE,
    Hazard.SCANS_TABLE: HazardClass.SCANS_TABLE,
    Hazard.BUILDS_INDEX: HazardClass.SCANS_TABLE,
    Hazard.BLOCKS_READS: HazardClass.BLOCKS_READS,
    Hazard.BLOCKS_WRITES: HazardClass.BLOCKS_WRITES,
    Hazard.MAY_FAIL_ON_DATA: HazardClass.MAY_FAIL_ON_DATA,
    # No data goes, but once rows are in that it kept out, it cannot come back.
    Hazard.DROPS_CONSTRAINT: HazardClass.NOT_REVERSIBLE,
    Hazard.BREAKS_CLIENTS: HazardClass.BREAKS_CLIENTS,
    Hazard.CHANGES_ACCESS: HazardClass.CHANGES_ACCESS,
    Hazard.NOT_REVERSIBLE: HazardClass.NOT_REVERSIBLE,
}

DESTRUCTIVE = frozenset(hazard for hazard, of in CLASSES.items() if of is HazardClass.DATA_LOSS)


#: Actions that leave the schema as it is: rows are looked at, or statistics gathered.
LOOKS = frozenset({"check", "analyze"})
#: What grows with a table: told of none that is small.
OF_SIZE = frozenset(
    {
        Hazard.REWRITES_TABLE,
        Hazard.SCANS_TABLE,
        Hazard.BUILDS_INDEX,
        Hazard.BLOCKS_READS,
        Hazard.BLOCKS_WRITES,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Warning_:
    """A hazard of one step, and a sentence that says what it means here."""

    hazard: Hazard
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One of the changes that a step makes, and what it would cost by itself."""

    key: ObjectKey
    hazards: tuple[Warning_, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """A lock that a step takes: the relation as `schema.name`, and the mode in the server's own words."""

    relation: str
    mode: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RowCheck:
    """A query on the rows as they are before the first step: one number, of those that a step does not suit.

    It counts no further than CHECKED_ROWS. `finds` completes "3 rows": "of app.t: NULL in email". Where `refused`,
    the server would refuse the step; else it would change the rows without a word.
    """

    sql: str
    finds: str
    hazard: Hazard = Hazard.MAY_FAIL_ON_DATA
    refused: bool = True


#: Where counting rows ends: that there are many is all that matters from here on.
CHECKED_ROWS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """A right that a step needs, in the server's word for it. `schema` and `name` are empty for one on all.

    One with a `name` alone is to act as that account.
    """

    privilege: str
    schema: str = ""
    name: str = ""

    def __str__(self) -> str:
        if self.name and not self.schema:
            return f"{self.privilege} for the definer {self.name}"
        return f"{self.privilege} on {self.schema or 'all'}{f'.{self.name}' if self.name else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """A program that does what a step's `sql` says: the words of its command, and what three of their placeholders are."""

    command: tuple[str, ...]
    schema: str
    table: str
    alter: str


_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def filled(command: Sequence[str], values: Mapping[str, str]) -> tuple[str, ...]:
    """The words of a command with these placeholders replaced: all at once, so that no value is taken for another."""
    return tuple(_PLACEHOLDER.sub(lambda m: values.get(m[1], m[0]), word) for word in command)


def placeholders(command: Sequence[str]) -> list[str]:
    """The names of the placeholders in a command, as often as they are there."""
    return [name for word in command for name in _PLACEHOLDER.findall(word)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One statement of a plan.

    The sets of keys order it among the others: it runs after what `creates` its `needs`, before what `destroys`
    anything that it `frees` (that is, rested on in the live database and rests on no more), and after what
    `destroys` that which it `follows`. What is destroyed is destroyed before it is created anew. What it `prefers` is
    made before it where that closes no circle: its text may mention that, and need not. `rank` settles what the sets
    leave open: smaller first. A step with `own_group` has a transaction of its own. A `patient` one has nobody wait
    behind it, so it may wait for locks as long as it takes. `checks` and `rights` are looked into before the first step
    of the plan, by dialects whose statements commit by themselves. `parts` are the changes of a step that makes several.
    A `handover` is carried out in place of `sql`.
    """

    sql: str
    key: ObjectKey
    action: str
    reason: str
    transactional: bool = True
    locks: tuple[Lock, ...] = ()
    hazards: tuple[Warning_, ...] = ()
    creates: frozenset[ObjectKey] = frozenset()
    destroys: frozenset[ObjectKey] = frozenset()
    needs: frozenset[ObjectKey] = frozenset()
    frees: frozenset[ObjectKey] = frozenset()
    follows: frozenset[ObjectKey] = frozenset()
    prefers: frozenset[ObjectKey] = frozenset()
    rank: int = 50
    own_group: bool = False
    patient: bool = False
    checks: tuple[RowCheck, ...] = ()
    rights: tuple[Right, ...] = ()
    parts: tuple[Part, ...] = ()
    handover: Handover | None = None
