"""No secret in what a look tells: whatever its words are made of, the passwords of its URLs are taken out at the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import msgspec

from schemactl.errors import SchemactlError
from schemactl.reconcile.inputs import Inputs
from schemactl.reconcile.look import Report, Result
from schemactl.resource import Status
from schemactl.urls import DatabaseUrl, redact_urls

Clean = Callable[[str], str]


def cleaned(result: Result, clean: Clean) -> Result:
    """The result with every text of its status and reports redacted; digests and names of things of ours are none."""
    return replace(
        result,
        status=_status(result.status, clean),
        report=tuple(_report(it, clean) for it in result.report),
        plan_sql=clean(result.plan_sql),
    )


def cleaner(inputs: Inputs) -> Clean:
    """What takes the secrets of both URLs out of a text."""
    redactors: list[Clean] = []
    for url in (inputs.url, inputs.dev_url):
        try:
            redactors.append(DatabaseUrl.parse(url).redact)
        except SchemactlError:
            continue  # what cannot be read as a URL is told of without a word of it

    def clean(text: str) -> str:
        for redact in redactors:
            text = redact(text)
        return redact_urls(text)

    return clean


def _status(status: Status, clean: Clean) -> Status:
    changed = msgspec.structs.replace
    plan, drift = status.plan, status.drift
    return changed(
        status,
        conditions=tuple(changed(it, message=clean(it.message)) for it in status.conditions),
        plan=changed(plan, summary=clean(plan.summary), sql=clean(plan.sql)) if plan is not None else None,
        drift=changed(drift, what=tuple(map(clean, drift.what)), steps=tuple(map(clean, drift.steps)))
        if drift is not None
        else None,
        history=tuple(changed(it, message=clean(it.message)) for it in status.history),
    )


def _report(report: Report, clean: Clean) -> Report:
    steps = tuple(map(clean, report.steps))
    return replace(report, message=clean(report.message), steps=steps, hint=clean(report.hint))
