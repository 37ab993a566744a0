"""Processes of ours on this machine: started with what they need, waited for, stopped with us."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from bot.errors import HotlineError
from bot.private import Unshown
from bot.process import die_with_parent
from bot.settings import ROOT

PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "SSL_CERT_FILE", "OMP_NUM_THREADS")
STOP_S = 6.0


class NotReady(HotlineError):
    """A process of ours ended or stayed silent while we waited for it."""


@dataclass
class Child:
    """One process; its environment is what we give it and nothing else."""

    role: str
    process: "subprocess.Popen[bytes]" = field(repr=False)

    @property
    def ended(self) -> bool:
        return self.process.poll() is not None


def start(
    role: str, environment: Mapping[str, str], command: list[str] | None = None, output: int | None = None
) -> Child:
    """Start a role; it is killed when this process dies. `output`: where what it says goes; else to ours."""
    passed = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    process = subprocess.Popen(  # noqa: S603 - our own commands
        command or [sys.executable, "-m", "bot", role],
        env={**passed, **environment},
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        start_new_session=True,
        preexec_fn=die_with_parent,
    )
    return Child(role, process)


def stop(children: list[Child]) -> None:
    """Ask all to stop, then make them."""
    for child in children:
        if not child.ended:
            os.killpg(child.process.pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_S
    for child in children:
        try:
            child.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(child.process.pid, signal.SIGKILL)
            child.process.wait()


def wait_for(child: Child, answers: Callable[[], bool], seconds: float) -> None:
    """Raises NotReady when it ends, or does not answer in time."""
    deadline = time.monotonic() + seconds
    while not answers():
        if child.ended:
            raise NotReady(f"{child.role} ended with code {child.process.returncode} while starting.")
        if time.monotonic() > deadline:
            raise NotReady(f"{child.role} was not ready within {seconds:.0f} s.")
        time.sleep(0.05)


def page_answers(url: str) -> Callable[[], bool]:
    def answers() -> bool:
        try:
            with urlopen(url, timeout=1) as page:  # noqa: S310 - our own loopback address
                return bool(page.status == 200)
        except HTTPError:
            return False
        except (URLError, OSError):
            return False

    return answers


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def port_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
        return False


@dataclass(frozen=True, repr=False)
class EngineAt(Unshown):
    """Where a started engine answers."""

    url: str
    token: str = field(repr=False)


def start_engine() -> tuple[Child, EngineAt, Callable[[], Child]]:
    """Start the dialogue engine on a free port with a token of its own; not waited for.

    The third of what is returned starts it again at the same place.
    """
    at = EngineAt(f"http://127.0.0.1:{free_port()}", secrets.token_urlsafe(24))
    environment = {"HOTLINE_ENGINE_PORT": at.url.rsplit(":", 1)[1], "HOTLINE_ENGINE_TOKEN": at.token}

    def again() -> Child:
        return start("engine", environment)

    return again(), at, again
