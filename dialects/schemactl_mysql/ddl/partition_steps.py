"""Partitions altered. ADD, DROP, REORGANIZE and COALESCE PARTITION each stand alone in an ALTER; PARTITION BY does not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from schemactl.model import Table
from schemactl.steps import Hazard, Step, Warning_
from schemactl_mysql.ddl import rank
from schemactl_mysql.ddl.context import Context
from schemactl_mysql.ddl.locks import Blocks, blocking
from schemactl_mysql.ddl.partitions import definitions, partition_clause
from schemactl_mysql.ddl.repartition import Repartition, repartition
from schemactl_mysql.ddl.versions import is_versioned
from schemactl_mysql.options import Partition, Partitioning, TableOptions
from schemactl_mysql.sql import names

#: Whose rows an action writes anew. Writers wait then; but MariaDB, from 11.2 on, copies a whole table online.
#: Seen on MySQL 9.7, MariaDB 10.11 and 11.8 beside a reader and a writer of 131,072 rows.
_ALL, _SOME = "all rows are copied into other partitions", "the rows of these partitions are copied"

_MAY_FAIL = Warning_(hazard=Hazard.MAY_FAIL_ON_DATA, message="a row that no partition takes is an error")


@dataclass(slots=True)
class Repartitioned:
    """Steps before and after all else of the table, and what stands at the end of the statement between them."""

    before: list[Step] = field(default_factory=list)
    tail: str = ""
    reason: str = ""
    hazards: list[Warning_] = field(default_factory=list)
    after: list[Step] = field(default_factory=list)


def _of(table: Table) -> Partitioning | None:
    return table.options.partitioning if isinstance(table.options, TableOptions) else None


def repartitioned(context: Context, was: Table, table: Table) -> Repartitioned:
    """What makes the partitions of `was` into those of `table`."""
    old, new = _of(was), _of(table)
    result = Repartitioned()
    if old is not None and old.by.kind == "SYSTEM_TIME" and not is_versioned(table):
        # Partitions by SYSTEM_TIME stand in the way of dropping what they are of.
        text, reason = "REMOVE PARTITIONING", "history is not desired"
        blocks = blocks_of_copy(context)
        result.before.append(
            _step(context, table, text, reason, rank.DROP_FOREIGN_KEY, *_copied(_ALL, blocks), blocks=blocks)
        )
        old = None
    if old == new:
        return result
    if new is None:
        result.tail, result.reason = "\nREMOVE PARTITIONING", "no partitions are desired"
    elif old is None:
        result.tail, result.reason = partition_clause(new), "partitions are desired"
    elif (found := repartition(old, new)).anew:
        result.tail, result.reason = partition_clause(new), "the partitions differ"
    else:
        result.after += _actions(context, table, new, found)
    if result.tail:
        result.hazards += _copied(_ALL, blocks_of_copy(context))
        if new is not None and not _takes_all(new):
            result.hazards.append(_MAY_FAIL)
    return result


def blocks_of_copy(context: Context) -> Blocks:
    """Who waits while PARTITION BY or REMOVE PARTITIONING copies a table."""
    online = context.flavour.mariadb and context.flavour.version >= (11, 2)
    return Blocks.NONE if online else Blocks.SHARED


def _copied(message: str, blocks: Blocks) -> list[Warning_]:
    found = [Warning_(hazard=Hazard.REWRITES_TABLE, message=message)]
    if blocks is Blocks.SHARED:
        found.append(Warning_(hazard=Hazard.BLOCKS_WRITES, message="writes wait until that is done"))
    return found


def _takes_all(it: Partitioning) -> bool:
    """Whether there is a partition for every row."""
    if it.by.kind.startswith("RANGE"):
        return all(v.canonical == "MAXVALUE" for v in it.partitions[-1].values[0])
    return not it.by.kind.startswith("LIST") or any(p.role == "DEFAULT" for p in it.partitions)


def _actions(context: Context, table: Table, new: Partitioning, found: Repartition) -> Iterator[Step]:
    if found.dropped:
        yield _drop(context, table, found.dropped)
    for gone, come in found.groups:
        text = f"REORGANIZE PARTITION {_names(gone)} INTO {definitions(new.by, come)}"
        yield _step(
            context,
            table,
            text,
            "partitions differ",
            rank.REORGANIZE_PARTITION,
            *_copied(_SOME, Blocks.SHARED),
            blocks=Blocks.SHARED,
        )
    # The number of partitions says in which of them a row is, but where values or time do.
    blocks = Blocks.SHARED if new.by.kind.endswith(("HASH", "KEY")) else Blocks.NONE
    copied = _copied(_ALL, blocks) if blocks else []
    if found.coalesced:
        text = f"COALESCE PARTITION {found.coalesced}"
        yield _step(
            context, table, text, "fewer partitions are desired", rank.REORGANIZE_PARTITION, *copied, blocks=blocks
        )
    if found.new:
        text = f"ADD PARTITION {definitions(new.by, found.new)}"
        yield _step(context, table, text, "partitions are new", rank.ADD_PARTITION, *copied, blocks=blocks)
    if found.added:
        text = f"ADD PARTITION PARTITIONS {found.added}"
        yield _step(context, table, text, "more partitions are desired", rank.ADD_PARTITION, *copied, blocks=blocks)


def _names(partitions: Sequence[Partition]) -> str:
    return names(tuple(p.name for p in partitions))


def _drop(context: Context, table: Table, gone: Sequence[Partition]) -> Step:
    what = "partition" if len(gone) == 1 else "partitions"
    message = f"the rows of {table.key.path} in {what} {', '.join(p.name for p in gone)} are lost"
    hazard = Warning_(hazard=Hazard.DROPS_PARTITION, message=message)
    text = f"DROP PARTITION {_names(gone)}"
    return _step(
        context, table, text, f"the {what} {'is' if len(gone) == 1 else 'are'} not desired", rank.DROP_PARTITION, hazard
    )


def _step(
    context: Context,
    table: Table,
    text: str,
    reason: str,
    position: int,
    *hazards: Warning_,
    blocks: Blocks = Blocks.NONE,
) -> Step:
    return Step(
        sql=f"ALTER TABLE {context.name(table.key)} {text}",
        key=table.key,
        action="alter",
        reason=reason,
        transactional=False,
        locks=blocking(table.key, blocks),
        hazards=hazards,
        needs=frozenset({table.key}),
        rank=position,
    )
