"""All of `hotline run --demo` with every role loud, what it wrote, and who texts and answers in it."""

import re
import secrets
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from bot.children import free_port
from bot.settings import ROOT
from tests.privacy.loud import HERE, PYTHON

PATIENCE_S = 240.0
SAME_SITE = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate"}
HOSTILE = {
    "PYTHONASYNCIODEBUG": "1",
    "PYTHONDEVMODE": "1",
    "PYTHONWARNINGS": "always",
    "PYTHONFAULTHANDLER": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "LOG_LEVEL": "DEBUG",
    "LOG_LEVEL_LIBRARIES": "DEBUG",
    "RASA_LOG_LEVEL": "DEBUG",
    "TWILIO_LOG_LEVEL": "debug",
    "OMP_NUM_THREADS": "1",
    "LANG": "C.UTF-8",
}


def until[T](found: Callable[[], T]) -> T:
    """Wait for something to be there; what cannot be reached yet is not."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            if there := found():
                return there
        except httpx.HTTPError:
            pass
        assert time.monotonic() < deadline, "it did not come to that in time"
        time.sleep(0.05)


def mark() -> str:
    """A word nobody writes."""
    return f"k{secrets.token_hex(6)}"


@dataclass
class House:
    """All of it running, what it wrote, and the marks that must not be in it."""

    process: "subprocess.Popen[bytes]" = field(repr=False)
    folder: Path
    ports: dict[str, int]
    web: httpx.Client = field(repr=False)
    marks: dict[str, str] = field(default_factory=dict)

    def new(self, what: str, made: str = "") -> str:
        self.marks[what] = made or mark()
        return self.marks[what]

    def url(self, part: str, path: str) -> str:
        return f"http://127.0.0.1:{self.ports[part]}{path}"

    def sandbox(self, path: str, **body: Any) -> httpx.Response:
        return self.web.post(self.url("sandbox", f"/sandbox/{path}"), json=body)

    def shown(self, phone: str) -> list[str]:
        """What stands on a phone as the hotline's."""
        page = self.web.get(self.url("sandbox", f"/sandbox/phones/{phone}"))
        return [str(message) for message in page.json().get("messages", [])]

    def written(self) -> dict[str, bytes]:
        """Every file in the folder that was working, home and temporary folder; outputs are among them."""
        return {
            str(p.relative_to(self.folder)): p.read_bytes() for p in self.folder.rglob("*") if p.is_file()
        }

    def said(self) -> str:
        return (self.folder / "output").read_text(encoding="utf-8")


@contextmanager
def loud_house(folder: Path) -> Iterator[House]:
    """Start it, and wait until it says how to sign in."""
    ports = {
        name: free_port() for name in ("gateway", "console", "sandbox", "m_gateway", "m_worker", "m_console")
    }
    environment = {
        **HOSTILE,
        **{f"HOTLINE_{name.upper()}_PORT": str(ports[name]) for name in ("gateway", "console", "sandbox")},
        **{f"LOUD_METRICS_{role}": str(ports[f"m_{role}"]) for role in ("gateway", "worker", "console")},
        "LOUD_ENGINE_AT": str(folder / "engine"),
        **{name: str(folder / name.lower()) for name in ("HOME", "TMPDIR")},
        "PYTHONPATH": str(ROOT),
        "PATH": "/usr/bin:/bin",
    }
    for name in ("home", "tmpdir"):
        (folder / name).mkdir()
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(
            [*PYTHON, str(HERE), "run", "--demo"],
            env=environment,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    with httpx.Client(timeout=20, trust_env=False) as web:
        started = House(process, folder, ports, web)
        try:
            until(lambda: process.poll() is not None or "one-time code" in started.said())
            assert process.poll() is None, started.said()[-2000:]
            yield started
        finally:
            process.terminate()
            process.wait(30)


class Console:
    """A counsellor's browser, as far as this needs one."""

    def __init__(self, house: House) -> None:
        self._house, self._token = house, ""

    def get(self, path: str) -> str:
        return self._read(self._house.web.get(self._house.url("console", path), follow_redirects=True))

    def post(self, path: str, **fields: str) -> str:
        origin = self._house.url("console", "")
        headers = {**SAME_SITE, "Origin": origin}
        data = {"token": self._token, **fields}
        return self._read(
            self._house.web.post(origin + path, data=data, headers=headers, follow_redirects=True)
        )

    def _read(self, page: httpx.Response) -> str:
        if found := re.search(r'data-token="([^"]+)"', page.text):
            self._token = found[1]
        return page.text

    def sign_in(self) -> None:
        said = self._house.said()
        password = re.search(r"password (\S+)", said)
        code = re.search(r"one-time code (\d+)", said)
        assert password
        assert code
        self.get("/login")
        self.post("/login", name="demo", password=password[1])
        assert "/queue" in self.post("/login/code", code=code[1])

    def take_until(self, words: str) -> str:
        """Take the most urgent case; its page, if it is the one that holds these words."""
        self.get("/queue")
        page = self.post("/queue/take")
        return page if words in page else ""
