"""Plans too long for a status, each in a ConfigMap that goes when its resource goes."""

from __future__ import annotations

import logging

import aiohttp
import msgspec

from schemactl.operator.api import Api, ApiError, Object, path
from schemactl.operator.known import GROUP, VERSION, Known
from schemactl.reconcile import Result
from schemactl.resource import Status

log = logging.getLogger(__name__)
#: Bytes of a script; an API server takes an object of about a million.
LONGEST = 900_000


async def keep(api: Api, of: Known, result: Result) -> Status:
    """The status of the result, with the name of the ConfigMap that has the whole plan, where there is need of one.

    A plan that cannot be written down is logged and named nowhere: no look fails for it.
    """
    plan = result.status.plan
    if plan is None or not result.plan_sql:
        return result.status
    name = f"{of.key.name}-plan"
    if len(result.plan_sql.encode()) > LONGEST:
        log.warning("the plan of %s is too long for a ConfigMap", of.key)
        return result.status
    try:
        await _write(api, of, name, {"plan.sql": result.plan_sql, "digest": plan.digest})
    except (ApiError, aiohttp.ClientError, OSError) as error:
        log.warning("the plan of %s could not be written: %s", of.key, error)
        return result.status
    return msgspec.structs.replace(result.status, plan=msgspec.structs.replace(plan, config_map=name))


async def _write(api: Api, of: Known, name: str, data: dict[str, str]) -> None:
    owner = {
        "apiVersion": f"{GROUP}/{VERSION}",
        "kind": "AtlasSchema",
        "name": of.key.name,
        "uid": of.uid,
        "controller": True,
    }
    metadata: Object = {"name": name, "namespace": of.key.namespace, "ownerReferences": [owner]}
    body: Object = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}
    where = path("v1", "configmaps", of.key.namespace)
    try:
        await api.create(where, body)
        return
    except ApiError as error:
        if error.status != 409:
            raise
    old = await api.get(f"{where}/{name}")
    owners = [one.get("uid") for one in old["metadata"].get("ownerReferences") or ()]
    if of.uid not in owners:
        raise ApiError(409, f"there is a ConfigMap {name} that is not ours")
    if old.get("data") != data:
        metadata["resourceVersion"] = old["metadata"]["resourceVersion"]
        await api.replace(f"{where}/{name}", body)
