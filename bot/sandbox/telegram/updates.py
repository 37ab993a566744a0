"""The updates not yet accepted by the bot: in order, in lanes of which each waits for its first."""

import random
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.clock import Clock

DAY, WEEK = 86_400, 7 * 86_400
CALLBACK_LIFE = 150

# Without a list of their own, bots get everything but these.
ON_REQUEST = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


@dataclass(frozen=True, slots=True)
class Update:
    """One event for the bot; `lane` holds back later ones until it is accepted."""

    update_id: int
    kind: str
    lane: str
    expires: int
    payload: dict[str, Any] = field(repr=False)

    def as_json(self) -> dict[str, Any]:
        return {"update_id": self.update_id, self.kind: self.payload}


class Updates:
    """The queue, whichever way it is emptied: by webhook or by polling."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._pending: dict[int, Update] = {}
        self._last_id = 800_000_000
        self._last_at = clock.unix()
        self.allowed: list[str] = []

    def add(self, kind: str, payload: dict[str, Any], lane: str, life: int = DAY) -> Update | None:
        """Queues an event, unless the bot has not asked for its kind."""
        wanted = kind in self.allowed if self.allowed else kind not in ON_REQUEST
        if not wanted:
            return None
        now = self._clock.unix()
        # After a week without updates the next number is random: it does not always rise.
        idle = now - self._last_at >= WEEK
        self._last_id = random.randrange(10**8, 10**9) if idle else self._last_id + 1  # noqa: S311 - no secret
        self._last_at = now
        update = Update(self._last_id, kind, lane, now + life, payload)
        self._pending[update.update_id] = update
        return update

    @property
    def pending(self) -> list[Update]:
        """What still waits; what is too old is forgotten, as Telegram does."""
        now = self._clock.unix()
        for update in [update for update in self._pending.values() if update.expires <= now]:
            del self._pending[update.update_id]
        return list(self._pending.values())

    @property
    def lanes(self) -> list[str]:
        return list(dict.fromkeys(update.lane for update in self.pending))

    def first(self, lane: str) -> Update | None:
        return next((update for update in self.pending if update.lane == lane), None)

    def accept(self, update: Update) -> None:
        self._pending.pop(update.update_id, None)

    def confirm(self, offset: int) -> None:
        """Polling with an offset accepts everything before it; a negative one keeps only the last ones."""
        pending = self.pending
        if offset > 0:
            done = [update for update in pending if update.update_id < offset]
        else:
            done = pending[:offset] if offset else []
        for update in done:
            self.accept(update)

    def clear(self) -> None:
        self._pending.clear()
        self.allowed = []
