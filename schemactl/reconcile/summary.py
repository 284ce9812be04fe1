"""A look into a status: written once, whatever happened, with no memory but the status before."""

from __future__ import annotations

import msgspec

from schemactl.errors import InternalError, InterruptedError_, RefusedError, SchemactlError, SourceError, UrlError
from schemactl.plan import Plan, PlannedStep
from schemactl.reconcile import schedule
from schemactl.reconcile.look import Kind, Look, Report, Result
from schemactl.resource import Condition, DriftPolicy, Status, ignored, seconds, settled
from schemactl.urls import redact_urls

#: A condition's message is for people; the whole of a long plan is not.
LONGEST_MESSAGE = 1024


def good(look: Look) -> Result:
    """The look came to its end: Ready, with or without drift that the policy leaves alone."""
    before, plan = look.before, look.applied
    old = before.condition("Ready")
    if plan is not None:
        ready = look.condition("Ready", "True", "Applied", _short("; ".join(s.sql for s in plan.steps)))
    elif old is not None and old.status == "True" and old.reason == "Applied":
        ready = look.condition("Ready", "True", "Applied", old.message)
    else:
        ready = look.condition("Ready", "True", "Applied", "the database is as desired")
    reports = list(look.reports)
    if plan is None and look.drift is None and (old is None or old.status != "True" or old.reason != "Applied"):
        reports.append(Report(kind=Kind.READY, reason="Applied", message="the database is as desired"))
    status = Status(
        observed_generation=look.resource.metadata.generation,
        conditions=settled((ready, _drifted(look), *_fields_ignored(look)), before.conditions),
        observed_hash=look.observed_hash,
        last_applied=int(look.now.timestamp()) if plan is not None else before.last_applied,
        failed=0,
        fingerprint=look.fingerprint or before.fingerprint,
        scope=look.scope,
        last_drift=look.drift or before.last_drift,
    )
    return Result(status=status, next_look=_interval(look), report=tuple(reports))


def failed(look: Look, error: SchemactlError) -> Result:
    """The look ended in an error. What had been applied before it stays known."""
    before = look.before
    count = before.failed + 1
    passing = error.transient or isinstance(error, InterruptedError_ | InternalError)
    reason, message = _reason(look, error), _short(_told(error))
    conditions = [
        look.condition("Ready", "False", reason, message),
        look.condition("Reconciling" if passing else "Stalled", "True", reason, message),
    ]
    if look.drift is not None:
        conditions.append(_drifted(look))
    elif (drifted := before.condition("Drifted")) is not None:
        conditions.append(drifted)
    status = Status(
        observed_generation=look.resource.metadata.generation,
        conditions=settled((*conditions, *_fields_ignored(look)), before.conditions),
        observed_hash=look.observed_hash or ("" if look.began else before.observed_hash),
        last_applied=int(look.now.timestamp()) if look.applied is not None else before.last_applied,
        failed=count,
        fingerprint=look.fingerprint or before.fingerprint,
        scope=look.scope if look.applied is not None else before.scope,
        last_drift=look.drift or before.last_drift,
    )
    reports = list(look.reports)
    old = before.condition("Ready")
    if old is None or (old.status, old.reason, old.message) != ("False", reason, message):
        reports.append(_report(error, reason, Kind.RETRYING if passing else Kind.STALLED))
    random, interval = look.means.random, seconds(look.resource.spec.interval)
    wait = schedule.retry(count, random) if passing else schedule.stalled(error, interval, random)
    return Result(status=status, next_look=wait, report=tuple(reports))


def applying(look: Look) -> Status:
    """What is true while statements are carried out: all that was, and that the database is being changed."""
    assert look.plan is not None
    steps = len(look.plan.steps)
    message = f"applying {steps} step{'s' if steps != 1 else ''}"
    now = (
        look.condition("Ready", "False", "Reconciling", message),
        look.condition("Reconciling", "True", "Reconciling", message),
    )
    others = tuple(c for c in look.before.conditions if c.type not in {"Ready", "Reconciling", "Stalled"})
    generation = look.resource.metadata.generation
    conditions = settled((*now, *others), look.before.conditions)
    return msgspec.structs.replace(look.before, observed_generation=generation, conditions=conditions)


def suspended(look: Look) -> Result:
    """Nothing is done and nothing forgotten; Ready keeps its truth and says why it may be old."""
    before = look.before
    old = before.condition("Ready")
    ready = look.condition("Ready", old.status if old else "Unknown", "Suspended", "spec.suspend is true")
    others = tuple(c for c in before.conditions if c.type not in {"Ready", "FieldsIgnored"})
    status = Status(
        observed_generation=look.resource.metadata.generation,
        conditions=settled((ready, *others, *_fields_ignored(look)), before.conditions),
        observed_hash=before.observed_hash,
        last_applied=before.last_applied,
        failed=before.failed,
        fingerprint=before.fingerprint,
        scope=before.scope,
        last_drift=before.last_drift,
    )
    already = old is not None and old.reason == "Suspended"
    report = () if already else (Report(kind=Kind.SUSPENDED, reason="Suspended", message="spec.suspend is true"),)
    return Result(status=status, next_look=None, report=report)


def _interval(look: Look) -> float:
    return schedule.look(seconds(look.resource.spec.interval), look.means.random)


def _drifted(look: Look) -> Condition:
    if look.drift is None:
        return look.condition("Drifted", "False", "NoDrift", "")
    steps = "; ".join(look.drift.steps)
    if look.healed:
        return look.condition("Drifted", "False", "Healed", _short(f"healed by: {steps}"))
    match look.resource.spec.policy.drift:
        case DriftPolicy.HEAL:
            return look.condition("Drifted", "True", "NotHealed", _short(f"would be healed by: {steps}"))
        case DriftPolicy.REPORT:
            return look.condition("Drifted", "True", "Reported", _short(f"would be healed by: {steps}"))
        case DriftPolicy.IGNORE:
            message = f"spec.policy.drift is Ignore; would be healed by: {steps}"
            return look.condition("Drifted", "True", "Ignored", _short(message))


def _fields_ignored(look: Look) -> tuple[Condition, ...]:
    paths = ignored(look.resource.spec)
    if not paths:
        return ()
    return (look.condition("FieldsIgnored", "True", "NotActedOn", _short(", ".join(paths))),)


def _reason(look: Look, error: SchemactlError) -> str:
    if isinstance(error, SourceError | UrlError):
        return "ReadSchema"
    if isinstance(error, InternalError):
        return "InternalError"
    return look.phase


def _told(error: SchemactlError) -> str:
    """The error as one text; of refused steps, in the words that the Atlas operator has for them."""
    if steps := _refused(error):
        lines = [f"- {step.sql} ({', '.join(sorted(step.needs_consent))})" for step in steps]
        return "\n".join([f"{error.code} destructive changes detected:", *lines, _hint(error)])
    place = f"{error.place}: " if error.place else ""
    hint = f" ({_hint(error)})" if error.hint else ""
    stands = f"; {redact_urls(error.stands)}" if error.stands else ""
    return f"{error.code} {place}{redact_urls(error.message)}{stands}{hint}"


def _report(error: SchemactlError, reason: str, kind: Kind) -> Report:
    return Report(
        kind=kind,
        reason=reason,
        message=redact_urls(error.message),
        steps=tuple(step.sql for step in _refused(error)),
        code=error.code,
        place=str(error.place or ""),
        hint=_hint(error),
    )


def _refused(error: SchemactlError) -> tuple[PlannedStep, ...]:
    """The steps of a refused plan that need consent."""
    plan = error.plan if isinstance(error, RefusedError) else None
    return tuple(step for step in plan.steps if step.needs_consent) if isinstance(plan, Plan) else ()


def _hint(error: SchemactlError) -> str:
    """What to do, where an option of the command line is a field of the spec."""
    if steps := _refused(error):
        hazards = frozenset(hazard for step in steps for hazard in step.needs_consent)
        return f"allow {', '.join(sorted(hazards))} in spec.policy.allow, or change the desired schema"
    return error.hint.replace("--exclude", "spec.exclude:")


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_MESSAGE else text[: LONGEST_MESSAGE - 1] + "…"
