"""`python -m bot.sandbox`: the stand-in with its phone page, until it is told to stop."""

import asyncio
import signal

from bot import logs
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.settings import SandboxSettings


async def serve(settings: SandboxSettings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    async with Sandbox(settings) as sandbox:
        print(f"Phones to text from: {sandbox.url}/", flush=True)
        logs.only_events()
        await stop.wait()


if __name__ == "__main__":
    logs.silence_libraries()
    asyncio.run(serve(SandboxSettings.from_environment()))
