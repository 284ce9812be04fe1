"""What a column's new type costs: whether rows are written anew, and what is indexed, checked or looked up anew."""

from __future__ import annotations

from dataclasses import dataclass

from schemactl.model import Check, Column, DataType, Domain, Exclusion, Index, Kind, ObjectKey, PrimaryKey, Unique
from schemactl.steps import Warning_
from schemactl.wording import few
from schemactl_postgres.ddl import reach
from schemactl_postgres.ddl.constraints import mentioned as constraint_columns
from schemactl_postgres.ddl.context import Context
from schemactl_postgres.ddl.conversion import base_of
from schemactl_postgres.ddl.indexes import mentioned as index_columns
from schemactl_postgres.ddl.retype import Retype, retype

#: Zones in which a time without a zone and one with it are the same bytes.
_UTC = frozenset({"utc", "gmt", "uct", "zulu", "universal", "greenwich", "etc/utc", "etc/gmt", "etc/uct", "etc/zulu"})
_MOMENTS = frozenset({"timestamp without time zone", "timestamp with time zone"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """A heading of costs.toml, what is told beside it, and the tables at the other end of foreign keys."""

    heading: str
    extra: tuple[Warning_, ...]
    others: dict[str, list[ObjectKey]]


def price(context: Context, table: ObjectKey, was: Column, it: Column) -> Price:
    """What it costs to make the column `was` into `it`, another in type or collation."""
    tables = [table, *reach.heirs(context, table)]
    one = frozenset({was.name})
    gone = context.dropped
    ends = [k for t in tables for find in (reach.referred, reach.referring) for k in find(context, t, gone, one)]
    counters = reach.sequences_of(context, table, was.name) if was.identity is not None else []
    others = {"other": [k for k in dict.fromkeys(ends) if k not in tables], "sequences": counters}
    free = is_free(context, was, it)
    ordered = _orders_as_before(context, was, it)
    extra: tuple[Warning_, ...] = ()
    if others["other"] and not (free and ordered):
        looked_up = [*tables, *others["other"]]
        extra += context.hazards("retyped_foreign_keys", looked_up, names=few([key.path for key in others["other"]]))
    if not free:
        return Price(heading="alter_type_rewrite", extra=extra, others=others)
    if indexes := [name for t in tables for name in _rebuilt(context, t, was, it, ordered=ordered)]:
        extra += context.hazards("retyped_indexes", tables, names=few(indexes))
    if checks := [name for t in tables for name in _checks(context, t, was.name)]:
        extra += context.hazards("retyped_checks", tables, names=few(checks))
    return Price(heading="alter_type", extra=extra, others=others)


def is_free(context: Context, was: Column, it: Column) -> bool:
    """Whether no row is written for the new type."""
    if was.type == it.type:
        return True
    return not is_constrained(context, it.type) and _between_bases(context, was, it).free


def _between_bases(context: Context, was: Column, it: Column) -> Retype:
    """The types beneath domains, judged; a moment gets or loses its zone for nothing where that is UTC."""
    before, after = base_of(context, context.actual, was.type), base_of(context, context.desired, it.type)
    judged = retype(before, after)
    utc = context.server.settings.get("TimeZone", "").lower() in _UTC
    if {before, after} == _MOMENTS and utc:
        return Retype(lossless=judged.lossless, free=True, using=judged.using)
    return judged


def _orders_as_before(context: Context, was: Column, it: Column) -> bool:
    """Whether an index by the column takes the same operators."""
    before, after = base_of(context, context.actual, was.type), base_of(context, context.desired, it.type)
    return _operators(before) == _operators(after)


def _operators(type_: str) -> str:
    """The type whose operators an index takes for it."""
    base = type_.partition("(")[0].rstrip()
    if base.startswith("timestamp"):
        return "timestamp with time zone" if type_.endswith(" with time zone") else "timestamp without time zone"
    return {"character varying": "text", "cidr": "inet", "bit varying": "bit varying"}.get(base, base)


def is_constrained(context: Context, type_: DataType) -> bool:
    """Whether it is a domain with NOT NULL or a check, or over one, before or after: each row is held against it."""
    if type_.uses is None or type_.text.endswith("]"):
        return False
    for objects in (context.after, context.before):
        it = objects.get(type_.uses)
        if isinstance(it, Domain) and (not it.nullable or it.constraints or is_constrained(context, it.type)):
            return True
    return False


def _rebuilt(context: Context, table: ObjectKey, was: Column, it: Column, *, ordered: bool) -> list[str]:
    """The live indexes that are built anew: those by the column, or with an expression or predicate that has it.

    `ordered`: by the column alone, its values stand as before; a key in a collation of its own does not mind another.
    """
    live = context.live.get(table)
    same = ordered and was.collation == it.collation
    found = []
    for part in (*live.constraints, *live.indexes) if live is not None else ():
        if isinstance(part, PrimaryKey | Unique):
            rebuilt = was.name in part.columns and not same
        elif isinstance(part, Index | Exclusion):
            within = index_columns(part) if isinstance(part, Index) else constraint_columns(part)
            told = part.predicate is not None or any(p.expression for p in part.parts)
            keyed = any(p.column == was.name and not (same or (ordered and p.collation)) for p in part.parts)
            rebuilt = was.name in within and (told or keyed)
        else:
            continue
        if rebuilt and _stays(context, table, part.name):
            found.append(part.name)
    return found


def _checks(context: Context, table: ObjectKey, column: str) -> list[str]:
    live = context.live.get(table)
    return [
        c.name
        for c in (live.constraints if live is not None else ())
        if isinstance(c, Check)
        and c.validated
        and c.enforced
        and column in constraint_columns(c)
        and _stays(context, table, c.name)
    ]


def _stays(context: Context, table: ObjectKey, name: str) -> bool:
    """Whether a constraint or index is there while the type changes: one that goes, or is made again, goes before."""
    kinds = (Kind.CONSTRAINT, Kind.INDEX)
    return not any(
        ObjectKey(kind=k, schema=table.schema, table=table.name, name=name) in context.dropped for k in kinds
    )
