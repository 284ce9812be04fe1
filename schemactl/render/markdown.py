"""A plan as Markdown, for a comment on a change."""

from __future__ import annotations

from collections.abc import Iterator

from schemactl.plan import Group, Plan
from schemactl.policy import Policy
from schemactl.render import findings
from schemactl.render.script import statement
from schemactl.render.words import NO_CHANGES, demands, one_line, proof, summary


def render(plan: Plan, policy: Policy) -> str:
    return "\n".join(_lines(plan, policy)) + "\n"


def _lines(plan: Plan, policy: Policy) -> Iterator[str]:
    if plan.is_empty:
        yield f"**{NO_CHANGES}**"
    else:
        yield f"**{summary(plan)}**"
        yield ""
        yield f"`sha256:{plan.digest}` for {_safe(plan.database)}"
    for note in plan.notes:
        yield ""
        yield f"> {_safe(note)}"
    if not plan.is_empty:
        yield ""
        yield _safe(proof(plan))
    for said, answer in demands(plan, policy):
        yield ""
        yield f"{said} `{answer}`"
    if plan.findings:
        yield from _findings(plan)
    for number, group in enumerate(plan.groups, 1):
        yield from _group(number, group)


def _findings(plan: Plan) -> Iterator[str]:
    yield ""
    yield "| | rule | what | why | where |"
    yield "|---|---|---|---|---|"
    for it in plan.findings:
        cells = (it.severity, it.code, it.object, it.message, findings.place(it))
        yield f"| {' | '.join(_safe(cell) for cell in cells)} |"


def _group(number: int, group: Group) -> Iterator[str]:
    yield ""
    yield f"Group {number}, {'one transaction' if group.transactional else 'no transaction, it commits by itself'}:"
    for step in group.steps:
        yield ""
        yield (
            f"- {_safe(step.action)} {_safe(step.object)}: {_safe(step.reason)}"
            if step.reason
            else f"- {_safe(step.object)}"
        )
        yield from (f"  - **{it.hazard}**: {_safe(it.message)}" for it in step.hazards)
        sql = statement(step.sql)
        fence = "```" if "```" not in sql else "~~~~~~"
        yield ""
        yield f"  {fence}sql"
        yield from (f"  {line}" for line in sql.split("\n"))
        yield f"  {fence}"


def _safe(text: str) -> str:
    """Names of others, in which nothing is to be a link, a tag or a cell."""
    return "".join(f"\\{c}" if c in "\\`*_{}[]()<>#+!|~@" else c for c in one_line(text))
