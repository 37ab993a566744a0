"""The door before several gateways, as Caddy is: who does not take a connection is passed over."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress

TRY_S = 3.0
"""As `lb_try_duration` in bot/operating/Caddyfile."""


@asynccontextmanager
async def front(port: int, gateways: Sequence[int]) -> AsyncIterator[None]:
    """Listen on the port and hand each connection to a gateway; with no gateways, leave the port alone."""
    if not gateways:
        yield
        return
    turn = itertools.cycle(gateways)

    open_now: set[asyncio.Task[None]] = set()

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        mine = asyncio.current_task()
        assert mine is not None
        open_now.add(mine)
        try:
            await _join(reader, writer, turn)
        finally:
            writer.close()
            open_now.discard(mine)

    server = await asyncio.start_server(pass_on, "127.0.0.1", port)
    try:
        yield
    finally:
        server.close()
        for one in list(open_now):
            one.cancel()
        await asyncio.gather(*open_now, return_exceptions=True)


async def _join(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, turn: Iterator[int]) -> None:
    """Whichever side ends first, both are over: a broken answer is a broken connection."""
    with suppress(OSError, TimeoutError):
        async with asyncio.timeout(TRY_S):
            there, onward = await _connect(turn)
        ways = [asyncio.ensure_future(_pump(reader, onward)), asyncio.ensure_future(_pump(there, writer))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            onward.close()


async def _connect(turn: Iterator[int]) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    while True:
        with suppress(OSError):
            return await asyncio.open_connection("127.0.0.1", next(turn))
        await asyncio.sleep(0.02)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
