"""`hotline practice`: made-up young people for new counsellors, on the real console, apart from real cases.

A deployment of its own, in one process: an embedded store, a worker, the console, accounts for this run
only, and phones that nobody has. It neither knows nor reaches the real one, and ends with all that is in it.
"""

import asyncio
import secrets
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pyotp
from redis.exceptions import RedisError
from starlette.applications import Starlette

from bot import bootstrap, logs
from bot.bootstrap import Hotline
from bot.channels.base import Outgoing, Sent
from bot.children import page_answers, port_taken, start_engine, stop, wait_for
from bot.clock import Clock
from bot.console import add_staff, console_app
from bot.content.services import phones
from bot.errors import HotlineError, SettingsError
from bot.judging import Judge
from bot.loopback import Loopback
from bot.private import Unshown
from bot.roles import serve
from bot.settings import Settings, name_of
from bot.store import Embedded, connect
from bot.wording import LANGUAGES
from escalation.console.staff import Provision
from escalation.practice.line import Line
from escalation.practice.room import Room
from escalation.practice.script import Script, scripts

READY_S = 60.0
REAL = (
    *("store_url", "secret", "secret_previous", "public_url"),
    *("twilio_account_sid", "twilio_auth_token", "twilio_number", "telegram_token", "telegram_secret"),
    *("alert_telegram_chat", "alert_mail_to", "alert_mail_server"),
)
"""Settings by which a process would know the real store, its people or its team."""


class PracticeChannel(Loopback):
    """Delivers to the phones of the practice room."""

    room: Room | None = None

    async def send(self, message: Outgoing) -> Sent:
        if self.room is not None:
            with suppress(RedisError, OSError, HotlineError):  # then they have not heard it
                await self.room.hears(message)
        return Sent(message.id)


@dataclass(frozen=True, repr=False)
class Practice(Unshown):
    """A practice room that is open: the console's pages, and who comes."""

    whole: Hotline
    room: Room
    console: Starlette


def refuse_real(settings: Settings) -> None:
    """Raises SettingsError where anything of a real deployment is set, naming the settings."""
    found = [name_of(name) for name in REAL if getattr(settings, name)]
    if found:
        raise SettingsError(
            f"Practice must not know the real store, phones or team, but this is set: {', '.join(found)}. "
            "Start it where it is not: as another user, on another machine, or with `env -u NAME`."
        )


@asynccontextmanager
async def opened(
    settings: Settings,
    played: Sequence[Script],
    judge: Judge,
    parts: Mapping[str, object] | None = None,
    *,
    speed: float = 1.0,
) -> AsyncIterator[Practice]:
    """The room on an embedded store, until this ends; `parts` replace those of `Hotline` by name (tests)."""
    refuse_real(settings)
    with Embedded() as store:
        channels = {name: PracticeChannel(name) for name in ("sms", "telegram")}
        own = replace(settings, secret=secrets.token_urlsafe(48), store_url=store.url)
        client = connect(store.url)
        whole = Hotline(own, client, Clock(), channels)
        whole.__dict__.update(parts or {})
        line = Line(client, whole.inbox, whole.sessions, whole.cases, whole.vault, whole.clock)
        room = Room(line, played, phones(), speed)
        for channel in channels.values():
            channel.room = room
        # No alerts to a team, no counts for donors: whole.alert and whole.counts are not run here.
        beside = [
            asyncio.create_task(whole.worker(judge).run(whole.sweep.run)),
            asyncio.create_task(room.run()),
        ]
        try:
            yield Practice(whole, room, console_app(whole, practice=room))
        finally:
            for task in reversed(beside):
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            await whole.engine.aclose()
            await client.aclose()


def practise(settings: Settings, languages: tuple[str, ...], trainees: tuple[str, ...]) -> None:
    """Open the room, say who can sign in, and serve until told to stop."""
    refuse_real(settings)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        asyncio.run(_practise(settings, languages, trainees))
    except KeyboardInterrupt:
        print("\nPractice is over, and nothing of it is left.", flush=True)


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


async def _practise(settings: Settings, languages: tuple[str, ...], trainees: tuple[str, ...]) -> None:
    if port_taken(settings.console_port):
        raise SettingsError(
            f"Port {settings.console_port} is in use. Stop what uses it, or set {name_of('console_port')}."
        )
    played = list(scripts(languages or LANGUAGES))
    logs.to_nobody()
    print("Starting store, engine and console …", flush=True)
    judge = await asyncio.to_thread(bootstrap.judge)
    engine, at, _ = start_engine()
    try:
        await asyncio.to_thread(wait_for, engine, page_answers(f"{at.url}/health"), READY_S)
        with tempfile.TemporaryDirectory(prefix="hotline-practice-") as folder:
            own = replace(
                settings,
                staff_file=str(Path(folder) / "staff.sqlite"),
                engine_url=at.url,
                engine_token=at.token,
            )
            async with opened(own, played, judge) as practice:
                made = accounts(practice.whole.settings, trainees or ("trainee",))
                _announce(practice.whole.settings, made, len(played))
                await serve(practice.console, own.bind, own.console_port)
    finally:
        stop([engine])


def accounts(settings: Settings, trainees: Sequence[str]) -> list[Provision]:
    """For this run: the trainees, and a trainer who sees the board and may read along."""
    roles = [*((name, "counsellor") for name in trainees), ("trainer", "supervisor")]
    return [add_staff(settings.staff_file, settings.secret, name, role, LANGUAGES) for name, role in roles]


def _announce(settings: Settings, made: Sequence[Provision], people: int) -> None:
    where = settings.console_url or f"http://127.0.0.1:{settings.console_port}"
    print(f"\nPRACTICE is open, with {people} made-up young people. Nothing of it is kept. Ctrl-C ends it.\n")
    print(f"  Console   {where}/")
    for one in made:
        code = pyotp.TOTP(one.secret).now()
        print(f"    name {one.account.name}   password {one.password}   one-time code {code}")
        print(f"      for a code app: {one.uri}")
    print("    (press Enter here for fresh one-time codes)\n", flush=True)
    if sys.stdin.isatty():
        asyncio.get_running_loop().add_reader(sys.stdin, _codes, made)


def _codes(made: Sequence[Provision]) -> None:
    if sys.stdin.readline():
        for one in made:
            print(f"    {one.account.name}   {pyotp.TOTP(one.secret).now()}", flush=True)
    else:  # the terminal is gone
        asyncio.get_running_loop().remove_reader(sys.stdin)
