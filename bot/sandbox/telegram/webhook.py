"""Bringing updates to the bot's webhook as Telegram's server does.

Any 2xx accepts an update. Everything else is tried again, first at once, then after 2, 4, 8 ... seconds up to
a minute or two, until the update expires; `Retry-After` is obeyed. Later updates of the same lane wait.
"""

import asyncio
import json
import random
from dataclasses import dataclass, field
from typing import Any

import httpx

from bot.sandbox.changes import Changes
from bot.sandbox.clock import Clock
from bot.sandbox.network import Network
from bot.sandbox.tasks import Tasks
from bot.sandbox.telegram.updates import Update, Updates

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name
IDLE = 60.0
LONGEST_RETRY_AFTER = 3600


@dataclass(slots=True)
class Webhook:
    """What setWebhook has set; without an address there is none."""

    url: str = ""
    secret: str = field(default="", repr=False)
    max_connections: int = 40
    last_error_date: int = 0
    last_error_message: str = ""


class Delivery:
    """One worker per lane with something pending, at most `max_connections` requests at a time."""

    def __init__(
        self, updates: Updates, network: Network, clock: Clock, changes: Changes, retry_unit: float
    ) -> None:
        self._updates, self._network = updates, network
        self._clock, self._changes, self._unit = clock, changes, retry_unit
        self._tasks, self._busy = Tasks(), set[str]()
        self._room = asyncio.Semaphore(40)
        self.webhook = Webhook()

    async def set(self, webhook: Webhook) -> None:
        """A new address takes over from the first pending update on; an empty one stops the deliveries."""
        await self.stop()
        self.webhook = webhook
        self._room = asyncio.Semaphore(webhook.max_connections)
        self.go()

    async def stop(self) -> None:
        await self._tasks.cancel()
        self._busy.clear()

    def go(self) -> None:
        """Sees to it that every lane with something in it is worked on."""
        if not self.webhook.url:
            return
        for lane in self._updates.lanes:
            if lane not in self._busy:
                self._busy.add(lane)
                self._tasks.start(self._work(lane))

    async def _work(self, lane: str) -> None:
        failures = 0
        while update := self._updates.first(lane):
            async with self._room:
                accepted, wait = await self._bring(update)
            if accepted:
                failures = 0
                self._updates.accept(update)
                self._changes.mark()
                continue
            await asyncio.sleep((wait or _back_off(failures)) * self._unit)
            failures += 1
        # No await since the lane was found empty: nothing can have come in between.
        self._busy.discard(lane)

    async def _bring(self, update: Update) -> tuple[bool, float]:
        """Whether it was accepted and, if the bot said so, how long to wait."""
        headers = {"Content-Type": "application/json"}
        if self.webhook.secret:
            headers[SECRET_HEADER] = self.webhook.secret
        content = json.dumps(update.as_json(), ensure_ascii=False).encode()
        try:
            answer = await self._network.post(self.webhook.url, content, headers, httpx.Timeout(IDLE))
        except httpx.ConnectError:
            self._failed("Connection refused")
        except httpx.TimeoutException:
            self._failed("Read timeout expired")
        except httpx.TransportError:
            self._failed("Connection closed")
        else:
            if answer.is_success:
                return True, 0
            self._failed(f"Wrong response from the webhook: {answer.status_code} {answer.reason_phrase}")
            return False, _retry_after(answer)
        return False, 0

    def _failed(self, message: str) -> None:
        self.webhook.last_error_date = self._clock.unix()
        self.webhook.last_error_message = message
        self._changes.mark()

    def info(self) -> dict[str, Any]:
        info: dict[str, Any] = {
            "url": self.webhook.url,
            "has_custom_certificate": False,
            "pending_update_count": len(self._updates.pending),
        }
        if not self.webhook.url:
            return info
        info["max_connections"] = self.webhook.max_connections
        if self._updates.allowed:
            info["allowed_updates"] = self._updates.allowed
        if self.webhook.last_error_date:
            info["last_error_date"] = self.webhook.last_error_date
            info["last_error_message"] = self.webhook.last_error_message
        return info


def _back_off(failures: int) -> float:
    if failures == 0:
        return 0
    return min(2.0**failures, random.uniform(60, 120))  # noqa: S311 - spreads retries, no secret


def _retry_after(answer: httpx.Response) -> float:
    given = answer.headers.get("retry-after", "")
    return min(LONGEST_RETRY_AFTER, int(given)) if given.isdecimal() else 0
