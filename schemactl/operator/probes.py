"""The operator's own HTTP port: /metrics, /healthz, /readyz."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from schemactl.errors import ClusterError
from schemactl.operator.metrics import Metrics


@asynccontextmanager
async def serving(
    host: str, port: int, metrics: Metrics, *, alive: Callable[[], str], ready: Callable[[], str]
) -> AsyncIterator[int]:
    """Answer as long as the block lasts; gives the port. `alive` and `ready` say what is wrong, or nothing.

    Raises ClusterError where the port is taken.
    """

    async def show(_request: web.Request) -> web.Response:
        return web.Response(body=metrics.text(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    def probe(wrong: Callable[[], str]) -> Callable[[web.Request], object]:
        async def answer(_request: web.Request) -> web.Response:
            text = wrong()
            return web.Response(status=503 if text else 200, text=f"{text or 'ok'}\n")

        return answer

    app = web.Application()
    app.router.add_get("/metrics", show)
    app.router.add_get("/healthz", probe(alive))  # type: ignore[arg-type]
    app.router.add_get("/readyz", probe(ready))  # type: ignore[arg-type]
    runner = web.AppRunner(app, access_log=None, handle_signals=False)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        try:
            await site.start()
        except OSError as error:
            raise ClusterError(
                f"cannot listen on {host}:{port}: {error.strerror}", hint="give another --listen ADDRESS:PORT"
            ) from None
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()
