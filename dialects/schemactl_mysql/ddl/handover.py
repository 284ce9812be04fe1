"""Which ALTERs another program may carry out in place of the server: those that such programs do as the server would.

They copy the rows into a new table (INSERT IGNORE) while triggers or the binary log bring along what is written meanwhile,
and then exchange the two. So rows that do not suit the change are lost or altered without a word, names of foreign keys and
of MySQL's checks change, and triggers may be lost. What has to do with any of that is not handed over.
"""

from __future__ import annotations

from dataclasses import replace

from schemactl.model import Check, ForeignKey, Kind, PrimaryKey, Table
from schemactl.steps import Handover, Hazard, Step, Warning_
from schemactl_mysql.ddl.context import Context
from schemactl_mysql.ddl.locks import Blocks, blocking, parents_of
from schemactl_mysql.ddl.online import Algorithm, Forecast

#: What makes a program that knows nothing of it lose or alter rows.
_OF_ROWS = frozenset({Hazard.NARROWS_TYPE, Hazard.REMOVES_ENUM_VALUE, Hazard.MAY_FAIL_ON_DATA, Hazard.DROPS_HISTORY})
_BY_PROGRAM = Warning_(
    hazard=Hazard.REWRITES_TABLE, message="the program named copies the table row by row, while others write"
)


def handover(context: Context, table: Table, found: Forecast, alter: str) -> Handover | None:
    """To the configured program, of what would make writers wait while the table is copied."""
    if not context.manner.copy_with or not context.manner.goes_online(table.key):
        return None
    if found.algorithm is not Algorithm.COPY or found.blocks is Blocks.NONE or not found.known:
        return None
    return Handover(command=context.manner.copy_with, schema=table.schema, table=table.name, alter=alter)


def with_handover(context: Context, step: Step) -> Step:
    """The step as it is carried out: by the program, or by the server, and then it says why."""
    if step.handover is None:
        return step
    why = _in_the_way(context, step)
    if why:
        told = tuple(_with_reason(w, why) for w in step.hazards)
        return replace(step, handover=None, hazards=told)
    sizes = (Hazard.REWRITES_TABLE, Hazard.BLOCKS_WRITES)
    others = tuple(w for w in step.hazards if w.hazard not in sizes)
    key = replace(step.key, kind=Kind.TABLE, table="", name=step.key.table) if step.key.table else step.key
    return replace(step, hazards=(*others, _BY_PROGRAM), locks=blocking(key, Blocks.NONE))


def _with_reason(it: Warning_, why: str) -> Warning_:
    if it.hazard is not Hazard.BLOCKS_WRITES:
        return it
    return replace(it, message=f"{it.message}; not handed over, for {why}")


def _in_the_way(context: Context, step: Step) -> str:
    """Why a program cannot do it; empty where it can."""
    assert step.handover is not None
    key = next(k for k in context.live if (k.schema, k.name) == (step.handover.schema, step.handover.table))
    was, table = context.live[key], context.tables[key]
    constraints = (*was.constraints, *table.constraints)
    others = (*context.live.values(), *context.tables.values())
    if step.checks or any(w.hazard in _OF_ROWS for w in step.hazards):
        return "rows could be lost that do not suit it"
    if any(isinstance(c, ForeignKey) for c in constraints) or any(key in parents_of(t) for t in others):
        return "it has to do with foreign keys"
    if not context.flavour.mariadb and any(isinstance(c, Check) for c in constraints):
        return "its checks would get other names"
    if any(o.key.kind is Kind.TRIGGER and o.key.parent == key for o in context.actual.objects):
        return "it has triggers"
    keys = [[c for c in t.constraints if isinstance(c, PrimaryKey)] for t in (was, table)]
    return "" if keys[0] and keys[0] == keys[1] else "it has no primary key, or gets another"
