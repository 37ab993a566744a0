"""What every webhook does before it looks at a request: size, and a body that arrives in time."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

from starlette.requests import ClientDisconnect, Request

from bot.channels.base import Inbound
from bot.errors import Refused

MAX_BODY = 64 * 1024
BODY_SECONDS = 5.0

Accept = Callable[[Inbound], Awaitable[bool]]
"""Takes a message in durably; False if it came in before."""


class Delivered(Protocol):
    """Told that an outgoing message reached its final state at the provider."""

    async def __call__(self, channel: str, provider_id: str, status: str) -> None: ...


async def read_body(request: Request) -> bytes:
    """The body; raises Refused when it is too large, too slow or cut off."""
    declared = request.headers.get("content-length", "0")
    if not declared.isdigit() or int(declared) > MAX_BODY:
        raise Refused("body too large", 413)
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MAX_BODY:
                    raise Refused("body too large", 413)
    except TimeoutError:
        raise Refused("body too slow", 408) from None
    except ClientDisconnect:
        raise Refused("cut off", 400) from None
    return bytes(body)
