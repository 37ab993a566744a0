"""Who is at work: by the sign of life of their pages, and by what they said of a break or the shift's end."""

from collections.abc import Sequence

from bot import keys
from bot.clock import Clock
from bot.scripts import Scripts, Store
from escalation.cases.case import Away, Crew

ON_DUTY_S = 45
"""A counsellor whose page has been silent this long is not on duty, and what they hold is offered again."""
AWAY_S = 8 * keys.HOUR
"""A break that nobody ended is over with the longest sign-in session."""


class Duty:
    def __init__(self, store: Store, clock: Clock, scripts: Scripts) -> None:
        self._store = store
        self._scripts = scripts
        self._clock = clock

    async def present(self, counsellor: str, languages: Sequence[str] = ()) -> None:
        """A counsellor's page is open: what they hold stays theirs; on duty, unless on a break.

        `languages` they work in; none: in all.
        """
        await self._scripts.run(
            "present",
            [keys.ON_DUTY, keys.AWAY, keys.HOLDERS, keys.HELD, keys.SPEAK],
            [counsellor, self._clock.now(), keys.MINUTE, " ".join(languages)],
        )

    async def absent(self, counsellor: str) -> None:
        await self._store.zrem(keys.ON_DUTY, counsellor)

    async def go(self, counsellor: str, away: Away) -> None:
        """On a break, or home: not on duty, though a page may stay open."""
        pipe = self._store.pipeline(transaction=True)
        pipe.hset(keys.AWAY, counsellor, away)
        pipe.expire(keys.AWAY, AWAY_S)
        pipe.zrem(keys.ON_DUTY, counsellor)
        await pipe.execute()

    async def come(self, counsellor: str) -> None:
        """Back at work. Taking a case says so too."""
        await self._store.hdel(keys.AWAY, counsellor)
        languages = await self._store.hget(keys.SPEAK, counsellor)
        await self.present(counsellor, (languages or b"").decode().split())

    async def away(self, counsellor: str) -> Away | None:
        return _away(await self._store.hget(keys.AWAY, counsellor))

    async def held(self) -> list[tuple[str, str]]:
        """Conversation and counsellor of every held case."""
        found = await self._store.hgetall(keys.HOLDERS)
        return [(one.decode(), holder.decode()) for one, holder in found.items()]

    async def crew(self) -> list[Crew]:
        """Who is on duty, on a break or holds a case, with how many they hold."""
        loads: dict[str, int] = {}
        for _, holder in await self.held():
            loads[holder] = loads.get(holder, 0) + 1
        away = {one.decode(): _away(raw) for one, raw in (await self._store.hgetall(keys.AWAY)).items()}
        on = {raw.decode() for raw in await self._store.zrangebyscore(keys.ON_DUTY, self._since(), "+inf")}
        resting = {one for one, kind in away.items() if kind == "break"}
        return [
            Crew(one, away.get(one) if one not in on else None, loads.get(one, 0))
            for one in sorted(on | resting | loads.keys())
        ]

    async def is_on(self, counsellor: str) -> bool:
        seen = await self._store.zscore(keys.ON_DUTY, counsellor)
        return seen is not None and float(seen) >= self._since()

    async def count(self, language: str = "") -> int:
        """How many are on duty, or of these: who work in this language."""
        if not language:
            return int(await self._store.zcount(keys.ON_DUTY, self._since(), "+inf"))
        pipe = self._store.pipeline(transaction=False)
        pipe.zrangebyscore(keys.ON_DUTY, self._since(), "+inf")
        pipe.hgetall(keys.SPEAK)
        on, speak = await pipe.execute()
        spoken = [speak.get(one, b"").decode().split() for one in on]
        return sum(not languages or language in languages for languages in spoken)

    async def anybody_but(self, counsellor: str) -> bool:
        return await self.count() > await self.is_on(counsellor)

    def _since(self) -> float:
        return self._clock.now() - ON_DUTY_S


def _away(raw: bytes | None) -> Away | None:
    kinds: dict[bytes | None, Away] = {b"break": "break", b"off": "off"}
    return kinds.get(raw)
