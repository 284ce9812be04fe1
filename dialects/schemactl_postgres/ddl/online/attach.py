"""A table that becomes a partition, or comes beside a default one: its rows are looked at before, while nobody waits.

A check says what the server would have to find out under its lock; once that is validated, it reads no row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from schemactl.model import Kind, ObjectKey, Table
from schemactl.steps import Step
from schemactl_postgres.ddl import rank, reach
from schemactl_postgres.ddl.context import Context, columns_of
from schemactl_postgres.ddl.online.bound_check import condition
from schemactl_postgres.ddl.online.names import free_name
from schemactl_postgres.sql import qualified, quoted


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A check on a table that is there while another becomes a partition, or it does itself."""

    table: ObjectKey
    name: str
    condition: str

    @property
    def done(self) -> ObjectKey:
        """That the rows are known to satisfy it."""
        return ObjectKey(kind=Kind.OTHER, schema=self.table.schema, table=self.table.name, name=f"proved: {self.name}")


def proofs(context: Context, it: Table) -> list[Proof]:
    """The checks that spare the server a look at rows: on `it`, where it is there already, and on a default partition."""
    partition = reach.partition_of(it)
    if partition is None or partition.parent in context.made:
        return []
    found = []
    own = _bounds(context, it)
    if it.key in context.live and it.key not in context.made and own is not None and context.goes_online(it.key):
        found.append(_proof(context, it.key, it.name, own))
    mine = condition(context, partition)
    for default in reach.default_of(context, partition.parent)[:1]:
        stays = default in context.tables and default != it.key
        if stays and mine is not None and partition.bound.form != "DEFAULT" and context.goes_online(default):
            found.append(_proof(context, default, f"{default.name}_{it.name}", f"NOT ({mine})"))
    return found


def _proof(context: Context, table: ObjectKey, name: str, condition: str) -> Proof:
    return Proof(table=table, name=free_name(context, table.schema, name, "bound"), condition=condition)


def proved(context: Context, it: Table, found: Iterable[Proof], joins: Step) -> Iterator[Step]:
    """`joins` is the step that makes `it` a partition: before it, the checks are made and validated, and after it they go."""
    found = list(found)
    for proof in found:
        yield from _made(context, proof, joins)
    yield replace(joins, needs=joins.needs | {proof.done for proof in found})
    for proof in found:
        yield context.step(
            f"ALTER TABLE {qualified(proof.table)} DROP CONSTRAINT {quoted(proof.name)}",
            proof.table,
            "alter",
            "the check has served",
            cost="alter_column",
            table=proof.table,
            needs=joins.creates,
            rank=rank.AFTER_VALIDATION,
        )


def _made(context: Context, proof: Proof, joins: Step) -> Iterator[Step]:
    added = replace(proof.done, name=f"check: {proof.name}")
    table = context.tables[proof.table]
    yield context.step(
        f"ALTER TABLE {qualified(proof.table)} ADD CONSTRAINT {quoted(proof.name)} CHECK ({proof.condition}) NOT VALID",
        proof.table,
        "alter",
        f"so that no row is read when {joins.key.path} becomes a partition",
        cost="add_check_not_valid",
        table=proof.table,
        creates={added},
        needs=columns_of(proof.table, (c.name for c in table.columns)),
        rank=rank.ALTER,
    )
    yield context.step(
        f"ALTER TABLE {qualified(proof.table)} VALIDATE CONSTRAINT {quoted(proof.name)}",
        proof.table,
        "alter",
        "every row is checked",
        cost="validate_check",
        table=proof.table,
        creates={proof.done},
        needs={added},
        rank=rank.VALIDATE,
        own_group=True,
        patient=True,
    )


def _bounds(context: Context, it: Table) -> str | None:
    """What a row of a partition satisfies, by its own bound and by those of the partitions that it is within."""
    conditions = []
    partition = reach.partition_of(it)
    while partition is not None:
        if (own := condition(context, partition)) is None:
            return None
        conditions.append(own)
        partition = reach.partition_of(context.tables.get(partition.parent))
    return " AND ".join(conditions)
