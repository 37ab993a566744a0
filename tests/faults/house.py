"""A house made to be hit: providers survive, the rest is killed and comes back; the store is the caller's."""

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
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
from tests.faults.front import front

SECRET = "a deployment secret for tests, long enough"
GIVEN = (
    *("secret", "secret_previous", "store_url", "public_url", "gateway_port"),
    *("twilio_account_sid", "twilio_auth_token", "twilio_number", "twilio_api_url"),
    *("telegram_token", "telegram_secret", "telegram_api_url"),
    *("engine_url", "engine_token", "console_port", "staff_file"),
)
READY_S = 40.0


@dataclass
class House:
    """What is running, and the harness's own hands: a desk on the same store, the providers, the phones."""

    sandbox: Sandbox
    whole: Hotline
    output: IO[bytes]
    pace: str = "short"
    """How the roles' times are (tests/faults/role.py)."""
    running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    killed: Counter[str] = field(default_factory=Counter)
    gone: Counter[str] = field(default_factory=Counter)
    """Roles that ended by themselves."""
    ports: dict[str, int] = field(default_factory=dict)

    @property
    def store(self) -> Store:
        return self.whole.store

    def start(self, name: str) -> None:
        """Start a role, `worker` or `worker-…`; returns at once. Each gateway has a port of its own."""
        settings = self.whole.settings
        if name in self.ports:
            settings = replace(settings, gateway_port=self.ports[name])
        given = {name_of(one): str(getattr(settings, one)) for one in GIVEN if getattr(settings, one)}
        self.running[name] = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.role", name.partition("-")[0], self.pace],
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

    async def keep_up(self, over: asyncio.Event) -> None:
        """Until it is over, start again what ends by itself, as whoever starts while the store is away."""
        while not over.is_set():
            for name, process in list(self.running.items()):
                if process.poll() is not None:
                    self.gone[name.partition("-")[0]] += 1
                    self.start(name)
            with suppress(TimeoutError):
                await asyncio.wait_for(over.wait(), 1)

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
    """An embedded store, both providers, a gateway and workers, ended whatever happens."""
    with Embedded() as store:
        async with house_on(
            store.url, ("gateway", *(f"worker-{number}" for number in range(workers)))
        ) as built:
            yield built


@asynccontextmanager
async def house_on(url: str, roles: Sequence[str], pace: str = "short") -> AsyncIterator[House]:
    """A house on this store; gateways that are several stand behind one door."""
    known, port = SandboxSettings(), free_port()
    here = f"http://127.0.0.1:{port}"
    options = "rc=5&rp=all&ct=1000&rt=2500&tt=15000"
    provider = replace(known, gateway_url=here, public_url=here, retry_unit=0.05, webhook_options=options)
    ports = {name: free_port() for name in roles if name.startswith("gateway-")}
    with TemporaryDirectory() as folder, (Path(folder) / "output").open("w+b") as output:
        async with Sandbox(provider) as sandbox, front(port, list(ports.values())):
            settings = Settings(
                secret=SECRET,
                store_url=url,
                public_url=here,
                gateway_port=port,
                twilio_account_sid=known.twilio_account_sid,
                twilio_auth_token=known.twilio_auth_token,
                twilio_number=known.twilio_number,
                twilio_api_url=sandbox.url,
                telegram_token=known.telegram_token,
                telegram_secret=known.telegram_secret,
                telegram_api_url=sandbox.url,
                engine_token=SECRET,
                engine_url=f"http://127.0.0.1:{free_port()}",
                console_port=free_port(),
                staff_file=str(Path(folder) / "staff.sqlite"),
            )
            client = connect(url)
            built = House(sandbox, Hotline(settings, client, Clock(), {}), output, pace, ports=ports)
            try:
                for name in roles:
                    built.start(name)
                await built.ready()
                yield built
            finally:
                built.end()
                await client.aclose()
