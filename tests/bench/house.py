"""`python -m tests.bench.house`: what `hotline run --demo` starts, on free ports, with the bench's provider.

Writes one JSON line when all roles are ready: where they are, and the demo's secrets. Ends on SIGTERM.
"""

import json
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import replace
from types import FrameType

from bot import settings
from bot.children import free_port
from bot.process import no_dumps
from bot.run import Run
from tests.bench.provider import LISTENER


class House(Run):
    """`Run` with another command for the sandbox; remembers what the roles were given."""

    given: Mapping[str, str]

    def _begin(self, role: str, environment: dict[str, str], command: list[str] | None = None) -> None:
        self.given = environment
        if role == "sandbox":
            environment = {**environment, LISTENER: os.environ[LISTENER]}
            command = [sys.executable, "-m", "tests.bench.provider"]
        super()._begin(role, environment, command)

    @property
    def pids(self) -> dict[str, int]:
        store = {"store": self._store.pid} if self._store else {}
        return {"run": os.getpid(), **store, **{child.role: child.process.pid for child in self._children}}


def on_free_ports() -> settings.Settings:
    ports = [free_port() for _ in range(3)]
    return replace(settings.load({}), gateway_port=ports[0], console_port=ports[1], sandbox_port=ports[2])


def stopped(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main() -> int:
    no_dumps()
    wire = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what the roles print is not for the bench to read
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stopped)
    house = House(on_free_ports(), demo=True)
    try:
        house.start()
        print(json.dumps({"pids": house.pids, "given": dict(house.given)}), file=wire, flush=True)
        while True:
            signal.pause()
    except KeyboardInterrupt:
        return 0
    finally:
        house.stop()


if __name__ == "__main__":
    sys.exit(main())
