"""A plan as a SQL script that a person can run: its groups as transactions, its steps as statements."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from schemactl.plan import Group, Plan
from schemactl.render.words import NO_CHANGES, one_line, proof


def render(plan: Plan) -> str:
    return "\n".join(_lines(plan)) + "\n"


def statements(plan: Plan) -> str:
    """The statements, as a schema file has them, after what is to be known of them."""
    parts = [*_notes(plan), *(statement(step.sql) for step in plan.steps)]
    return "\n\n".join(parts) + ("\n" if parts else "")


def _lines(plan: Plan) -> Iterator[str]:
    if plan.is_empty:
        yield f"-- {NO_CHANGES}"
        return
    yield f"-- {one_line(plan.tool)}: plan {plan.digest[:12]} for {one_line(plan.database)}"
    yield from _notes(plan)
    if plan.proof is not None:
        yield f"-- {one_line(proof(plan))}"
    for number, group in enumerate(plan.groups, 1):
        yield ""
        yield f"-- group {number} ({'one transaction' if group.transactional else 'no transaction'})"
        yield from _group(group)


def _notes(plan: Plan) -> Iterator[str]:
    return (f"-- note: {one_line(note)}" for note in plan.notes)


def _group(group: Group) -> Iterator[str]:
    if group.transactional:
        yield "BEGIN;"
    for step in group.steps:
        yield f"-- {one_line(step.action)} {one_line(step.object)}: {one_line(step.reason)}"
        for found in step.hazards:
            yield f"-- {found.hazard}: {one_line(found.message)}"
        for check in step.checks:
            if check.is_told:
                yield f"-- {check.hazard}: {one_line(check.words)}"
        if step.handover is not None:
            yield f"-- by: {one_line(shlex.join(step.handover.words))}"
        yield statement(step.sql)
    if group.transactional:
        yield "COMMIT;"


def statement(sql: str) -> str:
    """The statement with a semicolon at its end, which a comment on its last line must not swallow."""
    sql = sql.strip()
    if sql.endswith(";"):
        return sql
    return sql + ("\n;" if "--" in sql.rsplit("\n", 1)[-1] else ";")
