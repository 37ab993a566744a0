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

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(TRY_S):
                there = await _connect(turn)
            # Whichever side ends first, both are over: a broken answer is a broken connection.
            ways = [
                asyncio.ensure_future(_pump(reader, there[1])),
                asyncio.ensure_future(_pump(there[0], writer)),
            ]
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in ways:
                way.cancel()
            there[1].close()
        writer.close()

    server = await asyncio.start_server(pass_on, "127.0.0.1", port)
    try:
        yield
    finally:
        server.close()


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
