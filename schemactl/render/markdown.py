"""A plan as Markdown, for a comment on a change."""

from __future__ import annotations

from collections.abc import Iterator

from schemactl.plan import Group, Plan
from schemactl.policy import Policy
from schemactl.render import findings
from schemactl.render.markup import fenced, safe, table
from schemactl.render.script import statement
from schemactl.render.words import NO_CHANGES, demands, printable, proof, summary


def render(plan: Plan, policy: Policy) -> str:
    return "\n".join(_lines(plan, policy)) + "\n"


def _lines(plan: Plan, policy: Policy) -> Iterator[str]:
    if plan.is_empty:
        yield f"**{NO_CHANGES}**"
    else:
        yield f"**{summary(plan)}**"
        yield ""
        yield f"`sha256:{plan.digest}` for {safe(plan.database)}"
    for note in plan.notes:
        yield ""
        yield f"> {safe(note)}"
    if not plan.is_empty:
        yield ""
        yield safe(proof(plan))
    for said, answer in demands(plan, policy):
        yield ""
        yield f"{said} `{answer}`"
    if plan.findings:
        yield from _findings(plan)
    for number, group in enumerate(plan.groups, 1):
        yield from _group(number, group)


def _findings(plan: Plan) -> Iterator[str]:
    yield ""
    rows = ((it.severity, it.code, it.object, it.message, findings.place(it)) for it in plan.findings)
    yield from table(("", "rule", "what", "why", "where"), (tuple(map(safe, row)) for row in rows))


def _group(number: int, group: Group) -> Iterator[str]:
    yield ""
    yield f"Group {number}, {'one transaction' if group.transactional else 'no transaction, it commits by itself'}:"
    for step in group.steps:
        yield ""
        yield (
            f"- {safe(step.action)} {safe(step.object)}: {safe(step.reason)}"
            if step.reason
            else f"- {safe(step.object)}"
        )
        yield from (f"  - **{it.hazard}**: {safe(it.message)}" for it in step.hazards)
        yield ""
        yield from (f"  {line}" for line in fenced(printable(statement(step.sql)), "sql"))
