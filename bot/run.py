"""`hotline run`: every role on this machine, on an embedded store; --demo adds phones and a counsellor."""

import secrets
import select
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pyotp
from redis import Redis

from bot import keys, logs
from bot.children import (
    Child,
    NotReady,
    page_answers,
    port_taken,
    start,
    start_engine,
    stop,
    wait_for,
)
from bot.console import add_staff
from bot.errors import SettingsError
from bot.process import no_dumps, swap_is_on
from bot.settings import Settings, name_of
from bot.store import Embedded

READY_S = 60.0
POLL_S = 0.5
DEMO_ACCOUNT = "AC" + "0" * 32
DEMO_NUMBER = "+15005550006"


class Run:
    """Everything `hotline run` started; `stop` ends all of it."""

    def __init__(self, settings: Settings, *, demo: bool) -> None:
        self._settings = settings
        self._demo = demo
        self._store = Embedded() if not settings.store_url else None
        self._folder = Path(tempfile.mkdtemp(prefix="hotline-run-"))
        self._children: list[Child] = []
        self._starts: dict[str, Callable[[], Child]] = {}
        self.code: Callable[[], str] | None = None
        self.demo_password = ""

    def start(self) -> None:
        """Start all and wait until each is ready; raises HotlineError saying what is not."""
        self._refuse_taken_ports()
        if self._store is not None:
            self._store.start()
        store = self.store_url
        engine, at, again = start_engine()
        self._children.append(engine)
        self._starts["engine"] = again
        settings = self._settings
        here = f"http://127.0.0.1:{settings.gateway_port}"
        shared = {
            "HOTLINE_SECRET": settings.secret or secrets.token_urlsafe(48),
            "HOTLINE_STORE_URL": store,
            "HOTLINE_ENGINE_URL": at.url,
            "HOTLINE_ENGINE_TOKEN": at.token,
            **{name_of(k): str(getattr(settings, k)) for k in PASSED if getattr(settings, k)},
        }
        if self._demo:
            shared |= self._demo_settings(shared["HOTLINE_SECRET"], here)
            self._begin("sandbox", shared, [sys.executable, "-m", "bot.sandbox"])
        for role in ("gateway", "worker", "console"):
            self._begin(role, shared)
        self._wait(engine, store, here, at.url)

    @property
    def store_url(self) -> str:
        return self._store.url if self._store else self._settings.store_url

    def _refuse_taken_ports(self) -> None:
        ports = {name: getattr(self._settings, name) for name in ("gateway_port", "console_port")}
        if self._demo:
            ports["sandbox_port"] = self._settings.sandbox_port
        for name, port in ports.items():
            if port_taken(port):
                raise SettingsError(f"Port {port} is in use. Stop what uses it, or set {name_of(name)}.")

    def _demo_settings(self, secret: str, here: str) -> dict[str, str]:
        """The stand-in for both providers instead of the real ones, and a counsellor to sign in as."""
        sandbox = f"http://127.0.0.1:{self._settings.sandbox_port}"
        staff = str(self._folder / "staff.sqlite")
        made = add_staff(staff, secret, "demo", "supervisor", ("en", "sq", "bcms", "ro"))
        self.demo_password = made.password
        self.code = pyotp.TOTP(made.secret).now
        return {
            "HOTLINE_PUBLIC_URL": here,
            "HOTLINE_GATEWAY_URL": here,
            "HOTLINE_SANDBOX_PORT": str(self._settings.sandbox_port),
            "HOTLINE_TWILIO_ACCOUNT_SID": DEMO_ACCOUNT,
            "HOTLINE_TWILIO_AUTH_TOKEN": secrets.token_hex(16),
            "HOTLINE_TWILIO_NUMBER": DEMO_NUMBER,
            "HOTLINE_TWILIO_API_URL": sandbox,
            "HOTLINE_TELEGRAM_TOKEN": f"42:{secrets.token_urlsafe(24)}",
            "HOTLINE_TELEGRAM_SECRET": secrets.token_urlsafe(24),
            "HOTLINE_TELEGRAM_API_URL": sandbox,
            "HOTLINE_STAFF_FILE": staff,
        }

    def _begin(self, role: str, environment: dict[str, str], command: list[str] | None = None) -> None:
        self._starts[role] = lambda: start(role, environment, command)
        self._children.append(self._starts[role]())

    def _wait(self, engine: Child, store: str, here: str, engine_url: str) -> None:
        console = f"http://127.0.0.1:{self._settings.console_port}"
        answers: dict[str, Callable[[], bool]] = {
            "gateway": page_answers(f"{here}/health/ready"),
            "console": page_answers(f"{console}/health/live"),
            "sandbox": page_answers(f"http://127.0.0.1:{self._settings.sandbox_port}/"),
            "worker": _worker_leads(store),
            "engine": page_answers(f"{engine_url}/health"),
        }
        for child in sorted(self._children, key=lambda one: one is engine):
            wait_for(child, answers[child.role], READY_S)

    def announce(self) -> None:
        """What to open, and as whom."""
        console = f"http://127.0.0.1:{self._settings.console_port}"
        disk = "Swap is on: text could reach a disk." if swap_is_on() else "Nothing of it is on any disk."
        print(f"\nThe hotline is running. {disk} Ctrl-C ends all of it.\n")
        if self._demo and self.code is not None:
            print(f"  Phones to text from     http://127.0.0.1:{self._settings.sandbox_port}/")
            print(f"  Counsellor console      {console}/")
            print(f"    name demo   password {self.demo_password}   one-time code {self.code()}")
            print("    (press Enter here for a fresh one-time code)")
        else:
            print(f"  Webhooks for providers  http://127.0.0.1:{self._settings.gateway_port}/")
            print(f"  Counsellor console      {console}/   (accounts: hotline staff add)")
        print(flush=True)

    def watch(self) -> None:
        """Until interrupted: start again what ends, and give fresh one-time codes."""
        while True:
            for index, child in enumerate(self._children):
                if child.ended:
                    print(f"{child.role} ended with code {child.process.returncode}; starting it again.")
                    if child.role not in self._starts:
                        raise NotReady(f"{child.role} ended.")
                    self._children[index] = self._starts[child.role]()
            if sys.stdin.isatty() and select.select([sys.stdin], [], [], POLL_S)[0]:
                if sys.stdin.readline() and self.code is not None:
                    print(f"one-time code {self.code()}", flush=True)
            else:
                time.sleep(POLL_S)

    def stop(self) -> None:
        stop(self._children)
        if self._store is not None:
            self._store.stop()
        shutil.rmtree(self._folder, ignore_errors=True)


PASSED = (
    "secret_previous",
    "public_url",
    "bind",
    "gateway_port",
    "console_port",
    "console_url",
    "default_region",
    "silence_minutes",
    "twilio_account_sid",
    "twilio_auth_token",
    "twilio_number",
    "twilio_api_url",
    "telegram_token",
    "telegram_secret",
    "telegram_api_url",
    "staff_file",
)


def _worker_leads(store: str) -> Callable[[], bool]:
    def leads() -> bool:
        with Redis.from_url(store) as client:
            return bool(client.exists(keys.lease(0)))

    return leads


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def run(settings: Settings, *, demo: bool) -> None:
    """Start everything, say what to open, and run until interrupted."""
    no_dumps()
    logs.silence_libraries()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _interrupt)
    whole = Run(settings, demo=demo)
    began = time.monotonic()
    try:
        print("Starting store, engine, gateway, worker and console …", flush=True)
        whole.start()
        print(f"Ready after {time.monotonic() - began:.0f} s.")
        whole.announce()
        whole.watch()
    except KeyboardInterrupt:
        print("\nStopping …", flush=True)
    finally:
        whole.stop()
