"""What a status keeps of plans, of drift and of runs: enough to read, and never so much that it grows."""

from __future__ import annotations

import hashlib

from schemactl.errors import SchemactlError
from schemactl.plan import Plan, PlannedStep
from schemactl.reconcile.look import Look
from schemactl.render import render
from schemactl.resource import Drift, Entry, PlanSummary, stamp
from schemactl.resource.status import LONGEST_HISTORY
from schemactl.steps import LOOKS
from schemactl.wording import few

#: Characters of a plan's script that a status holds.
LONGEST_SQL = 8192
#: Lines of drift that it holds, and characters of each.
MOST_LINES = 20
LONGEST_LINE = 400


def script(plan: Plan) -> str:
    return render(plan, "sql")


def summarised(look: Look, plan: Plan) -> PlanSummary:
    sql = look.clean(script(plan))
    steps = few((f"{step.action} {step.object}" for step in plan.steps), 3)
    return PlanSummary(
        digest=f"sha256:{plan.digest}",
        summary=look.told(f"{counted(plan)}: {steps}", LONGEST_LINE),
        statements=len(plan.steps),
        hazards=tuple(sorted({found.hazard for step in plan.steps for found in step.hazards})),
        sql=sql if len(sql) <= LONGEST_SQL else sql[:LONGEST_SQL] + "\n-- cut short here\n",
        is_cut=len(sql) > LONGEST_SQL,
        proof=plan.proof.verdict.value if plan.proof is not None else "",
    )


def drifted(look: Look, plan: Plan, since: str) -> Drift:
    said = statements(plan)
    return Drift(
        since=since,
        what=_some(look, differences(plan)),
        steps=_some(look, said),
        statements=len(said),
        digest=f"sha256:{hashlib.sha256(chr(0).join(said).encode()).hexdigest()}",
    )


def _some(look: Look, lines: tuple[str, ...]) -> tuple[str, ...]:
    found = tuple(look.told(line, LONGEST_LINE) for line in lines[:MOST_LINES])
    return (*found, f"and {len(lines) - MOST_LINES} more") if len(lines) > MOST_LINES else found


def history(look: Look, error: SchemactlError | None = None) -> tuple[Entry, ...]:
    """The runs, with that of this look, if one had begun. A run that fails again as it did before is the same one."""
    before = look.before.history
    plan = look.applied or (look.plan if error is not None and error.stands else None)
    if plan is None:
        return before
    why = "Drift" if look.drift is not None else "Schema"
    if not look.before.last_applied and not look.before.observed_hash:
        why = "FirstRun"
    entry = Entry(
        time=stamp(look.now),
        why=why,
        digest=f"sha256:{plan.digest}",
        statements=len(plan.steps),
        seconds=round(look.seconds, 3),
        outcome="Applied" if look.applied is not None else "Failed",
        message="" if error is None else look.told(f"{error.code} {error.message}; {error.stands}", LONGEST_LINE),
    )
    if before and entry.outcome == "Failed" and before[0].outcome == "Failed" and before[0].digest == entry.digest:
        return before
    return (entry, *before)[:LONGEST_HISTORY]


def statements(plan: Plan) -> tuple[str, ...]:
    return tuple(step.sql for step in plan.steps)


def differences(plan: Plan) -> tuple[str, ...]:
    """What the others did, a line each, as seen from the desired schema."""
    words = {"create": "is missing", "drop": "is not in the desired schema"}
    changing = (step for step in plan.steps if step.action not in LOOKS)
    return tuple(f"{step.object} {words.get(step.action, f'differs: {step.reason}')}" for step in changing)


def consenting(plan: Plan) -> tuple[PlannedStep, ...]:
    """The steps that can lose data."""
    return tuple(step for step in plan.steps if step.needs_consent)


def counted(plan: Plan) -> str:
    count = len(plan.steps)
    return f"{count} step" if count == 1 else f"{count} steps"
