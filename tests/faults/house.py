"""A house made to be hit: store and providers survive, gateway and workers are killed and come back."""

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from bot import keys
from bot.bootstrap import Hotline
from bot.children import free_port, page_answers
from bot.clock import Clock
from bot.process import die_with_parent
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.settings import SandboxSettings
from bot.scripts import Store
from bot.settings import ROOT, Settings, name_of
from bot.store import Embedded, connect

SECRET = "a deployment secret for tests, long enough"
GIVEN = (
    *("secret", "secret_previous", "store_url", "public_url", "gateway_port"),
    *("twilio_account_sid", "twilio_auth_token", "twilio_number", "twilio_api_url"),
    *("telegram_token", "telegram_secret", "telegram_api_url"),
)
READY_S = 40.0


@dataclass
class House:
    """What is running, and the harness's own hands: a desk on the same store, the providers, the phones."""

    sandbox: Sandbox
    whole: Hotline
    output: IO[bytes]
    running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    killed: Counter[str] = field(default_factory=Counter)

    @property
    def store(self) -> Store:
        return self.whole.store

    def start(self, name: str, settings: Settings | None = None) -> None:
        """Start `gateway`, `worker` or `worker-…`; returns at once."""
        settings = settings or self.whole.settings
        given = {name_of(one): str(getattr(settings, one)) for one in GIVEN if getattr(settings, one)}
        self.running[name] = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.role", name.partition("-")[0]],
            env={"PATH": os.environ["PATH"], "OMP_NUM_THREADS": "1", **given},
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=self.output,
            stderr=self.output,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )

    def kill(self, name: str) -> None:
        """kill -9: nothing of it can be tidied up."""
        process = self.running.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait()
        self.killed[name.partition("-")[0]] += 1

    def end(self) -> None:
        for process in self.running.values():
            process.kill()
            process.wait()

    async def ready(self) -> None:
        """Returns when the gateway answers and every partition has a worker."""
        answers = page_answers(f"{self.whole.settings.public_url}/health/ready")
        await until(lambda: asyncio.to_thread(answers), READY_S, "the gateway is ready")
        await until(self._led, READY_S, "every partition has a worker")

    async def _led(self) -> bool:
        return all([await self.store.exists(keys.lease(n)) for n in range(keys.PARTITIONS)])


async def until(holds: Callable[[], object], seconds: float, what: str) -> None:
    """Wait for an asynchronous condition; raises AssertionError naming it."""
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        found = holds()
        if await found if asyncio.iscoroutine(found) else found:
            return
        assert asyncio.get_running_loop().time() < deadline, f"not within {seconds:.0f} s: {what}"
        await asyncio.sleep(0.05)


@asynccontextmanager
async def house(workers: int = 2) -> AsyncIterator[House]:
    """A store, both providers, a gateway and workers, ended whatever happens."""
    known, port = SandboxSettings(), free_port()
    here = f"http://127.0.0.1:{port}"
    provider = replace(
        known, gateway_url=here, public_url=here, retry_unit=0.05, webhook_options="rc=5&rp=all"
    )
    with Embedded() as store, TemporaryDirectory() as folder, (Path(folder) / "output").open("w+b") as output:
        async with Sandbox(provider) as sandbox:
            settings = Settings(
                secret=SECRET,
                store_url=store.url,
                public_url=here,
                gateway_port=port,
                twilio_account_sid=known.twilio_account_sid,
                twilio_auth_token=known.twilio_auth_token,
                twilio_number=known.twilio_number,
                twilio_api_url=sandbox.url,
                telegram_token=known.telegram_token,
                telegram_secret=known.telegram_secret,
                telegram_api_url=sandbox.url,
            )
            client = connect(store.url)
            built = House(sandbox, Hotline(settings, client, Clock(), {}), output)
            try:
                for name in ("gateway", *(f"worker-{number}" for number in range(workers))):
                    built.start(name)
                await built.ready()
                yield built
            finally:
                built.end()
                await client.aclose()
