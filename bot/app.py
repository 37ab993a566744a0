"""The gateway: the providers' webhooks, each answered once the message is durable."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from redis.exceptions import RedisError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot import logs, metrics
from bot.channels.base import Inbound
from bot.channels.intake import Accept
from bot.errors import HotlineError, Refused
from bot.inbox import Inbox

Ready = Callable[[], Awaitable[tuple[bool, dict[str, Any]]]]
"""Whether this gateway can keep a message just now, and how each part of the whole is."""

Lifespan = Callable[[Starlette], AbstractAsyncContextManager[None]]


def taking_in(inbox: Inbox) -> Accept:
    """What every channel hands its messages to."""

    async def accept(message: Inbound) -> bool:
        new = await inbox.accept(message)
        if new:
            metrics.accepted(message.channel)
        return new

    return accept


def gateway(routes: Sequence[Route], ready: Ready, lifespan: Lifespan | None = None) -> Starlette:
    """The gateway's app, from the routes its channels declare."""

    async def live(_: Request) -> Response:
        return PlainTextResponse("live")

    async def is_ready(_: Request) -> Response:
        can, parts = await ready()
        body = {"ready": can, "parts": parts}
        return JSONResponse(body, 200 if can else 503, headers={"cache-control": "no-store"})

    return Starlette(
        routes=[*routes, Route("/health/live", live), Route("/health/ready", is_ready)],
        exception_handlers={
            Refused: _refused,
            HTTPException: _no_such_page,
            HotlineError: _try_again,
            RedisError: _try_again,
            OSError: _try_again,
            Exception: _try_again,
        },
        lifespan=lifespan,
    )


async def _refused(request: Request, error: Exception) -> Response:
    """A refusal says nothing of what it refused: providers keep copies of our error answers."""
    assert isinstance(error, Refused)
    channel = request.url.path.strip("/").split("/", 1)[0]
    metrics.refused(channel, str(error))
    logs.event("refused", channel=channel, reason=str(error))
    return PlainTextResponse("refused", error.status)


async def _no_such_page(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return PlainTextResponse("no", error.status_code)


async def _try_again(_: Request, error: Exception) -> Response:
    """We could not keep the message: the provider is told to bring it again."""
    logs.event("failed", role="gateway", error=type(error).__name__, where=logs.where(error))
    return PlainTextResponse("try again", 503)
