"""A look at the list of what there is, now and then: a watch that was cut off is not told of what went meanwhile."""

from __future__ import annotations

from schemactl.operator.api import Api, path
from schemactl.operator.known import GROUP, PLURAL, VERSION, Cluster, Key

#: Objects a page.
PAGE = "500"


async def sweep(api: Api, cluster: Cluster, namespaces: tuple[str, ...]) -> tuple[Key, ...]:
    """The keys of what is known and is not there, or is another object of that name. Raises ApiError and OSError."""
    before = {of.key: of.uid for of in cluster}
    there: dict[Key, str] = {}
    for namespace in namespaces or (None,):
        more = ""
        while True:
            page = {"limit": PAGE, **({"continue": more} if more else {})}
            answer = await api.get_metadata(path(f"{GROUP}/{VERSION}", PLURAL, namespace), **page)
            for item in answer["items"]:
                metadata = item["metadata"]
                there[Key(metadata["namespace"], metadata["name"])] = metadata["uid"]
            if not (more := answer.get("metadata", {}).get("continue") or ""):
                break
    return tuple(key for key, uid in before.items() if there.get(key) != uid and _uid(cluster, key) == uid)


def _uid(cluster: Cluster, key: Key) -> str:
    of = cluster.get(key)
    return of.uid if of is not None else ""
