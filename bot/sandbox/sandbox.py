"""The stand-in as one object: start it, act as a person, read what the phones show, make providers fail."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from starlette.applications import Starlette
from starlette.middleware import Middleware

from bot.channels.sms.segments import Segments
from bot.sandbox.changes import Changes
from bot.sandbox.clock import Clock
from bot.sandbox.control import Control
from bot.sandbox.faults import Fault, Faults
from bot.sandbox.network import Network
from bot.sandbox.page.views import Page, SameOrigin
from bot.sandbox.server import LoopbackServer
from bot.sandbox.settings import SandboxSettings
from bot.sandbox.telegram.api import Api
from bot.sandbox.telegram.people import People
from bot.sandbox.telegram.service import Telegram
from bot.sandbox.twilio.incoming import Inbound, Incoming
from bot.sandbox.twilio.outgoing import Outgoing
from bot.sandbox.twilio.rest import Rest
from bot.sandbox.twilio.service import Alert, Twilio

PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Shown:
    """One message on a phone's screen; `mine` is the person's own."""

    text: str = field(repr=False)
    mine: bool
    at: datetime
    edited: bool = False
    message_id: int | None = None
    """Telegram only."""
    size: Segments | None = None
    """SMS only."""
    buttons: list[str] = field(default_factory=list)
    """Titles of inline buttons."""


class Sandbox:
    """Use it as an asynchronous context manager, or `start` and `stop` it. One event loop, one instance."""

    def __init__(self, settings: SandboxSettings | None = None) -> None:
        self.settings = settings or SandboxSettings()
        self.clock, self.changes = Clock(), Changes()
        self._faults = Faults(self.changes)
        self._network = Network(self.settings)
        shared = (self.settings, self._network, self.clock, self.changes, self._faults)
        self.twilio, self._telegram = Twilio(*shared), Telegram(*shared)
        self._incoming = Incoming(self.twilio)
        self.people = People(self._telegram)
        """Everything a person does on Telegram: text, send, edit, press, block, unblock, group."""
        page = Page(self.twilio, self._telegram, self._incoming, self.people, self.reset)
        routes = [
            *Rest(self.twilio, Outgoing(self.twilio)).routes(),
            *Api(self._telegram).routes(),
            *Control(self).routes(),
            *page.routes(),
        ]
        self.app = Starlette(routes=routes, middleware=[Middleware(SameOrigin)])
        self._server = LoopbackServer(self.app, self.settings.host, self.settings.port)

    async def start(self) -> None:
        await self._server.start()
        await self._telegram.connect()

    async def stop(self) -> None:
        self.changes.close()
        self._faults.close()
        await self._telegram.delivery.stop()
        await self.twilio.tasks.cancel()
        await self._server.stop()
        await self._network.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def url(self) -> str:
        """Where both providers' APIs, the control interface and the phone page are."""
        return self._server.url

    async def connect(self, gateway_url: str, public_url: str = "") -> None:
        """Delivers to this gateway from now on, and points both webhooks at it; empty: to none."""
        self._network.connect(gateway_url, public_url)
        await self._telegram.connect()

    async def reset(self) -> None:
        """Forgets every message, person, fault and moved clock."""
        self._faults.clear()
        self.clock.reset()
        await self.twilio.reset()
        await self._telegram.reset()

    # A person acts

    async def sms(self, from_: str, body: str, media: list[str] | None = None) -> Inbound:
        """Texts the hotline; returns when its webhook has answered or Twilio has given up."""
        return await self._incoming.receive(from_, body, media)

    def call(self, from_: str) -> None:
        """Calls the hotline's number, where nobody answers: the call is in Twilio's log."""
        twilio = self.twilio
        twilio.calls.ring(twilio.settings.twilio_account_sid, from_, twilio.number, self.clock.now())

    async def telegram(self, user: str, text: str, language_code: str = "en") -> int:
        """Writes to the bot; returns the message's id at once, the update is delivered behind."""
        return self.people.text(user, text, language_code)

    # What can be seen

    def inbox(self, phone: str) -> list[Shown]:
        """The screen of a phone number ("+355...") or of a person on Telegram (a name), oldest first."""
        if phone.startswith("+"):
            return [
                Shown(text.text, text.mine, text.at, size=text.size)
                for text in self.twilio.phones.screen(phone)
            ]
        chat = self._telegram.chats.private(self._telegram.chats.person(phone))
        return [
            Shown(
                post.text,
                post.sender is not None,
                datetime.fromtimestamp(post.date).astimezone(),
                edited=bool(post.edit_date),
                message_id=post.message_id,
                buttons=[str(button.get("text")) for row in post.inline for button in row],
            )
            for post in chat.posts.values()
        ]

    def answers(self, phone: str) -> list[str]:
        """Only what the hotline wrote."""
        return [shown.text for shown in self.inbox(phone) if not shown.mine]

    def buttons(self, user: str) -> list[str]:
        """Titles of the reply keyboard a person sees now."""
        keyboard = self._telegram.chats.private(self._telegram.chats.person(user)).keyboard
        return [title for row in keyboard.rows for title in row] if keyboard else []

    def blocked(self, user: str) -> bool:
        return self._telegram.chats.person(user).blocked

    def twilio_log(self) -> list[dict[str, Any]]:
        """What Twilio still keeps, newest first, as its API shows it."""
        return [message.as_json() for message in self.twilio.log]

    @property
    def call_log(self) -> list[str]:
        """Sids of the calls Twilio still keeps."""
        return list(self.twilio.calls)

    @property
    def alerts(self) -> list[Alert]:
        """Failures of our webhooks as in Twilio's Debugger."""
        return self.twilio.alerts

    @property
    def pending_updates(self) -> int:
        """Telegram updates not accepted yet."""
        return len(self._telegram.updates.pending)

    # Trouble and time

    def faults(self, provider: str, kind: str, **options: Any) -> None:
        """Makes the next call fail, or the `nth`, or `count` of them; see `bot.sandbox.faults`."""
        self._faults.add(Fault(provider, kind, **options))

    @property
    def faults_left(self) -> int:
        """Faults that have not (all) happened yet."""
        return len(self._faults.pending)

    def clear_faults(self) -> None:
        self._faults.clear()

    def advance(self, seconds: float) -> None:
        """Moves the providers' clock ahead: 48 hours for deletions, a day for updates."""
        self.clock.advance(seconds)
        self.changes.mark()

    # Waiting, without sleeping

    async def until(self, condition: Callable[[], bool], timeout: float = PATIENCE) -> None:
        """Returns as soon as the condition holds; looked at after every change here."""
        await self.changes.until(condition, timeout)

    async def answered(self, phone: str, count: int = 1, timeout: float = PATIENCE) -> list[str]:
        """The hotline's answers on a phone, once there are at least `count`."""
        await self.until(lambda: len(self.answers(phone)) >= count, timeout)
        return self.answers(phone)

    async def settled(self, timeout: float = PATIENCE) -> None:
        """Returns when every SMS has arrived, every report was sent and every update was accepted."""
        async with asyncio.timeout(timeout):
            await self.twilio.tasks.drained()
        await self.until(lambda: self.pending_updates == 0, timeout)
