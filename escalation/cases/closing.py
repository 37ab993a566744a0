"""A case whose end was ordered while its counsellor's last words are on their way: it ends behind them."""

from bot import keys
from bot.clock import Clock
from bot.outbox import HARMLESS
from bot.scripts import Scripts, Store
from escalation.cases.queue import LUA

LAST_WORDS_S = keys.FAREWELL
"""How long an end waits for what was said before it; a provider may be down."""


class Closing:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._scripts = Scripts(store, LUA)

    async def since(self, conversation: str, order: str, *, wipe: bool) -> float:
        """Since when its end waits, unix seconds: from now on, if it did not before; 0 without a case."""
        value = f"{order} {int(wipe)} {self._clock.now()!r}"
        await self._scripts.run("mark", [keys.case(conversation)], ["new", "closing", value, ""])
        found = await self._store.hget(keys.case(conversation), "closing")
        return float(found.decode().split(" ")[2]) if found else 0.0

    async def stop(self, conversation: str) -> None:
        """It does not end now."""
        await self._scripts.run("mark", [keys.case(conversation)], ["drop", "closing", "", ""])


def last_words(kinds: set[str], *, covered: bool) -> bool:
    """Whether a counsellor's words are among what is not out yet, and can go out.

    Under cover only what the counsellor confirmed goes; the rest would wait until the person is back.
    """
    return bool(kinds & ({HARMLESS} if covered else {"counsellor", HARMLESS}))
