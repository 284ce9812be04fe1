"""Events of a resource, for `kubectl describe` and `kubectl get events`: one for each transition, and none besides."""

from __future__ import annotations

import logging
import socket
from datetime import UTC, datetime

import aiohttp

from schemactl.operator.api import Api, ApiError, path
from schemactl.operator.known import GROUP, VERSION, Known
from schemactl.reconcile import Kind, Report
from schemactl.resource import stamp
from schemactl.urls import redact_urls

log = logging.getLogger(__name__)
COMPONENT = "schemactl-operator"
#: What an API server takes, in characters.
LONGEST = 1024
_WARNINGS = frozenset({Kind.DRIFT, Kind.RETRYING, Kind.STALLED})


class Recorder:
    def __init__(self, api: Api) -> None:
        self._api = api

    async def record(self, of: Known, report: Report) -> None:
        """An event of the report. One that cannot be written is logged: no look fails for it."""
        body = event(of, report, datetime.now(UTC))
        try:
            await self._api.create(path("v1", "events", of.key.namespace), body)
        except (ApiError, aiohttp.ClientError, OSError) as error:
            log.warning("an event of %s could not be written: %s", of.key, error)


def event(of: Known, report: Report, now: datetime) -> dict[str, object]:
    """The object, as the API takes it."""
    return {
        "metadata": {"generateName": f"{of.key.name}.", "namespace": of.key.namespace},
        "involvedObject": {
            "apiVersion": f"{GROUP}/{VERSION}",
            "kind": "AtlasSchema",
            "namespace": of.key.namespace,
            "name": of.key.name,
            "uid": of.uid,
            "resourceVersion": of.version,
        },
        "type": "Warning" if report.kind in _WARNINGS else "Normal",
        "reason": _reason(report),
        "message": _message(report),
        "firstTimestamp": stamp(now),
        "lastTimestamp": stamp(now),
        "count": 1,
        "source": {"component": COMPONENT},
        "reportingComponent": COMPONENT,
        "reportingInstance": socket.gethostname(),
    }


def _reason(report: Report) -> str:
    return "Healed" if report.kind is Kind.HEALED else report.reason


def _message(report: Report) -> str:
    parts = [f"{report.code} " if report.code else "", f"{report.place}: " if report.place else "", report.message]
    if report.steps:
        parts.append(": " + "; ".join(report.steps))
    if report.hint:
        parts.append(f" ({report.hint})")
    text = redact_urls("".join(parts))
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
