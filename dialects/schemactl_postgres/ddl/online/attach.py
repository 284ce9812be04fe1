"""A table that becomes a partition, or comes beside a default one: its rows are looked at before, while nobody waits.

A check says what the server would have to find out under its lock; once that is validated, it reads no row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from schemactl.model import Expression, IndexPart, Kind, ObjectKey, Table
from schemactl.steps import Step
from schemactl_postgres.ddl import rank, reach
from schemactl_postgres.ddl.context import Context, columns_of
from schemactl_postgres.ddl.online.names import free_name
from schemactl_postgres.options import Partition, TableOptions
from schemactl_postgres.sql import qualified, quoted

#: A value of a bound that says the same at any time: what else may stand there is worked out when it is attached.
_LITERAL = re.compile(r"(?:-?\d[\d.]*|true|false|'(?:[^'\\]|'')*')(?:::[\w \"]+)?", re.IGNORECASE)

#: What may stand in a bound in place of a value.
_ENDLESS = ("MINVALUE", "MAXVALUE")


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
    """The checks that spare the server a look at rows: those of `it`, where it is there already, and of a default partition."""
    partition = reach.partition_of(it)
    if partition is None or partition.parent in context.made:
        return []
    found = []
    own = _bounds(context, it)
    if it.key in context.live and it.key not in context.made and own is not None and context.goes_online(it.key):
        found.append(_proof(context, it.key, it.name, own))
    mine = _bound(context, partition)
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
        if (condition := _bound(context, partition)) is None:
            return None
        conditions.append(condition)
        partition = reach.partition_of(context.tables.get(partition.parent))
    return " AND ".join(conditions)


def _bound(context: Context, partition: Partition) -> str | None:
    """A bound as the server proves it from: None where it is by hash, or not of constants."""
    parent = context.tables.get(partition.parent)
    options = parent.options if parent is not None else None
    by = options.partition_by if isinstance(options, TableOptions) else None
    bound = partition.bound
    if parent is None or by is None or bound.form not in ("FROM", "IN"):
        return None
    found = [_key(parent, part) for part in by.parts]
    keys = [key for key in found if key is not None]
    if len(keys) < len(found):
        return None
    if bound.form == "IN":
        return _listed(*keys[0], bound.values)
    values = [value.text for value in (*bound.values, *bound.upper)]
    if not all(_LITERAL.fullmatch(text) for text in values if text.upper() not in _ENDLESS):
        return None
    return _between(keys, values[: len(keys)], values[len(keys) :])


def _key(parent: Table, part: IndexPart) -> tuple[str, str] | None:
    """A column of a partition key, and its type for constants; None where it compares in its own way."""
    column = parent.column(part.column) if part.column is not None else None
    if column is None or part.collation is not None or part.options is not None or column.type.uses is not None:
        return None
    type_ = column.type.text.partition("(")[0].strip()
    if "(" in column.type.text and not column.type.text.endswith(")"):
        type_ += column.type.text.partition(")")[2]
    return quoted(column.name), type_


def _between(keys: Sequence[tuple[str, str]], lower: Sequence[str], upper: Sequence[str]) -> str:
    """FROM and TO as the server takes them apart: what is equal in both, then each side column by column."""
    limits = [f"{name} IS NOT NULL" for name, _ in keys]
    same = 0
    while same < len(keys) and lower[same] == upper[same] and lower[same].upper() not in _ENDLESS:
        limits.append(f"{keys[same][0]} = {lower[same]}::{keys[same][1]}")
        same += 1
    limits += _side(keys[same:], lower[same:], ">", "MINVALUE")
    limits += _side(keys[same:], upper[same:], "<", "MAXVALUE")
    return f"({' AND '.join(limits)})"


def _side(keys: Sequence[tuple[str, str]], values: Sequence[str], sign: str, endless: str) -> Iterator[str]:
    """One limit over the columns, if any: beyond it in the first, or equal there and beyond it in the next, and so on."""
    arms, equal = [], ""
    for place, ((name, type_), text) in enumerate(zip(keys, values, strict=True)):
        if text.upper() in _ENDLESS:
            break
        following = values[place + 1].upper() if place + 1 < len(values) else ""
        included = following == endless if following or sign == "<" else True
        arms.append(f"{equal}{name} {sign}{'=' if included else ''} {text}::{type_}")
        equal += f"{name} = {text}::{type_} AND "
    if arms:
        yield arms[0] if len(arms) == 1 else "(" + " OR ".join(f"({arm})" for arm in arms) + ")"


def _listed(name: str, type_: str, values: tuple[Expression, ...]) -> str | None:
    texts = [value.text for value in values if value.text.upper() != "NULL"]
    if not all(map(_LITERAL.fullmatch, texts)):
        return None
    listed = ", ".join(f"{text}::{type_}" for text in texts)
    within = f"{name} = {listed}" if len(texts) == 1 else f"{name} = ANY (ARRAY[{listed}])"
    if len(texts) == len(values):
        return f"({name} IS NOT NULL AND {within})"
    return f"({name} IS NULL OR {within})" if texts else f"({name} IS NULL)"
