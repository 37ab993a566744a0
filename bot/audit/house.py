"""All roles and the providers' stand-in as processes: a store, ports, folders and a secret of their own."""

import os
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Self

import httpx
from redis import Redis

from bot import keys
from bot.audit.marks import Marks
from bot.children import Child, free_port, page_answers, start, stop, wait_for
from bot.console import add_staff
from bot.errors import HotlineError
from bot.store import Embedded

READY_S = 120.0
PATIENCE_S = 120.0
ROLES = ("gateway", "worker", "console")
ACCOUNT, NUMBER = "AC" + "0" * 32, "+15005550006"
LANGUAGES = ("en", "sq", "bcms", "ro")


class NotInTime(HotlineError):
    """The play got stuck: something that has to happen did not, or not in time."""


@dataclass(frozen=True)
class Counsellor:
    """How one signs in."""

    name: str
    password: str = field(repr=False)
    seed: str = field(repr=False)


class House:
    """Everything that runs; use it as a context manager. Nothing of a live system is touched."""

    def __init__(self, marks: Marks, *, leaks: Sequence[str] = ()) -> None:
        self.began = time.time()
        self.folder = Path(tempfile.mkdtemp(prefix="hotline-audit-"))
        self.store_server = Embedded()
        self.ports = {name: free_port() for name in (*ROLES, "sandbox", "engine", *map(_metrics, ROLES))}
        self.outputs: dict[str, IO[bytes]] = {}
        self.children: dict[str, Child] = {}
        self.web = httpx.Client(timeout=30, trust_env=False)
        self.secret, self.twilio_token = secrets.token_urlsafe(48), secrets.token_hex(16)
        self.telegram_secret = secrets.token_urlsafe(24)
        self._bot_token, self._engine_token = f"42:{secrets.token_urlsafe(24)}", secrets.token_urlsafe(24)
        self._first_chat, self._leaks = marks.first_chat, leaks
        self._clock = self.folder / "clock"
        self.counsellors: list[Counsellor] = []

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        stop(list(self.children.values()))
        self.store_server.stop()
        self.web.close()
        for output in self.outputs.values():
            output.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start(self) -> None:
        for name in ("home", "temp"):
            (self.folder / name).mkdir()
        self.move_clock(0)
        self.store_server.start()
        staff = str(self.folder / "staff.sqlite")
        for name in ("audit", "browser"):
            made = add_staff(staff, self.secret, name, "supervisor", LANGUAGES)
            self.counsellors.append(Counsellor(name, made.password, made.secret))
        if not self._leaks:  # Where it cannot be reached an answer comes all the same; leaks are not its.
            self._begin("engine", [sys.executable, "-m", "bot", "engine"])
        self._begin("sandbox", [sys.executable, "-m", "bot.sandbox"])
        for role in ROLES:
            self._begin(role, [sys.executable, "-m", "bot.audit.ahead", role])
        ready: dict[str, Callable[[], bool]] = {
            "sandbox": page_answers(self.url("sandbox", "/sandbox/state")),
            "gateway": page_answers(self.url("gateway", "/health/ready")),
            "console": page_answers(self.url("console", "/health/live")),
            "worker": self._worker_leads,
            "engine": page_answers(self.url("engine", "/health")),
        }
        for role, child in self.children.items():
            wait_for(child, ready[role], READY_S)

    def _begin(self, role: str, command: list[str]) -> None:
        # Without a name: what a role says is searched, and never rests on a disk of its own accord.
        self.outputs[role] = tempfile.TemporaryFile(dir=self.folder)  # noqa: SIM115 - for as long as we run
        self.children[role] = start(role, self._environment(role), command, self.outputs[role].fileno())

    def _environment(self, role: str) -> dict[str, str]:
        here, sandbox = self.url("gateway", ""), self.url("sandbox", "")
        environment = {
            "HOME": str(self.folder / "home"),
            "TMPDIR": str(self.folder / "temp"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "HOTLINE_ENGINE_TOKEN": self._engine_token,
        }
        if role == "engine":
            return environment | {"HOTLINE_ENGINE_PORT": str(self.ports["engine"])}
        environment |= {
            "HOTLINE_PUBLIC_URL": here,
            "HOTLINE_TWILIO_ACCOUNT_SID": ACCOUNT,
            "HOTLINE_TWILIO_AUTH_TOKEN": self.twilio_token,
            "HOTLINE_TWILIO_NUMBER": NUMBER,
            "HOTLINE_TELEGRAM_TOKEN": self._bot_token,
            "HOTLINE_TELEGRAM_SECRET": self.telegram_secret,
        }
        if role == "sandbox":
            return environment | {
                "HOTLINE_SANDBOX_PORT": str(self.ports["sandbox"]),
                "HOTLINE_SANDBOX_FIRST_CHAT": str(self._first_chat),
                "HOTLINE_GATEWAY_URL": here,
            }
        return environment | {
            "HOTLINE_SECRET": self.secret,
            "HOTLINE_STORE_URL": self.store_server.url,
            "HOTLINE_ENGINE_URL": self.url("engine", ""),
            "HOTLINE_TWILIO_API_URL": sandbox,
            "HOTLINE_TELEGRAM_API_URL": sandbox,
            "HOTLINE_STAFF_FILE": str(self.folder / "staff.sqlite"),
            "HOTLINE_GATEWAY_PORT": str(self.ports["gateway"]),
            "HOTLINE_CONSOLE_PORT": str(self.ports["console"]),
            "HOTLINE_METRICS_PORT": str(self.ports[_metrics(role)]),
            "AUDIT_CLOCK": str(self._clock),
            "AUDIT_LEAKS": ",".join(self._leaks),
        }

    def _worker_leads(self) -> bool:
        with self.store() as store:
            return bool(store.exists(keys.lease(0)))

    def url(self, part: str, path: str) -> str:
        return f"http://127.0.0.1:{self.ports[part]}{path}"

    def metrics_of(self, role: str) -> bytes:
        return self.web.get(self.url(_metrics(role), "/metrics")).content

    def sandbox(self, path: str, **body: Any) -> httpx.Response:
        return self.web.post(self.url("sandbox", f"/sandbox/{path}"), json=body)

    def store(self) -> "Redis":
        return Redis.from_url(self.store_server.url)

    def move_clock(self, seconds: float) -> None:
        """From now on the roles' clock is so far ahead; the store's own lifetimes go on as they are."""
        beside = self._clock.with_suffix(".new")
        beside.write_text(f"{seconds}", encoding="ascii")
        beside.replace(self._clock)

    def said(self, role: str) -> bytes:
        """All that a process has written to its output so far."""
        output = self.outputs[role].fileno()
        return os.pread(output, os.fstat(output).st_size, 0)


def until[T](found: Callable[[], T | None], what: str, seconds: float = PATIENCE_S) -> T:
    """Wait for something to be there; raises NotInTime saying what was not."""
    deadline = time.monotonic() + seconds
    while True:
        if there := found():
            return there
        if time.monotonic() > deadline:
            raise NotInTime(f"The audit waited {seconds:.0f} s in vain: {what}.")
        time.sleep(0.05)


def _metrics(role: str) -> str:
    return f"metrics of {role}"
