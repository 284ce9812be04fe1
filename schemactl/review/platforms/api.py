"""JSON over HTTP as all platforms speak it: pages, retries, and errors that a person can act on."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from schemactl.errors import PlatformError

if TYPE_CHECKING:
    import httpx2 as httpx

log = logging.getLogger(__name__)

TIMEOUT = 20.0
#: Tries of one request, and the longest wait, in seconds, that a platform may ask for before we give up instead.
TRIES = 4
LONGEST_WAIT = 60.0
_PAGE = 100
#: Sent again after any failure: they leave the same behind however often they are done. A POST would not.
_REPEATABLE = frozenset({"GET", "PUT", "PATCH", "DELETE"})
_HINTS = {
    401: "the token is not valid, or has run out",
    403: "the token lacks a right: on GitHub, a workflow needs `permissions: pull-requests: write, statuses: write`",
    404: "the repository or the change is not there, or the token may not see it",
}


class _Again(Exception):
    """A failure that may be over soon; `after` is how long the platform asks to wait, in seconds."""

    def __init__(self, why: str, after: float | None) -> None:
        super().__init__(why)
        self.after = after


class Api:
    """One platform's API. The token goes into a header, and nowhere else."""

    def __init__(self, base: str, headers: Mapping[str, str]) -> None:
        import httpx2 as httpx

        self._base = base.rstrip("/")
        self._client = httpx.Client(headers=dict(headers), timeout=TIMEOUT, follow_redirects=False)
        #: Requests that were answered, for those who pay for them by number.
        self.calls = 0

    def get(self, path: str, **query: Any) -> Any:
        return self._json(self._sent("GET", path, query=query))

    def pages(self, path: str, size: str = "per_page", **query: Any) -> Iterator[list[Any]]:
        """All items below a path, a page at a time; `size` is the name of the parameter for how many one holds."""
        number = 1
        while True:
            response = self._sent("GET", path, query={**query, size: _PAGE, "page": number})
            page = self._json(response)
            if not isinstance(page, list):
                raise PlatformError(f"{self._base}{path} answered with something that is no list")
            yield page
            # All of them say by Link whether there is more. Where it leads is no matter: the token goes nowhere else.
            if "next" not in response.links:
                return
            number += 1

    def send(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        return self._json(self._sent(method, path, body=body))

    def _sent(
        self, method: str, path: str, *, query: Mapping[str, Any] | None = None, body: Mapping[str, Any] | None = None
    ) -> httpx.Response:
        import stamina

        def wait(error: Exception) -> bool | timedelta:
            if not isinstance(error, _Again):
                return False
            if error.after is None:
                return True
            return timedelta(seconds=error.after) if error.after <= LONGEST_WAIT else False

        try:
            for attempt in stamina.retry_context(on=wait, attempts=TRIES, timeout=3 * LONGEST_WAIT):
                with attempt:
                    return self._once(method, path, query, body)
        except _Again as error:
            raise PlatformError(
                f"{method} {self._base}{path} failed: {error}", hint="the platform may be down: run again later"
            ) from None
        raise AssertionError("an attempt returns or raises")

    def _once(
        self, method: str, path: str, query: Mapping[str, Any] | None, body: Mapping[str, Any] | None
    ) -> httpx.Response:
        import httpx2 as httpx

        try:
            response = self._client.request(method, f"{self._base}{path}", params=query or None, json=body)
        except httpx.HTTPError as error:
            why = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
            if method in _REPEATABLE or isinstance(error, httpx.ConnectError):
                raise _Again(why, None) from None
            raise PlatformError(f"{method} {self._base}{path} failed: {why}") from None
        self.calls += 1
        if response.is_success:
            return response
        code, said = response.status_code, _said(response)
        limited = code == 429 or (code == 403 and ("rate limit" in said.lower() or "retry-after" in response.headers))
        if limited or (code >= 500 and method in _REPEATABLE):
            raise _Again(f"{code} {said}".strip(), _asked(response) if limited else None)
        raise PlatformError(f"{method} {self._base}{path} answered {code}: {said}", hint=_HINTS.get(code, ""))

    def _json(self, response: httpx.Response) -> Any:
        if response.status_code == 204 or not response.content:
            return None
        try:
            return response.json()
        except ValueError:
            raise PlatformError(f"{response.request.url} answered with something that is no JSON") from None


def _said(response: httpx.Response) -> str:
    """The platform's own words, in short."""
    try:
        body = response.json()
        message = body.get("message") or body.get("error") or "" if isinstance(body, dict) else ""
    except ValueError:
        message = ""
    return str(message)[:200] or response.reason_phrase


def _asked(response: httpx.Response) -> float | None:
    """Seconds that the platform asks to wait: Retry-After, or until its window begins anew."""
    after = response.headers.get("retry-after", "")
    if after.isdigit():
        return float(after)
    reset = response.headers.get("x-ratelimit-reset") or response.headers.get("ratelimit-reset") or ""
    if response.headers.get("x-ratelimit-remaining") == "0" and reset.isdigit():
        return max(0.0, float(reset) - time.time())
    return None
