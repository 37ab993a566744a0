"""The real desk behind the real console: store, worker, danger detectors; and a clock that can be moved on.

Stand-ins are the young people's phones (a channel that keeps what was sent) and the dialogue engine, which
has nothing to say while counsellors have the talks.
"""

import asyncio
import itertools
import threading
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import uvicorn

from bot import bootstrap, keys
from bot.bootstrap import Hotline
from bot.channels.base import Inbound
from bot.channels.sms.segments import count
from bot.children import free_port
from bot.clock import AheadClock
from bot.loopback import Loopback
from bot.private import Address, Text
from bot.settings import Settings
from bot.store import Embedded, connect
from escalation.console.app import UVICORN, ConsoleSettings, create_app
from escalation.console.sessions import SessionStore
from escalation.console.staff import Provision, Staff
from tests.conftest import SECRET
from tests.stand_ins.parts import ScriptedEngine

KEY = b"a key for the staff file of a whole shift"
HEARTBEAT_S = 0.5
PATIENCE_S = 30.0


class Working:
    """Everything at work, in a thread of its own; what happens to it comes in by these methods."""

    def __init__(self, folder: Path) -> None:
        self.staff = Staff(str(folder / "staff.sqlite"), KEY)
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self._store = Embedded()
        self._clock = AheadClock()
        self._heard: list[tuple[str, str]] = []
        self._numbers = itertools.count(1)
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._work()), daemon=True)

    def start(self) -> None:
        self._store.start()
        self._thread.start()
        assert self._ready.wait(PATIENCE_S)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()
        self._store.stop()

    def counsellor(self, name: str, interface: str, *languages: str) -> Provision:
        made = self.staff.add(f"{name} {next(self._numbers)}", "counsellor", languages)
        self.staff.set_interface(made.account.id, interface)
        return made

    def text(self, number: str, words: str) -> None:
        """Somebody texts us from this number."""
        provider_id, at = f"SM{next(self._numbers)}", self._clock.now()
        message = Inbound("sms", provider_id, Address(number), Text(words), at)
        assert self._do(self._whole.inbox.accept(message))

    def heard(self, number: str) -> list[str]:
        """What we texted to this number."""
        self._heard += [(one.address.reveal(), one.text.reveal()) for one in self._phones.taken()]
        return [text for address, text in self._heard if address == number]

    def pass_by(self, seconds: int, *, awake: Provision, until: Callable[[], bool]) -> bool:
        """Let time pass until it is so, no faster than this counsellor's browser gives signs of life."""
        for _ in range(0, seconds, 5):
            if until():
                return True
            self._clock.move(5)
            deadline = time.monotonic() + PATIENCE_S
            while self._do(self._silent(awake.account.id)) > 2:
                assert time.monotonic() < deadline
                time.sleep(0.02)
            self._do(self._whole.sweep.run())
        return until()

    def holder(self, alias: str) -> str | None:
        """Who has the talk of this alias: an account's id."""
        return next((row.holder for row in self._do(self._whole.cases.rows()) if row.alias == alias), None)

    def left(self) -> list[str]:
        """Names of keys that belong to a conversation."""
        return self._do(self._names())

    async def _names(self) -> list[str]:
        kinds = (":at:", ":card", ":talk", ":case:")
        return [
            name.decode()
            async for name in self._whole.store.scan_iter()
            if any(kind in name.decode() for kind in kinds)
        ]

    async def _silent(self, account: str) -> float:
        """For how many seconds no browser of this account gave a sign of life."""
        return self._clock.now() - (await self._whole.store.zscore(keys.ON_DUTY, account) or 0.0)

    def _do[T](self, what: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(PATIENCE_S)

    async def _work(self) -> None:
        self._loop = asyncio.get_running_loop()
        store = connect(self._store.url)
        self._phones = Loopback("sms")
        self._whole = Hotline(Settings(secret=SECRET), store, self._clock, {"sms": self._phones})
        self._whole.__dict__["engine"] = ScriptedEngine()
        worker = asyncio.create_task(self._whole.worker(bootstrap.judge()).run(self._whole.sweep.run))
        sessions = SessionStore(store, KEY, self._clock)
        settings = ConsoleSettings(url=self.url, count=count, heartbeat=HEARTBEAT_S, clock=self._clock)
        app = create_app(self._whole.desk, self.staff, sessions, settings)
        self._server = uvicorn.Server(uvicorn.Config(app, port=self._port, **UVICORN))
        self._loop.call_soon(self._ready.set)
        await self._server.serve()
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)
        await store.aclose()
