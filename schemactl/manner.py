"""How a plan goes about its work: in one go where nobody notices, else so that nobody has to wait for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from schemactl.model import ObjectKey

#: Bytes up to which a table counts as small: it is read or written anew in a fraction of a second.
SMALL_TABLE = 10 * 1024 * 1024


class Online(StrEnum):
    """When to take the way that lets others work on: where a table is not small, always, or never."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """What a table holds: bytes of its rows, without indexes, and how many rows the server thinks there are.

    `instant_left`: how many more changes the server makes without touching rows; None where it does not count them.
    """

    bytes: int
    rows: int | None = None
    instant_left: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """`small_table` is in bytes. `sizes` are those of live tables; one that is not listed may be of any size.

    `copy_with` are the words of a program that copies tables while others write, with placeholders in braces
    (`{alter}`, `{schema}`, `{table}` and those that its dialect fills in when it runs); empty where there is none.

    `creates_concurrently` and `drops_concurrently` settle it for indexes, whatever the size: True, False, or None.
    """

    online: Online = Online.AUTO
    small_table: int = SMALL_TABLE
    creates_concurrently: bool | None = None
    drops_concurrently: bool | None = None
    sizes: Mapping[ObjectKey, Size] = field(default_factory=dict)
    copy_with: tuple[str, ...] = ()

    def is_small(self, table: ObjectKey) -> bool:
        """Whether work on the whole table is over before anybody minds."""
        size = self.sizes.get(table)
        return size is not None and size.bytes < self.small_table

    def goes_online(self, table: ObjectKey) -> bool:
        """Whether others are to go on working on the table meanwhile."""
        if self.online is Online.AUTO:
            return not self.is_small(table)
        return self.online is Online.ALWAYS
