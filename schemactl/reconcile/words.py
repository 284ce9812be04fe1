"""An error of a look, told in the words of a manifest."""

from __future__ import annotations

from schemactl.errors import InternalError, RefusedError, SchemactlError, SourceError, UrlError
from schemactl.plan import Plan, PlannedStep
from schemactl.reconcile.look import Kind, Look, Report
from schemactl.reconcile.record import consenting
from schemactl.urls import redact_urls


def reason(look: Look, error: SchemactlError) -> str:
    if isinstance(error, SourceError | UrlError):
        return "ReadSchema"
    if isinstance(error, InternalError):
        return "InternalError"
    return look.phase


def told(error: SchemactlError) -> str:
    """The error as one text; of refused steps, in the words that the Atlas operator has for them."""
    if steps := _refused(error):
        lines = [f"- {step.sql} ({', '.join(sorted(step.needs_consent))})" for step in steps]
        return "\n".join([f"{error.code} destructive changes detected:", *lines, _hint(error)])
    place = f"{error.place}: " if error.place else ""
    hint = f" ({_hint(error)})" if error.hint else ""
    stands = f"; {redact_urls(error.stands)}" if error.stands else ""
    return f"{error.code} {place}{redact_urls(error.message)}{stands}{hint}"


def report(error: SchemactlError, why: str, kind: Kind) -> Report:
    plan = error.plan if isinstance(error, RefusedError) and isinstance(error.plan, Plan) else None
    return Report(
        kind=kind,
        reason=why,
        message=redact_urls(error.message),
        steps=tuple(step.sql for step in _refused(error)),
        code=error.code,
        place=str(error.place or ""),
        hint=_hint(error),
        digest=f"sha256:{plan.digest}" if plan is not None else "",
    )


def _refused(error: SchemactlError) -> tuple[PlannedStep, ...]:
    """The steps of a refused plan that can lose data."""
    plan = error.plan if isinstance(error, RefusedError) else None
    return consenting(plan) if isinstance(plan, Plan) else ()


def _hint(error: SchemactlError) -> str:
    """What to do, where an option of the command line is a field of the spec."""
    return error.hint.replace("--exclude", "spec.exclude:")
