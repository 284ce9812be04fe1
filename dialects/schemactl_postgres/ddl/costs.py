"""What a statement costs: the facts of costs.toml, on the relations that it reaches."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from schemactl.model import ObjectKey
from schemactl.steps import Hazard, Lock, Warning_
from schemactl_postgres.ddl import reach

if TYPE_CHECKING:
    from schemactl_postgres.ddl.context import Context

#: The relations that each role names, beyond those of the table itself.
Others = Mapping[str, Iterable[ObjectKey]]

#: What takes as long as the table is large, while the step's locks are held.
_WORK = frozenset({Hazard.REWRITES_TABLE, Hazard.SCANS_TABLE, Hazard.BUILDS_INDEX})
#: From the weakest to the strongest.
_MODES = (
    "ACCESS SHARE",
    "ROW SHARE",
    "ROW EXCLUSIVE",
    "SHARE UPDATE EXCLUSIVE",
    "SHARE",
    "SHARE ROW EXCLUSIVE",
    "EXCLUSIVE",
    "ACCESS EXCLUSIVE",
)
_BLOCKS_READS, _BLOCKS_WRITES = _MODES.index("ACCESS EXCLUSIVE"), _MODES.index("SHARE")
#: Roles that follow from the table alone.
_OF_TABLE = {"heirs": reach.heirs, "partitions": reach.partitions}


@lru_cache(maxsize=1)
def _headings() -> dict[str, dict[str, Any]]:
    return tomllib.loads(files("schemactl_postgres").joinpath("costs.toml").read_text(encoding="utf-8"))


@lru_cache
def facts(heading: str, major: int) -> Mapping[str, Any]:
    """What costs.toml says under a heading for a major version: later ones prevail from their number on."""
    found = _headings().get(heading, _headings()["unlisted"])
    merged = {key: value for key, value in found.items() if not key.isdigit()}
    for key in sorted((k for k in found if k.isdigit()), key=int):
        if major >= int(key):
            merged |= found[key]
    return merged


def hazards(heading: str, major: int, **names: str) -> tuple[Warning_, ...]:
    """What a heading warns of; `names` go into its sentences."""
    told = facts(heading, major).get("hazards", {})
    return tuple(Warning_(hazard=Hazard(name), message=text.format(**names)) for name, text in told.items())


def locks(
    context: Context, heading: str, table: ObjectKey | None, others: Others, unused: frozenset[ObjectKey]
) -> tuple[Lock, ...]:
    """The locks of a heading: on the table first, then on what else it reaches. Nobody waits for what is `unused`."""
    said = facts(heading, context.server.version[0])
    taken: dict[str, str] = {}
    for role, key in _reached(context, table, others, said.keys()):
        if key not in unused:
            taken[key.path] = max(taken.get(key.path, said[role]), said[role], key=_MODES.index)
    return tuple(Lock(relation=relation, mode=mode) for relation, mode in taken.items())


def _reached(
    context: Context, table: ObjectKey | None, others: Others, roles: Collection[str]
) -> Iterator[tuple[str, ObjectKey]]:
    """The relations in these roles."""
    if table is not None and "lock" in roles:
        yield "lock", table
    if table is not None:
        for role in sorted(_OF_TABLE.keys() & roles - others.keys()):
            yield from ((role, key) for key in _OF_TABLE[role](context, table))
    for role, keys in others.items():
        if role in roles:
            yield from ((role, key) for key in keys)


def with_waits(taken: tuple[Lock, ...], told: tuple[Warning_, ...], major: int) -> tuple[Warning_, ...]:
    """`told`, and who waits while long work is done under these locks."""
    if not taken or not _WORK & {it.hazard for it in told}:
        return told
    strongest = max(_MODES.index(lock.mode) for lock in taken)
    if strongest >= _BLOCKS_READS:
        return (*told, *hazards("blocks_reads", major))
    return (*told, *hazards("blocks_writes", major)) if strongest >= _BLOCKS_WRITES else told
