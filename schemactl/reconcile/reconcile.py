"""One AtlasSchema brought one step nearer: steps run in order, and the status is summed up once at the end.

A step returns whether the look goes on. An error ends it, and is told by what it means: an error of the world is
retried with growing waits (Reconciling), an error of the user waits for a change (Stalled).
"""

from __future__ import annotations

import hashlib
import logging
from datetime import datetime

from schemactl.errors import (
    ImpossibleError,
    InternalError,
    InterruptedError_,
    RefusedError,
    ResourceError,
    SchemactlError,
)
from schemactl.manner import Manner
from schemactl.plan import Plan
from schemactl.reconcile import summary
from schemactl.reconcile.inputs import Inputs
from schemactl.reconcile.look import Kind, Look, Means, Report, Result
from schemactl.resource import AtlasSchema, Drift, DriftPolicy, Status, allowed, stamp
from schemactl.urls import redact_urls

log = logging.getLogger(__name__)


def reconcile(
    resource: AtlasSchema,
    inputs: Inputs | ResourceError,
    before: Status,
    *,
    now: datetime,
    means: Means | None = None,
) -> Result:
    """Look at the database once, and close the difference where the policy says so.

    `inputs` is the error where they could not be had. `before` is the status of the last look, `Status()` at first.
    Never raises: what went wrong is in the status.
    """
    means = means or Means()
    given = inputs if isinstance(inputs, Inputs) else Inputs(url="", sources=())
    look = Look(resource=resource, inputs=given, before=before, now=now, means=means)
    if resource.spec.suspend:
        return summary.suspended(look)
    if isinstance(inputs, ResourceError):
        return summary.failed(look, inputs)
    try:
        for step in (_connect, _plan, _judge, _apply, _verify):
            if not step(look):
                break
    except SchemactlError as error:
        return summary.failed(look, error)
    except Exception as error:
        log.debug("reconciling %s", resource.name, exc_info=True)
        unexpected = InternalError(f"{type(error).__name__}: {redact_urls(str(error))}", subject=resource.name)
        return summary.failed(look, unexpected)
    return summary.good(look)


def _connect(look: Look) -> bool:
    from schemactl import engine

    spec = look.resource.spec
    order = spec.policy.diff.column_order
    indexes = spec.policy.diff.concurrent_index
    look.target = engine.target(
        look.inputs.url,
        schemas=spec.schemas,
        exclude=spec.exclude,
        column_order=order,
        manner=Manner(creates_concurrently=indexes.create, drops_concurrently=indexes.drop),
    )
    # Without the password: a rotated one is no other place.
    scope = (look.target.display, *spec.schemas, "", *spec.exclude, *(("", "column_order") if order else ()))
    look.scope = hashlib.sha256("\0".join(scope).encode()).hexdigest()
    return True


def _plan(look: Look) -> bool:
    from schemactl import engine

    look.phase = "SchemaPlan"
    assert look.target is not None
    look.plan = plan = engine.plan(look.target, look.inputs.sources)
    if plan.is_empty:
        look.observed_hash, look.fingerprint = plan.desired_digest, plan.fingerprint
    return not plan.is_empty


def _judge(look: Look) -> bool:
    """Drift is a difference that nobody asked for: the same desired schema was applied in the same place before."""
    plan, before = look.plan, look.before
    assert plan is not None
    if before.observed_hash != plan.desired_digest or before.scope != look.scope:
        return True
    look.drift = Drift(time=stamp(look.now), steps=statements(plan))
    if (old := before.last_drift) is not None and before.is_true("Drifted") and old.steps == look.drift.steps:
        look.drift = old
    policy = look.resource.spec.policy.drift
    if look.drift is not before.last_drift and policy is not DriftPolicy.IGNORE:
        message = f"the database was changed by others: {counted(plan)} away from the desired schema"
        look.reports.append(Report(kind=Kind.DRIFT, reason="DriftDetected", message=message, steps=differences(plan)))
    if policy is DriftPolicy.HEAL:
        return True
    look.observed_hash = plan.desired_digest
    return False


def _apply(look: Look) -> bool:
    from schemactl import engine

    look.phase = "ApplyingSchema"
    assert look.target is not None
    means = look.means
    if means.announce is not None and not means.announce(summary.applying(look)):
        raise InterruptedError_("the resource has changed, or is gone", subject=look.resource.name)
    look.began = look.drift is None
    try:
        outcome = engine.apply(
            look.target,
            look.inputs.sources,
            allow=allowed(look.resource.spec),
            patience=means.patience,
            stop=means.stop,
        )
    except RefusedError:
        look.phase, look.began = "LintPolicyError", False
        raise
    if outcome.plan.is_empty:
        # others were quicker, between the plan and the lock
        look.plan, look.drift = outcome.plan, None
        look.observed_hash, look.fingerprint = outcome.plan.desired_digest, outcome.plan.fingerprint
        return False
    look.applied, look.healed = outcome.plan, look.drift is not None
    look.observed_hash = outcome.plan.desired_digest
    kind = Kind.HEALED if look.healed else Kind.APPLIED
    message = f"{kind} {counted(outcome.plan)}"
    look.reports.append(Report(kind=kind, reason="Applied", message=message, steps=statements(outcome.plan)))
    return True


def _verify(look: Look) -> bool:
    """Plan once more: what does not come to rest would be applied for ever."""
    from schemactl import engine

    look.phase = "SchemaInspect"
    assert look.target is not None
    rest = engine.plan(look.target, look.inputs.sources)
    if not rest.is_empty:
        look.phase = "NotConverged"
        raise ImpossibleError(
            f"the plan was applied, and the database still differs: {'; '.join(statements(rest))}",
            subject=look.resource.name,
            hint="either others change the database at this moment, or this is a bug: please report the statements",
        )
    look.fingerprint = rest.fingerprint
    return True


def statements(plan: Plan) -> tuple[str, ...]:
    return tuple(step.sql for step in plan.steps)


def differences(plan: Plan) -> tuple[str, ...]:
    """What the others did, a line each, as seen from the desired schema."""
    words = {"create": "is missing", "drop": "is not in the desired schema"}
    changing = (step for step in plan.steps if step.action != "check")
    return tuple(f"{step.object} {words.get(step.action, f'differs: {step.reason}')}" for step in changing)


def counted(plan: Plan) -> str:
    count = len(plan.steps)
    return f"{count} step" if count == 1 else f"{count} steps"
