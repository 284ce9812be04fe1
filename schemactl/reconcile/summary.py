"""A look into a status: written once, whatever happened, with no memory but the status before."""

from __future__ import annotations

from datetime import datetime

import msgspec

from schemactl.errors import (
    BusyError,
    InternalError,
    InterruptedError_,
    NotApprovedError,
    ResourceError,
    SchemactlError,
    StalePlanError,
)
from schemactl.reconcile import approval, record, schedule, words
from schemactl.reconcile.conditions import LONGEST_MESSAGE, approved, drifted, fields_ignored, skipped
from schemactl.reconcile.inputs import Inputs
from schemactl.reconcile.look import Kind, Look, Means, Report, Result
from schemactl.resource import AtlasSchema, Condition, PlanSummary, Status, seconds, settled
from schemactl.resource.status import Entry

#: Errors that another look may find gone, whatever they say of themselves.
_PASSING = (InterruptedError_, InternalError, StalePlanError, NotApprovedError)


def good(look: Look) -> Result:
    """The look came to its end: Ready, with or without drift that the policy leaves alone."""
    before, plan = look.before, look.applied
    old = before.condition("Ready")
    if plan is not None:
        ready = look.condition("Ready", "True", "Applied", _said(look, "; ".join(s.sql for s in plan.steps)))
    elif old is not None and old.status == "True" and old.reason == "Applied":
        ready = look.condition("Ready", "True", "Applied", old.message)
    else:
        ready = look.condition("Ready", "True", "Applied", "the database is as desired")
    reports = list(look.reports)
    if plan is None and look.drift is None and (old is None or old.status != "True" or old.reason != "Applied"):
        reports.append(Report(kind=Kind.READY, reason="Applied", message="the database is as desired"))
    status = _status(
        look,
        (ready, drifted(look), *approved(look)),
        last_applied=int(look.now.timestamp()) if plan is not None else before.last_applied,
        failed=0,
        mark=look.mark,
        drift=look.drift if look.drift is not None and not look.healed else None,
    )
    return _result(look, status, _interval(look), tuple(reports))


def waiting(look: Look) -> Result:
    """There is a plan, and nobody has approved it yet."""
    plan = look.plan
    assert plan is not None
    reason, message = approval.why_not(look, plan)
    message = _said(look, message)
    conditions = (
        look.condition("Ready", "False", "ApprovalPending", message),
        look.condition("Reconciling", "True", "ApprovalPending", "a plan waits for an approval"),
        look.condition("Approved", "False", reason, message),
        _drift_condition(look),
    )
    status = _status(look, conditions, failed=0, mark=look.mark, drift=look.drift)
    old = look.before.condition("Approved")
    reports = list(look.reports)
    if old is None or (old.status, old.reason, old.message) != ("False", reason, message):
        steps, digest = record.statements(plan), f"sha256:{plan.digest}"
        reports.append(Report(kind=Kind.WAITING, reason="ApprovalPending", message=message, steps=steps, digest=digest))
    return _result(look, status, _interval(look), tuple(reports))


def unmoved(look: Look) -> Result:
    """One query told that all is as it was: so is the status."""
    return _result(look, look.before, _interval(look), ())


def failed(look: Look, error: SchemactlError) -> Result:
    """The look ended in an error. What had been applied before it stays known."""
    before, spec = look.before, look.resource.spec
    # Whose turn it is says nothing of this resource: it waits, and has not failed.
    count = before.failed + (0 if isinstance(error, BusyError) else 1)
    passing = error.transient or isinstance(error, _PASSING)
    patient = isinstance(error, BusyError) or (passing and count <= spec.backoff_limit)
    reason, message = words.reason(look, error), _said(look, words.told(error))
    stalled = "BackoffLimitExceeded" if passing and not patient else reason
    conditions = (
        look.condition("Ready", "False", reason, message),
        look.condition("Reconciling", "True", reason, message)
        if patient
        else look.condition("Stalled", "True", stalled, message),
        _drift_condition(look),
    )
    status = _status(
        look,
        conditions,
        observed_hash=look.observed_hash or ("" if look.began else before.observed_hash),
        last_applied=int(look.now.timestamp()) if look.applied is not None else before.last_applied,
        failed=count,
        scope=look.scope if look.applied is not None else before.scope,
        drift=look.drift or before.drift,
        history=record.history(look, error),
    )
    reports = list(look.reports)
    old, was_stalled = before.condition("Ready"), before.condition("Stalled")
    told = old is not None and (old.status, old.reason, old.message) == ("False", reason, message)
    if not told or (stalled != reason and (was_stalled is None or was_stalled.reason != stalled)):
        reports.append(
            words.report(error, reason if stalled == reason else stalled, Kind.RETRYING if patient else Kind.STALLED)
        )
    return _result(look, status, _after(look, error, count, passing=passing), tuple(reports))


def _after(look: Look, error: SchemactlError, count: int, *, passing: bool) -> float | None:
    """Seconds until the next look. Inputs that are not there, or wrong, are asked for again as often as backoffLimit says."""
    random, interval, limit = look.means.random, seconds(look.resource.spec.interval), look.resource.spec.backoff_limit
    if isinstance(error, BusyError):
        return schedule.retry(1, random)
    if passing:
        return schedule.retry(count, random) if count <= limit else max(interval, schedule.LONGEST_RETRY)
    if isinstance(error, ResourceError):
        return schedule.retry(count, random) if count <= limit else None
    return schedule.stalled(error, interval, random)


def applying(look: Look) -> Status:
    """What is true while statements are carried out."""
    assert look.plan is not None
    message = f"applying {record.counted(look.plan)}"
    status = announced(look.resource, look.before, now=look.now, message=message)
    return msgspec.structs.replace(status, target=look.place)


def suspended(look: Look) -> Result:
    """Nothing is done and nothing forgotten; Ready keeps its truth and says why it may be old."""
    before = look.before
    old = before.condition("Ready")
    ready = look.condition("Ready", old.status if old else "Unknown", "Suspended", "spec.suspend is true")
    others = tuple(c for c in before.conditions if c.type not in {"Ready", "FieldsIgnored"})
    conditions = settled((ready, *others, *fields_ignored(look)), before.conditions)
    generation = look.resource.metadata.generation
    status = msgspec.structs.replace(before, observed_generation=generation, conditions=conditions, mark="")
    already = old is not None and old.reason == "Suspended"
    report = () if already else (Report(kind=Kind.SUSPENDED, reason="Suspended", message="spec.suspend is true"),)
    return Result(status=status, next_look=None, report=report)


def announced(
    resource: AtlasSchema,
    before: Status,
    *,
    now: datetime,
    message: str = "current schema does not match last applied",
) -> Status:
    """The status to be written before a look at what has changed: until that is over, nothing is Ready.

    The look itself gets `before`, as ever.
    """
    look = Look(resource=resource, inputs=Inputs(url="", sources=()), before=before, now=now, means=Means())
    conditions = (
        look.condition("Ready", "False", "Reconciling", message),
        look.condition("Reconciling", "True", "Reconciling", message),
        *(c for c in before.conditions if c.type not in {"Ready", "Reconciling", "Stalled"}),
    )
    return msgspec.structs.replace(
        before,
        observed_generation=resource.metadata.generation,
        conditions=settled(conditions, before.conditions),
        mark="",
    )


def _status(
    look: Look,
    conditions: tuple[Condition | None, ...],
    *,
    failed: int,
    drift: object,
    mark: str = "",
    observed_hash: str | None = None,
    last_applied: int | None = None,
    scope: str | None = None,
    history: tuple[Entry, ...] | None = None,
) -> Status:
    before = look.before
    found = [it for it in (*conditions, *skipped(look), *fields_ignored(look)) if it is not None]
    waits = look.wants_approval and not look.approved
    return msgspec.structs.replace(
        before,
        observed_generation=look.resource.metadata.generation,
        conditions=settled(found, before.conditions),
        observed_hash=(look.observed_hash or (before.observed_hash if waits else ""))
        if observed_hash is None
        else observed_hash,
        last_applied=before.last_applied if last_applied is None else last_applied,
        failed=failed,
        target=look.place or before.target,
        fingerprint=look.fingerprint or before.fingerprint,
        scope=(before.scope if waits else look.scope) if scope is None else scope,
        mark=mark,
        plan=_plan(look),
        drift=drift,
        history=record.history(look) if history is None else history,
        handled_request=look.resource.metadata.reconcile_requested_at,
    )


def _plan(look: Look) -> PlanSummary | None:
    """The plan at hand, else the one that was applied last; where the database is as desired, none waits any more."""
    plan, before = look.plan, look.before.plan
    if plan is None:
        return before
    if not plan.is_empty:
        found = record.summarised(look, plan)
        if before is not None and before.digest == found.digest:
            found = msgspec.structs.replace(found, config_map=before.config_map, proof=found.proof or before.proof)
        return found
    ran = {entry.digest for entry in look.before.history if entry.outcome == "Applied"}
    return before if before is not None and before.digest in ran else None


def _result(look: Look, status: Status, next_look: float | None, report: tuple[Report, ...]) -> Result:
    plan = look.plan
    whole = status.plan is not None and status.plan.is_cut and plan is not None and not plan.is_empty
    return Result(
        status=status,
        next_look=next_look,
        report=report,
        plan_sql=record.script(plan) if whole and plan is not None else "",
        looked=look.inspected,
        statements=len(look.applied.steps) if look.applied is not None else 0,
    )


def _interval(look: Look) -> float:
    return schedule.look(seconds(look.resource.spec.interval), look.means.random)


def _drift_condition(look: Look) -> Condition | None:
    """Of a look that did not come to its end: what was known before still is, where nothing new was found."""
    return drifted(look) if look.drift is not None else look.before.condition("Drifted")


def _said(look: Look, text: str) -> str:
    return look.told(text, LONGEST_MESSAGE)
