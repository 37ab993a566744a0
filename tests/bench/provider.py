"""`python -m tests.bench.provider`: the sandbox; it tells the bench when it was given a message to whom."""

import asyncio
import os
import signal
import time

from bot.sandbox.sandbox import Sandbox
from bot.sandbox.settings import SandboxSettings
from bot.sandbox.twilio.log import Message

LISTENER = "BENCH_LISTENER"


def tell(sandbox: Sandbox, wire: asyncio.StreamWriter) -> None:
    """A line for each `POST Messages`, at the moment it is taken: to whom, and the monotonic time, which is
    the same in all processes of a machine."""
    record = sandbox.twilio.record

    def recording(
        direction: str, from_: str, to: str, body: str, status: str, media: list[str] | None = None
    ) -> Message:
        if direction == "outbound-api":
            wire.write(f"{to} {time.monotonic_ns()}\n".encode())
        return record(direction, from_, to, body, status, media)

    sandbox.twilio.record = recording  # type: ignore[method-assign]


async def serve() -> None:
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    _, wire = await asyncio.open_connection("127.0.0.1", int(os.environ[LISTENER]))
    async with Sandbox(SandboxSettings.from_environment()) as sandbox:
        tell(sandbox, wire)
        await stop.wait()
    wire.close()


if __name__ == "__main__":
    asyncio.run(serve())
