"""The console behind a real server, in a thread of its own, for a browser to open."""

import asyncio
import itertools
import threading
from collections.abc import Callable
from pathlib import Path

import uvicorn

from bot.channels.sms.segments import count
from bot.store import connect
from escalation.console.app import UVICORN, ConsoleSettings, create_app
from escalation.console.sessions import SessionStore
from escalation.console.settings import Practice
from escalation.console.staff import Provision, Staff
from tests.unit.console.fake_desk import FakeDesk

KEY = b"a key for the staff file of browser tests"
PATIENCE = 20.0
_NUMBERS = itertools.count(1)


class Served:
    """A running console; the desk may be touched only through `do`."""

    def __init__(self, store_url: str, folder: Path, port: int, practice: Practice | None = None) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.desk, self._practice = FakeDesk(), practice
        self.staff = Staff(str(folder / "staff.sqlite"), KEY)
        self._store_url, self._port = store_url, port
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    def start(self) -> None:
        self._thread.start()
        assert self._ready.wait(PATIENCE)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()

    def do(self, what: Callable[[], None]) -> None:
        """Run this where the console runs, and wait for it."""
        done = threading.Event()

        def run() -> None:
            what()
            done.set()

        self._loop.call_soon_threadsafe(run)
        assert done.wait(PATIENCE)

    def end_sessions(self, account: str) -> None:
        asyncio.run_coroutine_threadsafe(self._sessions.drop_all(account), self._loop).result(PATIENCE)

    def counsellor(self, interface: str = "en") -> Provision:
        """A new account, so that no test waits for another's one-time code to pass."""
        made = self.staff.add(f"Arta {next(_NUMBERS)}", "counsellor", ("sq",))
        self.staff.set_interface(made.account.id, interface)
        return made

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        store = connect(self._store_url)
        self._sessions = SessionStore(store, KEY)
        settings = ConsoleSettings(url=self.url, count=count, heartbeat=1.0, practice=self._practice)
        app = create_app(self.desk, self.staff, self._sessions, settings, _services)
        self._server = uvicorn.Server(uvicorn.Config(app, port=self._port, **UVICORN))
        self._loop.call_soon(self._ready.set)
        await self._server.serve()
        await store.aclose()


def _services(country: str | None, language: str) -> list[tuple[str, str]]:
    return [("Numero verde", "800 290 290")] if country == "IT" else []
