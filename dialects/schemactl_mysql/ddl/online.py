"""What an ALTER TABLE costs, forecast from online.toml: which algorithm the server takes, and what it locks."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from importlib.resources import files
from typing import Any

from schemactl.model import Check, ForeignKey, Index, Table
from schemactl.steps import Hazard, Warning_
from schemactl_mysql.ddl.locks import Blocks
from schemactl_mysql.flavour import Flavour
from schemactl_mysql.options import ColumnOptions, IndexOptions, TableOptions


class Algorithm(IntEnum):
    """From the cheapest to the dearest. MySQL calls NOCOPY and REBUILD both INPLACE, MariaDB the latter."""

    INSTANT = 0
    NOCOPY = 1
    REBUILD = 2
    COPY = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """`known` is False for what was never measured and is taken for the worst. The rest: see online.toml."""

    algorithm: Algorithm
    blocks: Blocks = Blocks.NONE
    apart: str = ""
    builds: bool = False
    fails: bool = False
    known: bool = True


UNKNOWN = Forecast(algorithm=Algorithm.COPY, blocks=Blocks.SHARED, known=False)
#: Before these a forecast is told, and not insisted on: what they do was read, not measured.
FIRST_MEASURED = {False: (8, 0, 29), True: (10, 11)}


@functools.cache
def facts() -> dict[str, dict[str, Any]]:
    """online.toml as it stands."""
    return tomllib.loads(files("schemactl_mysql").joinpath("online.toml").read_text(encoding="utf-8"))


def forecast(flavour: Flavour, operation: str, has: Iterable[str] = ()) -> Forecast:
    """What an operation costs on a table that has these things; see `special`."""
    heading = facts().get(operation)
    levels = _of_version(heading, flavour) if heading else None
    if heading is None or levels is None or UNMEASURED in has:
        return UNKNOWN
    worst = max(_level(levels[thing]) for thing in ("plain", *has) if thing in levels)
    facets = {name: heading[name] for name in ("apart", "builds", "fails") if name in heading}
    return Forecast(algorithm=worst[0], blocks=worst[1], **facets)


def _of_version(heading: Mapping[str, Any], flavour: Flavour) -> Mapping[str, str] | None:
    name = "mariadb" if flavour.mariadb else "mysql"
    best: tuple[tuple[int, ...], Mapping[str, str]] | None = None
    for key, levels in heading.items():
        word, _, since = key.partition(" ")
        version = tuple(int(part) for part in since.split(".")) if since else ()
        if word == name and flavour.version >= version and (best is None or version > best[0]):
            best = version, levels
    return best[1] if best else None


def _level(text: str) -> tuple[Algorithm, Blocks]:
    algorithm, _, lock = text.partition(" ")
    return Algorithm[algorithm.upper()], Blocks[lock.upper()] if lock else Blocks.NONE


#: Of a table whose ALTERs were never measured.
UNMEASURED = "unmeasured"
#: Of one that had as many instant ALTERs as MySQL can count.
FULL = "full"
#: So few instant ALTERs left are told of: whoever adds a column now and then has time to write the table anew.
FEW_LEFT = 10


def special(table: Table) -> frozenset[str]:
    """What a table has that makes some of its ALTERs dearer, by its names in online.toml."""
    options = table.options if isinstance(table.options, TableOptions) else TableOptions()
    found = {index.method for index in table.indexes} & {"fulltext", "spatial"}
    if options.engine not in (None, "InnoDB") or options.system_versioned or options.periods or _is_odd(table):
        found.add(UNMEASURED)
    if options.row_format in ("COMPRESSED", "REDUNDANT"):
        found.add(options.row_format.lower())
    elif "KEY_BLOCK_SIZE" in dict(options.other):
        found.add("compressed")
    if options.partitioning is not None:
        found.add("partitioned")
    if any(isinstance(c, ForeignKey) for c in table.constraints):
        found.add("foreign")
    if any(isinstance(c, Check) for c in table.constraints):
        found.add("check")
    return frozenset(found | _computed(table))


def _computed(table: Table) -> set[str]:
    found = set()
    indexed = {part.column for index in table.indexes for part in index.parts}
    for column in table.columns:
        if column.generated is not None:
            found.add("stored" if column.generated.stored else "virtual")
            if not column.generated.stored and column.name in indexed:
                found.add("virtual_indexed")
    if any(part.expression is not None for index in table.indexes for part in index.parts):
        found |= {"virtual", "virtual_indexed"}
    return found


def _is_odd(table: Table) -> bool:
    """What nobody has measured: keys of vectors, compressed columns, columns that keep no history."""
    columns = [c.options for c in table.columns if isinstance(c.options, ColumnOptions)]
    hashed = any(isinstance(i.options, IndexOptions) and i.options.using == "hash" for i in table.indexes)
    return (
        hashed
        or any(i.method == "vector" or is_over_whole_text(table, i) for i in table.indexes)
        or any(c.compressed is not None or c.versioned is not None or c.row is not None for c in columns)
    )


def is_over_whole_text(table: Table, index: Index) -> bool:
    """A unique key over whole texts, which MariaDB makes of a hidden column."""
    types = {c.name: c.type.text for c in table.columns}
    return index.unique and any(
        p.options is None and p.column and types.get(p.column, "").endswith(("text", "blob")) for p in index.parts
    )


def together(forecasts: Iterable[Forecast]) -> Forecast:
    """Of all in one ALTER: that of the dearest, or more where one makes another dearer, as seen on all three servers."""
    found = list(forecasts)
    algorithm = max(f.algorithm for f in found)
    blocks = max(f.blocks for f in found)
    instant = {f.apart for f in found if f.algorithm is Algorithm.INSTANT}
    kinds = {f.apart for f in found}
    if len(found) > 1 and kinds & {"virtual", "computed", "expression"} and len(kinds) > 1:
        algorithm, blocks = Algorithm.COPY, max(blocks, Blocks.SHARED)
    elif algorithm is not Algorithm.INSTANT and "rows" in instant:
        algorithm = max(algorithm, Algorithm.REBUILD)
    elif algorithm is Algorithm.INSTANT and "table" in kinds and len(kinds) > 1:
        algorithm = Algorithm.NOCOPY
    known, builds, fails = all(f.known for f in found), any(f.builds for f in found), any(f.fails for f in found)
    return Forecast(algorithm=algorithm, blocks=blocks, builds=builds, fails=fails, known=known)


def asserted(flavour: Flavour, found: Forecast) -> str:
    """The clauses with which the server refuses to do more than was forecast; nothing for a copy, which is the most."""
    if flavour.version < FIRST_MEASURED[flavour.mariadb] or found.algorithm is Algorithm.COPY:
        return ""
    if found.algorithm is Algorithm.INSTANT:
        return "ALGORITHM=INSTANT"
    word = "NOCOPY" if flavour.mariadb and found.algorithm is Algorithm.NOCOPY else "INPLACE"
    return f"ALGORITHM={word}, LOCK={found.blocks.name}"


#: Told where no query counts such rows beforehand.
MAY_NOT_SUIT = Warning_(
    hazard=Hazard.MAY_FAIL_ON_DATA, message="refused as a whole if there are rows that it does not suit"
)


def hazards(found: Forecast) -> tuple[Warning_, ...]:
    """What those should know who work with the table meanwhile."""
    result = []
    if not found.known:
        message = "not in the table of known costs: taken for the worst"
        result.append(Warning_(hazard=Hazard.REWRITES_TABLE, message=message))
    elif found.algorithm is Algorithm.REBUILD:
        message = "the table and its indexes are written anew, in place"
        result.append(Warning_(hazard=Hazard.REWRITES_TABLE, message=message))
    elif found.algorithm is Algorithm.COPY:
        message = "the table is copied row by row, with its indexes"
        result.append(Warning_(hazard=Hazard.REWRITES_TABLE, message=message))
    elif found.builds:
        message = "the whole table is read to build the index"
        result.append(Warning_(hazard=Hazard.BUILDS_INDEX, message=message))
    if found.blocks is Blocks.SHARED:
        result.append(Warning_(hazard=Hazard.BLOCKS_WRITES, message="writes wait until that is done"))
    elif found.blocks is Blocks.EXCLUSIVE:
        result.append(Warning_(hazard=Hazard.BLOCKS_READS, message="reads and writes wait until that is done"))
    return (*result, *((MAY_NOT_SUIT,) if found.fails else ()))
