"""A plan is proved on a database of nobody's, or must have been."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from schemactl.devdb import Claim, Ground, prove
from schemactl.dialect import SourceText
from schemactl.engine.asking import with_plan
from schemactl.engine.making import Made, make
from schemactl.engine.targets import Target
from schemactl.engine.way import Early
from schemactl.errors import NotProvedError, PlanError, RefutedError
from schemactl.plan import Plan
from schemactl.plan.document import Verdict, with_proof

if TYPE_CHECKING:
    from sqlalchemy import Connection


def put_to_proof(
    target: Target,
    connection: Connection,
    made: Made,
    sources: Sequence[SourceText],
    early: Early,
    stop: threading.Event | None = None,
) -> Plan:
    """The plan with its proof. Raises RefutedError."""
    if made.plan.is_empty:
        return made.plan
    place = Ground(
        dialect=target.dialect,
        engine=target.engine,
        connection=connection,
        scope=target.scope,
        address=target.dev,
        column_order=target.column_order,
    )
    there = replace(target, dev=None)
    subject = Claim(
        plan=made.plan,
        actual=made.way.actual,
        goal=made.way.goal,
        again=lambda dev: make(there, dev, sources, early).plan,
    )
    plan = with_proof(made.plan, prove(place, subject, stop=stop))
    if plan.proof is not None and plan.proof.verdict is Verdict.REFUTED:
        raise _refuted(plan, plan.proof.why)
    return plan


def require_proof(plan: Plan) -> Plan:
    """The plan, where it was proved. Raises RefutedError and NotProvedError."""
    proof = plan.proof
    if plan.is_empty or (proof is not None and proof.verdict is Verdict.PROVED and proof.plan == plan.digest):
        return plan
    if proof is None:
        why = "it carries no proof"
    elif proof.plan != plan.digest:
        why = "its proof is of another plan"
    elif proof.verdict is Verdict.REFUTED:
        raise _refuted(plan, proof.why)
    else:
        why = proof.why
    raise with_plan(NotProvedError(f"the plan is not proved: {why}", hint="nothing was changed"), plan)


def _refuted(plan: Plan, why: str) -> PlanError:
    return with_plan(RefutedError(f"the plan is refuted: {why}", hint="nothing was changed; please report it"), plan)
