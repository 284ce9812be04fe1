"""The few requests that we make of the API server ourselves; watching is kopf's."""

from __future__ import annotations

import asyncio
import logging
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import aiohttp
import kopf

from schemactl.errors import ClusterError
from schemactl.operator.login import login

log = logging.getLogger(__name__)

#: Seconds for one request.
TIMEOUT = aiohttp.ClientTimeout(total=30, connect=10)
MERGE = "application/merge-patch+json"
JSON = "application/json"
METADATA = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
Object = dict[str, Any]


class ApiError(Exception):
    """The API server said no. `status` is HTTP's: 404 not there, 409 moved, 403 not allowed."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status} {message}")
        self.status = status
        self.message = message


class Api:
    """A session with the API server, logged in again when the credentials have aged. Use it as a context."""

    def __init__(self) -> None:
        self._info: kopf.ConnectionInfo | None = None
        self._session: aiohttp.ClientSession | None = None
        self._lock = asyncio.Lock()
        self.requests = 0

    async def __aenter__(self) -> Self:
        await self._log_in(None)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def get(self, path: str, **query: str) -> Object:
        return await self._request("GET", path, query=query)

    async def get_metadata(self, path: str, **query: str) -> Object:
        """A list, of whose objects only the metadata is sent."""
        return await self._request("GET", path, query=query, accept=METADATA)

    async def create(self, path: str, body: Object) -> Object:
        return await self._request("POST", path, body)

    async def replace(self, path: str, body: Object) -> Object:
        return await self._request("PUT", path, body)

    async def merge(self, path: str, body: Object) -> Object:
        return await self._request("PATCH", path, body, kind=MERGE)

    async def _request(
        self,
        method: str,
        path: str,
        body: Object | None = None,
        *,
        kind: str = JSON,
        accept: str = JSON,
        query: dict[str, str] | None = None,
    ) -> Object:
        """Raises ApiError, and what aiohttp raises where the server is not to be reached (OSError, TimeoutError)."""
        for attempt in (1, 2):
            session, info = self._session, self._info
            assert session is not None
            assert info is not None
            url = info.server.rstrip("/") + path
            headers = {"Content-Type": kind, "Accept": accept}
            self.requests += 1
            async with session.request(method, url, json=body, params=query, headers=headers) as response:
                if response.status == 401 and attempt == 1:
                    await self._log_in(session)
                    continue
                answer = await response.json(content_type=None) if response.content_type == JSON else None
                if response.status >= 400:
                    told = answer.get("message") if isinstance(answer, dict) else None
                    raise ApiError(response.status, told or response.reason or "no reason was given")
                return answer if isinstance(answer, dict) else {}
        raise ApiError(401, "the credentials are not accepted")

    async def _log_in(self, stale: aiohttp.ClientSession | None) -> None:
        """Have a session that is not the stale one; of many that find it stale, the first makes it."""
        async with self._lock:
            if self._session is not stale:
                return
            self._info = await asyncio.to_thread(login)
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=32, ssl=self._info.as_ssl_context()),
                headers={**self._info.as_http_headers(), "User-Agent": "schemactl"},
                proxy=self._info.proxy_url,
                timeout=TIMEOUT,
            )
            if stale is not None:
                await stale.close()


def path(group: str, plural: str, namespace: str | None = None, name: str = "", sub: str = "") -> str:
    """The path of a collection or of one object: group `v1`, or `db.atlasgo.io/v1alpha1`."""
    parts = ["api" if "/" not in group else "apis", group]
    if namespace is not None:
        parts += ["namespaces", quote(namespace, safe="")]
    parts += [plural, *([quote(name, safe="")] if name else []), *([sub] if sub else [])]
    return "/" + "/".join(parts)


def unreachable(error: Exception) -> ClusterError:
    """What a person is told of an error of the API server, or of one on the way to it."""
    if isinstance(error, ApiError):
        return ClusterError(f"the API server refused: {error}")
    return ClusterError(f"the API server cannot be reached: {type(error).__name__}: {error}")
