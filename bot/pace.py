"""How fast somebody writes: a flood from one address, or another machine that answers our answers.

Every message is taken in and judged all the same, and danger calls a human. Only the dialogue stops: above
`MOST` messages a minute, and from the third time the same words come within half a minute.
(Twilio fails messages by itself when two numbers answer each other more than 30 times:
https://www.twilio.com/docs/api/errors/14107)
"""

from dataclasses import dataclass

from bot import keys
from bot.inbox import Entry
from bot.private import Address
from bot.scripts import Scripts
from bot.vault import Key, Vault

MOST, WITHIN_S = 20, keys.MINUTE
SAME, SAME_WITHIN_S = 3, 30
LIFETIME_S = 10 * keys.MINUTE
SHORT = 16


@dataclass(frozen=True, slots=True)
class Pace:
    """Of one message: how many came from its address in a minute, how many with the same words in 30 s."""

    many: int = 1
    same: int = 1
    may_say: bool = True
    """Nothing was said of the flood in the last minute."""

    @property
    def flood(self) -> bool:
        return self.many > MOST

    @property
    def echo(self) -> bool:
        return self.same >= SAME

    @property
    def enough(self) -> bool:
        return self.flood or self.echo


class Paces:
    def __init__(self, scripts: Scripts, vault: Vault) -> None:
        self._scripts = scripts
        self._vault = vault

    async def of(self, entry: Entry, key: Key, words: str) -> Pace:
        """Count this message; the times are those it came at, so a backlog of ours is no flood of theirs."""
        message = entry.message
        assert message is not None
        await self._vault.agree()
        hashed = self._vault.hashed(message.channel, message.address)
        one = self._vault.hashed(message.channel, Address(message.provider_id))[:SHORT]
        # Under the talk's own key: once that is gone, nobody can tell which words they were.
        same = key.hashed(words.encode())[:SHORT]
        many, repeated, may_say = await self._scripts.run(
            "pace",
            [keys.pace(keys.partition_of(entry.conversation), hashed)],
            [one, message.at, same, WITHIN_S, SAME_WITHIN_S, MOST, LIFETIME_S],
        )
        return Pace(int(many), int(repeated), bool(may_say))
