"""One AtlasSchema brought one step nearer: steps run in order, and the status is summed up once at the end.

A step returns whether the look goes on. An error ends it, and is told by what it means: an error of the world is
retried with growing waits (Reconciling), an error of the user waits for a change (Stalled).
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import replace
from datetime import datetime

from schemactl.errors import (
    BusyError,
    ImpossibleError,
    InternalError,
    InterruptedError_,
    RefusedError,
    ResourceError,
    SchemactlError,
)
from schemactl.reconcile import approval, record, spared, summary
from schemactl.reconcile.clean import cleaned, cleaner
from schemactl.reconcile.inputs import Inputs
from schemactl.reconcile.look import Kind, Look, Means, Report, Result
from schemactl.reconcile.target import target_of
from schemactl.resource import AtlasSchema, DriftPolicy, Status, ignored, skipped, stamp
from schemactl.urls import DatabaseUrl, redact_urls

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
    look = Look(
        resource=resource,
        inputs=given,
        before=before,
        now=now,
        means=means,
        ignored=ignored(resource.spec),
        clean=cleaner(given),
    )
    return cleaned(_looked(look, inputs), look.clean)


def _looked(look: Look, inputs: Inputs | ResourceError) -> Result:
    if look.resource.spec.suspend:
        return summary.suspended(look)
    if isinstance(inputs, ResourceError):
        return summary.failed(look, inputs)
    try:
        for step in (_connect, _spare, _plan, _judge, _allow, _prove, _apply, _verify):
            if not step(look):
                break
    except SchemactlError as error:
        return summary.failed(look, error)
    except Exception as error:
        log.debug("reconciling %s", look.resource.name, exc_info=True)
        unexpected = InternalError(f"{type(error).__name__}: {redact_urls(str(error))}", subject=look.resource.name)
        return summary.failed(look, unexpected)
    if look.spared:
        return summary.unmoved(look)
    if look.wants_approval and not look.approved:
        return summary.waiting(look)
    return summary.good(look)


def _connect(look: Look) -> bool:
    spec = look.resource.spec
    look.target = target_of(spec, look.inputs)
    order, skip = spec.policy.diff.column_order, skipped(spec)
    url = DatabaseUrl.parse(look.inputs.url)
    look.place = str(replace(url, username=None, password=None, query=()))
    # Without the password: a rotated one is no other place.
    scope = [look.target.display, *spec.schemas, "", *spec.exclude, *(("", "column_order") if order else ())]
    scope += ["", "target", *spec.target.schemas] if spec.target.schemas else []
    scope += ["", "skip", *sorted(skip)] if skip else []
    look.scope = hashlib.sha256("\0".join(scope).encode()).hexdigest()
    return True


def _spare(look: Look) -> bool:
    """Taken before the inspection: what moves meanwhile is noticed by the next look."""
    _take_mark(look)
    look.spared = spared.is_spared(look)
    return not look.spared


def _take_mark(look: Look) -> None:
    from schemactl import engine

    look.phase = "SchemaInspect"
    assert look.target is not None
    look.mark = spared.mark(look, engine.mark(look.target))


def _plan(look: Look) -> bool:
    from schemactl import engine

    look.phase = "SchemaPlan"
    assert look.target is not None
    look.inspected = True
    if look.target.dev is not None and (why := engine.dev_is_away(look.target)):
        field = "spec.devURL" if look.resource.spec.dev_url is not None else "spec.devURLFrom"
        look.ignored[field] = f"it is not used: {why}"
        look.target = engine.without_dev(look.target)
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
    look.drift = record.drifted(look, plan, stamp(look.now))
    policy = look.resource.spec.policy.drift_mode
    if (old := before.drift) is not None and before.is_true("Drifted") and old.digest == look.drift.digest:
        look.drift = old
    elif policy is not DriftPolicy.IGNORE:
        message = f"the database was changed by others: {record.counted(plan)} away from the desired schema"
        steps = record.differences(plan)
        look.reports.append(Report(kind=Kind.DRIFT, reason="DriftDetected", message=message, steps=steps))
    if policy is DriftPolicy.HEAL:
        return True
    look.observed_hash = plan.desired_digest
    return False


def _allow(look: Look) -> bool:
    """Whether the plan may run: not before somebody approved exactly it, where it needs that. Raises RefusedError."""
    plan, spec = look.plan, look.resource.spec
    assert plan is not None
    first = not look.before.last_applied and not look.before.observed_hash
    look.phase = "FirstRunDestructive" if first and plan.needs_consent else "LintPolicyError"
    approval.require_allowed(plan, spec, look.resource.name)
    look.wants_approval = approval.wanted(plan, spec)
    look.approved = bool(look.wants_approval) and approval.approved_digest(look.resource) == plan.digest
    return look.approved or not look.wants_approval


def _prove(look: Look) -> bool:
    """Where there is a dev database, the plan is run there first. Raises RefutedError; what cannot be proved may run."""
    from schemactl import engine

    assert look.target is not None
    if look.target.dev is not None:
        look.phase = "PlanRefuted"
        look.plan = engine.plan(look.target, look.inputs.sources, proved=True)
    return True


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
            policy=approval.policy(look),
            patience=means.patience,
            progress=means.progress,
            stop=means.stop,
            cancel=means.cancel,
        )
    except RefusedError:
        look.phase, look.began = "LintPolicyError", False
        raise
    except BusyError:
        look.began = False
        raise
    if outcome.plan.is_empty:
        # others were quicker, between the plan and the lock
        look.plan, look.drift = outcome.plan, None
        look.observed_hash, look.fingerprint = outcome.plan.desired_digest, outcome.plan.fingerprint
        return False
    look.applied, look.healed, look.seconds = outcome.plan, look.drift is not None, outcome.seconds
    if look.plan is None or look.plan.digest != outcome.plan.digest:
        look.plan = outcome.plan  # else it may have a proof
    look.observed_hash = outcome.plan.desired_digest
    kind = Kind.HEALED if look.healed else Kind.APPLIED
    message = f"{kind} {record.counted(outcome.plan)}"
    steps, digest = record.statements(outcome.plan), f"sha256:{outcome.plan.digest}"
    look.reports.append(Report(kind=kind, reason="Applied", message=message, steps=steps, digest=digest))
    return True


def _verify(look: Look) -> bool:
    """Plan once more: what does not come to rest would be applied for ever."""
    from schemactl import engine

    _take_mark(look)
    assert look.target is not None
    rest = engine.plan(look.target, look.inputs.sources)
    if not rest.is_empty:
        look.phase = "NotConverged"
        raise ImpossibleError(
            f"the plan was applied, and the database still differs: {'; '.join(record.statements(rest))}",
            subject=look.resource.name,
            hint="either others change the database at this moment, or this is a bug: please report the statements",
        )
    look.fingerprint = rest.fingerprint
    return True
