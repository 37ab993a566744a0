"""The bot's own answer: asks the engine, offers a person on concern, answers when it is down."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot import logs
from bot.beside import threads
from bot.commands import answer_in
from bot.delay import TOO_LATE_S, too_late
from bot.embedding import embed, normalise
from bot.encoder import EncoderError
from bot.engine import Asked, Engine, EngineTurn
from bot.errors import EngineDown
from bot.handover import Handover
from bot.heard import Heard
from bot.places import country_in
from bot.wording import folded, spoken, titles

OFFERS = 2
"""How often a person is offered in one talk; asking again and again is pushing."""
QUESTIONS = 2
"""So many questions in one text are answered one by one; more would be a wall of text."""
SURE = 0.5
"""Below this, a question alone is understood worse than the whole text."""


class Dialogue:
    def __init__(self, engine: Engine, handover: Handover) -> None:
        self._engine = engine
        self._handover = handover

    async def answer(self, heard: Heard) -> None:
        """Answer this message, or hand over where it accepts the offer of a person."""
        card, accepted = heard.card, answer_in(heard.text, heard.card.language)
        if card.offered == "person" and accepted == "yes":
            await self._handover.begin(heard)
            return
        if _goes_unanswered(heard, accepted):
            return
        try:
            turns = await self._turns(heard, accepted)
        except (EngineDown, EncoderError) as error:
            logs.event("engine_down", error=type(error).__name__)
            heard.say(heard.fixed("failure"))
            return
        turn = turns[-1]
        card.state, card.country, heard.topic = turn.state, turn.country, turns[0].topic
        if turn.wants_person:
            await self._handover.begin(heard)
            return
        if not turn.replies:
            heard.say(heard.fixed("failure"))
            return
        self._greet(heard)
        for turn in turns:
            self._reply(heard, turn)
        self._offer(heard, turn)

    async def _turns(self, heard: Heard, answer: str | None) -> list[EngineTurn]:
        """What the engine makes of a message: one turn, or one for each of two different questions."""
        vector = heard.vector.tolist() if heard.vector is not None else await _embedded(heard.text)
        whole = await self._engine.turn(self._asked(heard, heard.text, vector, answer))
        asked = questions(heard.text)
        if len(asked) != QUESTIONS or answer or whole.asks or whole.wants_person:
            return [whole]
        turns: list[EngineTurn] = []
        for question in asked:
            one = self._asked(heard, question, await _embedded(question), None)
            turns.append(await self._engine.turn(replace(one, state=turns[-1].state) if turns else one))
        return turns if two(turns) else [whole]

    def _asked(self, heard: Heard, text: str, vector: list[float], answer: str | None) -> Asked:
        card = heard.card
        entities: dict[str, Any] = {"answer": answer} if answer else {}
        if country := country_in(text):
            entities["country"] = country
        if text == heard.text and heard.verdict.topics:
            entities["topics"] = {topic: round(share, 4) for topic, share in heard.verdict.topics.items()}
        return Asked(
            vector,
            spoken(card.language),
            heard.script,
            card.channel,
            card.country,
            entities,
            card.offered,
            card.state,
            heard.verdict.talk.tolist() if text == heard.text and heard.verdict.talk is not None else None,
        )

    @staticmethod
    def _greet(heard: Heard) -> None:
        """Who is writing here and what is kept: once, before the first answer."""
        if not heard.card.greeted:
            heard.card.greeted = True
            heard.say(heard.fixed("first_contact"))

    @staticmethod
    def _reply(heard: Heard, turn: EngineTurn) -> None:
        if heard.card.channel == "sms":
            heard.say("\n".join(heard.rendered(reply.text) for reply in turn.replies))
            return
        for reply in turn.replies:
            heard.say(heard.rendered(reply.text), tuple(heard.rendered(title) for title in reply.buttons))

    @staticmethod
    def _offer(heard: Heard, turn: EngineTurn) -> None:
        """On concern a person is offered in words that one word accepts; never beside another question."""
        card = heard.card
        if turn.offers_person:
            card.offered, card.offers = "person", card.offers + 1
            return
        card.offered = None
        if heard.verdict.risk == "concern" and card.offers < OFFERS and not turn.asks:
            heard.say(heard.fixed("person_offer"))
            card.offered, card.offers = "person", card.offers + 1


def _goes_unanswered(heard: Heard, answer: str | None) -> bool:
    """A flood, another machine's echo, or what is too old: at most a notice. What is judged danger never is.

    Somebody who says yes three times to three questions, or presses a button again, is no echo.
    """
    if heard.pace.flood:
        if heard.pace.may_say:
            heard.say(heard.fixed("too_many"), who="notice")
        return True
    if heard.waited > TOO_LATE_S:
        heard.card.told_late_at = heard.now
        heard.say(too_late(heard.card, heard.card.channel), who="notice")
        return True
    return heard.pace.echo and not answer and folded(heard.text) not in titles()


def questions(text: str) -> list[str]:
    """The questions of a text, by their question marks."""
    *asked, _ = text.split("?")
    return [f"{words.strip()}?" for words in asked if any(map(str.isalnum, words))]


async def _embedded(text: str) -> list[float]:
    """A text's vector, made beside the event loop: other people's turns go on meanwhile."""
    vector = await threads().run(lambda: embed(normalise(text)))
    found: list[float] = vector.tolist()
    return found


def two(turns: Sequence[EngineTurn]) -> bool:
    """Whether these are answers to two different questions, both understood, and none a guided talk."""
    keys = [reply.key for turn in turns for reply in turn.replies]
    plain = all(turn.confidence >= SURE and turn.replies and not turn.asks for turn in turns)
    return plain and not any(turn.wants_person for turn in turns) and len(keys) == len(set(keys))
