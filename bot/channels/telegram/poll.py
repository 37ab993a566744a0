"""Long polling, for a machine without a public address: fetch, take in durably, and only then acknowledge."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from bot import logs
from bot.channels.intake import Accept
from bot.channels.telegram.update import group_to_leave, read
from bot.errors import Refused

WAIT_S = 25
PAUSE_S = 2.0


class Source(Protocol):
    async def receive_by_polling(self) -> None: ...

    async def fetch(self, offset: int | None, wait_s: int) -> list[dict[str, Any]]: ...

    async def leave(self, chat: int) -> None: ...


async def poll(source: Source, accept: Accept, may_poll: Callable[[], Awaitable[bool]]) -> None:
    """Poll for ever; `may_poll` says whether this process is the one that does (two pollers conflict)."""
    offset: int | None = None
    cleared = False
    while True:
        try:
            if not await may_poll():
                offset, cleared = None, False
                await asyncio.sleep(PAUSE_S)
                continue
            if not cleared:
                await source.receive_by_polling()
                cleared = True
            for update in await source.fetch(offset, WAIT_S):
                await take(source, accept, update)
                offset = int(update["update_id"]) + 1
        except Exception as error:  # whatever it was, the next message must still come in
            logs.event("poll_failed", channel="telegram", error=type(error).__name__)
            await asyncio.sleep(PAUSE_S)


async def take(source: Source, accept: Accept, update: dict[str, Any]) -> None:
    group = group_to_leave(update)
    if group is not None:
        await source.leave(group)
        return
    try:
        message = read(update)
    except Refused:
        return
    if message is not None:
        await accept(message)
