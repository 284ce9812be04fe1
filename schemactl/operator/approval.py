"""Approving the plan that an AtlasSchema waits with: one annotation, which can as well be committed to Git."""

from __future__ import annotations

import aiohttp

from schemactl.errors import ClusterError, NotApprovedError, StalePlanError
from schemactl.operator.api import Api, ApiError, unreachable
from schemactl.operator.known import Key, Known, known
from schemactl.operator.writer import path_of
from schemactl.resource import APPROVED_PLAN, PlanSummary


async def waiting(namespace: str, name: str) -> tuple[Known, PlanSummary]:
    """The resource, and the plan that waits. Raises NotApprovedError where none does, and ClusterError."""
    key = Key(namespace, name)
    try:
        async with Api() as api:
            found = known(await api.get(path_of(key)))
    except (ApiError, aiohttp.ClientError, OSError) as error:
        raise _told(error, key) from None
    ready, plan = found.status.condition("Ready"), found.status.plan
    if ready is None or ready.reason != "ApprovalPending" or plan is None:
        now = f"it is {ready.reason}: {ready.message}" if ready else "it has not been looked at"
        raise NotApprovedError(f"no plan waits for an approval; {now}", subject=str(key), hint="there is nothing to do")
    return found, plan


async def approve(found: Known, plan: PlanSummary) -> None:
    """Set the annotation, unless the resource has changed since it was read. Raises StalePlanError and ClusterError."""
    metadata = {"resourceVersion": found.version, "uid": found.uid, "annotations": {APPROVED_PLAN: plan.digest}}
    try:
        async with Api() as api:
            await api.merge(path_of(found.key), {"metadata": metadata})
    except ApiError as error:
        if error.status == 409:
            raise StalePlanError(
                "the resource has changed meanwhile", subject=str(found.key), hint="look at its plan again"
            ) from None
        raise _told(error, found.key) from None
    except (aiohttp.ClientError, OSError) as error:
        raise _told(error, found.key) from None


def _told(error: Exception, key: Key) -> ClusterError:
    told = unreachable(error)
    told.subject = str(key)
    return told
