"""A gateway that only writes down what it is sent, and answers as it is told: to test deliveries with."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.sandbox.server import LoopbackServer

type Answer = Callable[["Received"], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it came in."""

    path: str
    query: str
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))


async def _accept(_: Received) -> Response:
    return Response("<Response/>", media_type="text/xml")


class Recorder:
    """Answers 200 unless `answer` says otherwise; use it as an asynchronous context manager."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.answer: Answer = _accept
        self._news = asyncio.Event()
        app = Starlette(routes=[Route("/{path:path}", self._take, methods=["GET", "POST"])])
        self._server = LoopbackServer(app, "127.0.0.1", 0)

    @property
    def url(self) -> str:
        return self._server.url

    async def __aenter__(self) -> Self:
        await self._server.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._server.stop()

    def reset(self) -> None:
        self.received.clear()
        self.answer = _accept

    def answer_with(self, *statuses: int, **options: Any) -> None:
        """These statuses in turn, then 200."""
        left = list(statuses)

        async def answer(received: Received) -> Response:
            return Response(status_code=left.pop(0), **options) if left else await _accept(received)

        self.answer = answer

    async def wait(self, count: int, timeout: float = 10) -> list[Received]:
        """Everything received, once there is that much of it."""
        async with asyncio.timeout(timeout):
            while len(self.received) < count:
                await self._news.wait()
        return self.received

    async def _take(self, request: Request) -> Response:
        received = Received(request.url.path, request.url.query, dict(request.headers), await request.body())
        self.received.append(received)
        self._news.set()
        self._news = asyncio.Event()
        return await self.answer(received)
