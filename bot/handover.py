"""Handing a talk to a human, and the honest notes to the person who waits."""

from bot.heard import Heard
from bot.outlook import Outlook
from bot.sessions import Card, Conversation
from escalation.cases.case import RANK, Alarm
from escalation.cases.queue import Cases

AGAIN_S = 300
"""While they wait, a person who writes again is told at most this often that a human is coming."""


class Handover:
    def __init__(self, cases: Cases, outlook: Outlook) -> None:
        self._cases = cases
        self._outlook = outlook

    async def begin(self, heard: Heard) -> None:
        """Open the case, then tell the person what happens now; from here on the bot is silent."""
        card = heard.card
        risk = max(heard.verdict.risk, card.risk, key=lambda name: RANK[name])
        card.risk, card.case, card.offered = risk, True, None
        await self._open(heard.talk, heard, risk)
        told = heard.verdict.risk in ("danger", "emergency")
        name = "handed_over_told" if told else "handed_over"  # who only asked for a person told us nothing
        heard.say(await self._what_happens(heard, name), who="notice")
        card.noted_at = heard.now

    async def go_on(self, heard: Heard) -> None:
        """They wrote again: the case may rise; a note only if nobody has come, and not after every text."""
        card = heard.card
        await self._open(heard.talk, heard, heard.verdict.risk)
        waiting = await self._cases.holder(heard.talk.id) is None
        if waiting and heard.now - card.noted_at > AGAIN_S:
            heard.say(await self._what_happens(heard, "handed_over_again"), who="notice")
            card.noted_at = heard.now

    async def remind(self, heard: Heard) -> None:
        """Somebody who was away is told how it stands: a human is here, or is still to come."""
        row = await self._cases.row(heard.talk.id)
        if row is not None and row.holder is not None:
            heard.say(heard.fixed("joined"), who="notice")
            if row.joined:  # not said while somebody else could read it, and nobody reads unseen
                heard.say(heard.fixed("another_reads"), who="notice")
        else:
            heard.say(await self._what_happens(heard, "handed_over_again"), who="notice")
            heard.card.noted_at = heard.now

    async def _open(self, talk: Conversation, heard: Heard, risk: str) -> None:
        verdict = heard.verdict
        reasons = tuple(verdict.reasons) or ("asked for a person",)
        known = heard.known
        await self._cases.open(
            talk,
            Alarm(risk, verdict.score, tuple(verdict.signals), reasons, known.muted, known.before),
        )
        if talk.card.covered:
            await self._cases.covered(talk.id, talk.card.covered_at)

    async def _what_happens(self, heard: Heard, name: str) -> str:
        name, filled = await self._outlook.told(name, heard.talk.id, heard.card)
        return heard.fixed(name, **filled)


def ends_case(card: Card, now: float) -> None:
    """A counsellor gave the talk back: what was said is judged, danger is looked for from here on."""
    card.case, card.risk, card.heard_from, card.offered, card.offers = False, "none", now, None, 0
