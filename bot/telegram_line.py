"""Telegram's side of the line: registering the webhook, or polling where there is no public address."""

import asyncio
import os

from bot import keys, logs
from bot.bootstrap import Hotline
from bot.channels.intake import Accept
from bot.channels.telegram.poll import poll
from bot.channels.telegram.send import Telegram
from bot.errors import ChannelError

POLLER_MS = 60_000
AGAIN_S = 5


class TelegramLine:
    def __init__(self, whole: Hotline, accept: Accept) -> None:
        self._whole = whole
        self._accept = accept
        channel = whole.channels.get("telegram")
        self._channel = channel if isinstance(channel, Telegram) else None
        self._token = os.urandom(8).hex()

    async def receive(self) -> None:
        """Register the webhook, trying until it is; without a public address, poll for ever."""
        if self._channel is None:
            return
        settings = self._whole.settings
        if not settings.public_url:
            await poll(self._channel, self._accept, self._may_poll)
            return
        url = f"{settings.public_url.rstrip('/')}/telegram"
        while True:
            try:
                await self._channel.receive_by_webhook(url, settings.telegram_secret)
            except ChannelError as error:
                logs.event("poll_failed", channel="telegram", error=type(error).__name__)
                await asyncio.sleep(AGAIN_S)
            else:
                logs.event("webhook_set", channel="telegram")
                return

    async def leave_groups(self) -> None:
        """Leave the groups somebody put the bot into; what is said there is never read."""
        if self._channel is not None:
            for group in await self._whole.store.spop(keys.GROUPS, 20):
                await self._channel.leave(int(group))

    async def _may_poll(self) -> bool:
        """Of several workers one polls: two would fight over the updates."""
        if await self._whole.scripts.run("renew", [keys.POLLER], [self._token, POLLER_MS]):
            return True
        return bool(await self._whole.store.set(keys.POLLER, self._token, nx=True, px=POLLER_MS))
