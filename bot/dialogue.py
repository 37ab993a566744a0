"""The bot's own answer: asks the engine, offers a person on concern, answers when it is down."""

from bot import logs
from bot.commands import answer_in
from bot.embedding import embed, normalise
from bot.encoder import EncoderError
from bot.engine import Asked, Engine, EngineTurn
from bot.errors import EngineDown
from bot.handover import Handover
from bot.heard import Heard
from bot.places import country_in
from bot.wording import spoken

OFFERS = 2
"""How often a person is offered in one talk; asking again and again is pushing."""


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
        try:
            turn = await self._engine.turn(self._asked(heard, accepted))
        except (EngineDown, EncoderError) as error:
            logs.event("engine_down", error=type(error).__name__)
            heard.say(heard.fixed("failure"))
            return
        card.state, card.country, heard.topic = turn.state, turn.country, turn.topic
        if turn.wants_person:
            await self._handover.begin(heard)
            return
        if not turn.replies:
            heard.say(heard.fixed("failure"))
            return
        self._greet(heard)
        self._reply(heard, turn)
        self._offer(heard, turn)

    def _asked(self, heard: Heard, answer: str | None) -> Asked:
        card = heard.card
        vector = heard.vector if heard.vector is not None else embed(normalise(heard.text))
        entities = {"answer": answer} if answer else {}
        if country := country_in(heard.text):
            entities["country"] = country
        return Asked(
            vector.tolist(),
            spoken(card.language),
            heard.script,
            card.channel,
            card.country,
            entities,
            card.offered,
            card.state,
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
