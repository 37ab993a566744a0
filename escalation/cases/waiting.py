"""How long somebody waits, roughly: from how fast people were lately taken in their language.

Each first taking leaves one number: the seconds since the one before it (or since this person came, if that
was later) times the counsellors who were on for the language. So a quiet hour does not look like a slow one.
Nothing of whom it was is kept.
"""

from statistics import median

from bot import keys
from bot.clock import Clock
from bot.scripts import Store
from bot.wording import spoken
from escalation.cases.duty import Duty

MOST, LEAST = 20, 3
GUESS_S = 5 * keys.MINUTE
"""What one person takes a counsellor until the next, as long as fewer than `LEAST` were taken in the hour."""
LONGEST_S = keys.HOUR
"""Somebody who waited through the night says nothing of the pace by day."""
STEPS = (("time_few", 6), ("time_10", 14), ("time_20", 25), ("time_30", 40))
"""Texts by the most minutes they are honest for; beyond the last it is `time_more`."""


class Waiting:
    def __init__(self, store: Store, clock: Clock, duty: Duty) -> None:
        self._store = store
        self._clock = clock
        self._duty = duty

    async def took(self, language: str, opened_at: float) -> None:
        """Somebody who came then was taken now, for the first time."""
        language, now = spoken(language), self._clock.now()
        place = keys.took(language)
        last = await self._store.lindex(place, -1)
        since = max(opened_at, float(last.split()[0])) if last else opened_at
        work = min(LONGEST_S, max(0.0, now - since)) * max(1, await self._duty.count(language))
        pipe = self._store.pipeline(transaction=True)
        pipe.rpush(place, f"{now:.0f} {work:.0f}")
        pipe.ltrim(place, -MOST, -1)
        pipe.expire(place, keys.HOUR)
        await pipe.execute()

    async def place(self, conversation: str, language: str) -> int:
        """Place among those who wait for the same counsellors, from 1; 1 too for who waits no more."""
        ahead = await self._store.zrank(keys.WAITING, conversation)
        if not ahead:
            return 1
        before = await self._store.zrange(keys.WAITING, 0, int(ahead) - 1)
        pipe = self._store.pipeline(transaction=False)
        for raw in before:
            pipe.hget(keys.case(raw.decode()), "language")
        languages = [raw.decode() for raw in await pipe.execute() if raw]
        return 1 + sum(spoken(one) == spoken(language) for one in languages)

    async def rough(self, language: str, place: int) -> str:
        """The text that says how long the person at this place waits."""
        on = await self._duty.count(spoken(language))
        if not on:
            return "time_unknown"
        minutes = place * await self._pace(spoken(language)) / on / keys.MINUTE
        return next((name for name, most in STEPS if minutes <= most), "time_more")

    async def _pace(self, language: str) -> float:
        """Seconds of one counsellor for one person, as it lately was."""
        found = [raw.decode().split() for raw in await self._store.lrange(keys.took(language), 0, -1)]
        since = self._clock.now() - keys.HOUR
        recent = [float(work) for at, work in found if float(at) > since]
        return median([*recent, *[GUESS_S] * (LEAST - len(recent))])
