"""The use cases that change a database: plan and carry out, or carry out what was planned."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from schemactl.apply import Event, Outcome, counted
from schemactl.dialect import Patience, SourceText
from schemactl.engine.asking import Asked, with_plan
from schemactl.engine.document import version_of
from schemactl.engine.looking import seen
from schemactl.engine.making import Made, make
from schemactl.engine.proof import put_to_proof, require_proof
from schemactl.engine.running import Execution, finding_out, signals_of, silent
from schemactl.engine.targets import Target, connected
from schemactl.engine.way import placed, read_early
from schemactl.errors import StalePlanError
from schemactl.plan import Plan, fingerprint
from schemactl.policy import Policy
from schemactl.steps import Hazard

if TYPE_CHECKING:
    from sqlalchemy import Connection


def apply(
    target: Target,
    sources: Sequence[SourceText],
    *,
    proved: bool = False,
    checked: bool = False,
    allow: frozenset[Hazard] = frozenset(),
    policy: Policy | None = None,
    approve: Callable[[Plan], bool] | None = None,
    attended: bool = True,
    patience: Patience | None = None,
    progress: Callable[[Event], None] | None = None,
    stop: threading.Event | None = None,
    cancel: threading.Event | None = None,
) -> Outcome:
    """Plan, ask, and carry out. `stop` ends it before the next step, `cancel` in the midst of one; what stands is told.

    Where its rows are to be `checked`, they are whatever the dialect: RowsError is raised for those that it does not suit.
    Raises RefutedError and NotProvedError for a plan that is to be `proved` and is not; RefusedError where the policy
    refuses a hazard of the plan that is not in `allow`; NotApprovedError where `approve` says no, or the plan needs an
    approval that nobody gave; StalePlanError where the database moved between that yes and the lock. Without `approve`,
    the plan is made anew under the lock instead. `attended`: a person says what `approve` says, so that its yes is an
    approval of this very plan.
    """
    asked = Asked.of(policy, allow, approve, attended=attended)
    patience = patience or Patience()
    progress = progress or silent
    start = time.monotonic()
    progress(Event(kind="planning"))
    desired = read_early(target, sources)
    run = Execution(target, patience, progress, signals_of(stop, cancel), start, checked)

    def looked_again(connection: Connection) -> Plan:
        return make(target, connection, sources, desired).plan

    with finding_out(run, looked_again), connected(target) as connection:

        def looked_into(found: Made) -> Plan:
            found = replace(found, plan=counted(target.dialect, connection, found.plan, asked=checked))
            return (
                require_proof(put_to_proof(target, connection, found, sources, desired, stop)) if proved else found.plan
            )

        made = looked_into(make(target, connection, sources, desired))
        if made.is_empty:
            return Outcome(plan=made, steps_done=0, seconds=time.monotonic() - start)
        asked.about(made)

        def again() -> Plan:
            found = make(target, connection, sources, desired)
            if found.plan.digest == made.digest:
                return made
            if approve is not None or asked.policy.approved:
                raise with_plan(
                    StalePlanError("the database changed while the plan waited", hint="plan again and read it"), made
                )
            fresh = looked_into(found)
            asked.about(fresh)
            return fresh

        with placed(desired[1]):
            return run.carry_out(connection, again)


def apply_plan(
    target: Target,
    plan: Plan,
    *,
    proved: bool = False,
    checked: bool = False,
    allow: frozenset[Hazard] = frozenset(),
    policy: Policy | None = None,
    approve: Callable[[Plan], bool] | None = None,
    attended: bool = True,
    patience: Patience | None = None,
    progress: Callable[[Event], None] | None = None,
    stop: threading.Event | None = None,
    cancel: threading.Event | None = None,
) -> Outcome:
    """Carry out a plan made earlier. Raises StalePlanError unless the database is just what it was then.

    One that is to be `proved` must have been, when it was made: else RefutedError and NotProvedError are raised.
    The rest is as of `apply`.
    """
    if proved:
        require_proof(plan)
    asked = Asked.of(policy, allow, approve, attended=attended)
    signals = signals_of(stop, cancel)
    run = Execution(target, patience or Patience(), progress or silent, signals, time.monotonic(), checked)
    with finding_out(run, None), connected(target) as connection:
        server = target.dialect.server(connection)
        if plan.dialect != target.dialect.name:
            raise StalePlanError(f"the plan is for {plan.dialect}, the database is {target.dialect.name}")
        if not plan.is_empty:
            asked.about(plan)

        def same() -> Plan:
            actual = seen(target, connection)
            if fingerprint(actual) != plan.fingerprint or plan.server_version != version_of(server):
                raise with_plan(
                    StalePlanError("the database is not the one that the plan was made for", hint="plan again"), plan
                )
            return plan

        return run.carry_out(connection, same)
