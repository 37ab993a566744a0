"""Telling the team, outside the console, that somebody waits and nobody comes: never who, never what."""

import asyncio
import smtplib
import ssl
from collections.abc import Awaitable, Callable, Mapping
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from bot import keys, logs
from bot.channels.base import Channel, Outgoing
from bot.clock import Clock
from bot.errors import ChannelError
from bot.inbox import mint
from bot.private import Address, Text
from bot.scripts import Store
from bot.settings import Settings
from bot.wording import LANGUAGES, wording
from escalation.cases.alarm import LOUDEST, alarm, expected
from escalation.cases.hours import Hours
from escalation.cases.queue import Cases

AGAIN_S = 10 * 60
"""While it stays so, the team is told again after this."""
TRY_AGAIN_S = 60
SECONDS = 10

type Way = Callable[[str], Awaitable[None]]


class Alert:
    """One alert for all workers, by every way that is set up."""

    def __init__(
        self,
        store: Store,
        cases: Cases,
        channels: Mapping[str, Channel],
        settings: Settings,
        clock: Clock,
        hours: Hours,
    ) -> None:
        self._store = store
        self._cases = cases
        self._channels = channels
        self._settings = settings
        self._clock = clock
        self._hours = hours

    async def run(self) -> None:
        """Tell the team, if somebody waits far too long for their danger and it was not told just now."""
        ways = self._ways()
        if not ways:
            return
        now = self._clock.now()
        waiting = [row for row in await self._cases.queue() if row.state == "waiting"]
        if alarm(expected(waiting, self._hours, now), now) < LOUDEST:
            return
        if not await self._store.set(keys.ALERTED, b"1", nx=True, ex=AGAIN_S):
            return
        text = "\n".join(wording(language).texts["team_alert"] for language in LANGUAGES)
        told = [await self._tell(name, way, text) for name, way in ways.items()]
        if not any(told):
            await self._store.expire(keys.ALERTED, TRY_AGAIN_S)

    def _ways(self) -> dict[str, Way]:
        ways: dict[str, Way] = {}
        if self._settings.alert_telegram_chat and "telegram" in self._channels:
            ways["telegram"] = self._by_telegram
        if self._settings.alert_mail_to:
            ways["mail"] = self._by_mail
        return ways

    @staticmethod
    async def _tell(name: str, way: Way, text: str) -> bool:
        try:
            await way(text)
        except (ChannelError, OSError, smtplib.SMTPException) as error:
            logs.event("alert_failed", way=name, error=type(error).__name__)
            return False
        logs.event("alerted", way=name)
        return True

    async def _by_telegram(self, text: str) -> None:
        chat = Address(self._settings.alert_telegram_chat)
        await self._channels["telegram"].send(Outgoing(mint(), "telegram", chat, Text(text)))

    async def _by_mail(self, text: str) -> None:
        await asyncio.to_thread(
            send_mail, self._settings.alert_mail_server, self._settings.alert_mail_to, text
        )


def send_mail(server: str, to: str, text: str) -> None:
    """Send one mail, encrypted on its way; raises OSError or SMTPException.

    `server` is `smtps://user:password@host:465`, or `smtp://…:587`, which has to offer STARTTLS.
    """
    parts, message = urlsplit(server), EmailMessage()
    message["Subject"], message["From"], message["To"] = "Hotline", to, to
    message.set_content(text)
    host, context = parts.hostname or "", ssl.create_default_context()
    if parts.scheme == "smtps":
        client: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or 465, timeout=SECONDS, context=context)
    else:
        client = smtplib.SMTP(host, parts.port or 587, timeout=SECONDS)
    with client:
        if parts.scheme != "smtps":
            client.starttls(context=context)
        if parts.username:
            client.login(unquote(parts.username), unquote(parts.password or ""))
        client.send_message(message)
