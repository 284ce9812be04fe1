"""kopf as the watcher it is good at: no handlers of changes, no annotations, no finalizers, no peering, no events of its own.

Its handlers only note what was seen. What to do about it is the work queue's.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import kopf

from schemactl.operator.known import GROUP, PLURAL, VERSION
from schemactl.operator.login import login
from schemactl.operator.references import LABEL, Kind, Ref


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What is told of what is seen: an AtlasSchema, one that is gone, and a Secret or ConfigMap (`watched`: that will be
    seen again when it changes)."""

    resource: Callable[[dict[str, Any]], None]
    gone: Callable[[dict[str, Any]], None]
    reference: Callable[[Ref, bool], None]


class _Jittered:
    """Seconds between the tries of one request, another by chance for each."""

    def __iter__(self) -> Iterator[float]:
        return (wait * random.uniform(0.75, 1.25) for wait in (1, 1, 2, 3, 5, 8, 13, 21))  # noqa: S311  # no secret


def settings(label_selector: str) -> kopf.OperatorSettings:
    found = kopf.OperatorSettings()
    found.peering.standalone = True
    found.scanning.disabled = True
    found.posting.enabled = False
    found.watching.connect_timeout = 30
    found.watching.reconnect_backoff = 1.0
    found.watching.chunk_size = 500
    if label_selector:
        found.watching.label_selectors[GROUP, VERSION, PLURAL] = label_selector
    found.watching.label_selectors["", "v1", "secrets"] = f"{LABEL}=Enabled"
    found.networking.request_timeout = 30
    found.networking.connect_timeout = 10
    found.networking.error_backoffs = _Jittered()  # read anew for each request
    found.queueing.idle_timeout = 1.0
    found.process.ultimate_exiting_timeout = 10
    return found


def registry(sight: Sight, *, secrets: bool) -> kopf.OperatorRegistry:
    """Handlers of one operator, in no global registry."""
    found = kopf.OperatorRegistry()

    @kopf.on.login(registry=found)
    def logged_in(**_: Any) -> kopf.ConnectionInfo:
        return login()

    @kopf.on.event(GROUP, VERSION, PLURAL, registry=found)
    async def resource(event: kopf.RawEvent, **_: Any) -> None:
        (sight.gone if event["type"] == "DELETED" else sight.resource)(dict(event["object"]))

    def reference(kind: Kind) -> Callable[..., Any]:
        async def seen(event: kopf.RawEvent, namespace: str, name: str, **_: Any) -> None:
            sight.reference(Ref(kind, namespace, name), event["type"] != "DELETED")

        return seen

    if secrets:
        kopf.on.event("", "v1", "secrets", registry=found, id="secret")(reference("secrets"))
    kopf.on.event("", "v1", "configmaps", registry=found, id="config-map")(reference("configmaps"))
    return found


async def watch(
    sight: Sight,
    *,
    namespaces: tuple[str, ...],
    label_selector: str,
    secrets: bool,
    stop: asyncio.Event,
    ready: asyncio.Event,
) -> None:
    """Watch until `stop` is set; these namespaces, or all; `secrets` too, which takes the right to list them. Sets `ready`
    once it has begun.
    """
    await kopf.operator(
        registry=registry(sight, secrets=secrets),
        settings=settings(label_selector),
        clusterwide=not namespaces,
        namespaces=namespaces,
        standalone=True,
        # For peering, which there is none of. Left to itself kopf asks for the user's name, and a pod's user has none.
        identity="schemactl",  # type: ignore[arg-type]  # a NewType that kopf keeps to itself
        stop_flag=stop,
        ready_flag=ready,
    )
