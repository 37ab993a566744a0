"""What the rules call beyond fixed texts. Runs inside this process; nothing is sent anywhere.

Each action reads the slots and gives back slot changes and the keys of the texts to say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from rasa.core.actions.action import Action, create_bot_utterance
from rasa.core.channels.channel import OutputChannel
from rasa.core.nlg import NaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

from engine.directory import Asking, Directory
from engine.guides import OFFER, QUESTIONS, TRIP, Guide
from engine.interpret import NEED
from engine.state import LAST, LONGEST_MISS

Slots = Mapping[str, Any]
# After the first numbers they are asked for what, and whether they can call: the number comes before that.
MORE = ("seek_help__where", "seek_help__country")


@dataclass(frozen=True)
class Turn:
    """What an action may know of the turn beside the slots."""

    directory: Directory
    intent: str
    asked: str | None  # the country help is asked for
    asking: Asking
    say: Callable[[str], str]  # the text of a key, as this person would get it
    failed: list[str] = field(default_factory=list)  # Rasa goes on after a failed action; we must not


turn: ContextVar[Turn] = ContextVar("turn")


@dataclass(frozen=True)
class Text:
    """One text to say: its key, and what fills its placeholders beside the slots."""

    key: str
    filled: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What an action changes and says."""

    slots: Mapping[str, Any] = field(default_factory=dict)
    texts: tuple[Text, ...] = ()


def missing(key: str, patience: int, slots: Slots) -> Answer:
    """Say that this was not understood, or not ours; after so often in a row point to people instead."""
    missed = min(int(slots.get("missed") or 0) + 1, LONGEST_MISS)
    return Answer({"missed": missed}, (Text(key if missed <= patience else "utter_default_again"),))


def services(need: str) -> Answer:
    """The services of the country asked for."""
    now = turn.get()
    if not now.directory.knows(now.asked):
        return Answer({"help_need": None}, (Text("utter_country_unknown"),))
    filled = {
        "numbers": now.directory.numbers(now.asked, need, now.asking),
        "country": now.directory.name(now.asked, now.asking.language),
        "emergency": now.directory.emergency(now.asked),
    }
    more = (Text("utter_help_more"),) if now.intent in MORE else ()
    return Answer({"help_need": None}, (Text("utter_help_list", filled), *more))


def where(slots: Slots) -> Answer:
    """The services, or first the question which country they are in."""
    now = turn.get()
    need = NEED.get(now.intent) or slots.get("help_need") or "child"
    if now.asked:
        return services(need)
    ask = Text("utter_ask_country")
    first = (Text("utter_seek_help__where"),) if now.intent == "seek_help__where" else ()
    return Answer({"help_need": need}, (*first, ask))


def help_if_country(slots: Slots) -> Answer:
    """After an answer about help: the services, or first the question which country they are in."""
    now = turn.get()
    need = NEED[now.intent]
    return services(need) if now.asked else Answer({"help_need": need}, (Text("utter_ask_country"),))


def verdict(guide: Guide, slots: Slots) -> Answer:
    """What the answers of a guided talk add up to."""
    now = turn.get()
    sentences = [now.say(key) for key in guide.remarks(slots)]
    joined = " ".join(sentences) if now.asking.sms else "".join(f"\n- {sentence}" for sentence in sentences)
    said = Text(guide.verdict({slot: slots.get(slot) for slot in guide.good}), {"flags": joined, "todo": joined})
    return Answer(dict.fromkeys(guide.good), (said,))


def forget_guide(slots: Slots) -> Answer:
    """The answers are not kept once the questions are left."""
    return Answer(dict.fromkeys(QUESTIONS))


def simpler(slots: Slots) -> Answer:
    """What was answered last, in a few easy words; once, then a person is the better help."""
    last = str(slots.get(LAST) or "")
    if last:
        return Answer({LAST: None}, (Text(f"{last}__simple"),))
    asked = turn.get().intent == "small_talk__simpler"
    return Answer({}, (Text("utter_simpler_nothing" if asked else "utter_small_talk__not_understood"),))


def which_number(slots: Slots) -> Answer:
    """The numbers once more, or first the question which country they are in."""
    if turn.get().asked:
        return services(str(slots.get("help_need") or "child"))
    return Answer({"help_need": "child"}, (Text("utter_which_number_none"),))


ACTIONS: dict[str, Callable[[Slots], Answer]] = {
    "action_not_understood": partial(missing, "utter_default", 1),
    "action_off_topic": partial(missing, "utter_off_topic", 2),
    "action_correction": partial(missing, "utter_small_talk__correction", 1),
    "action_where": where,
    "action_help_if_country": help_if_country,
    "action_offer_verdict": partial(verdict, OFFER),
    "action_trip_verdict": partial(verdict, TRIP),
    "action_forget_guide": forget_guide,
    "action_simpler": simpler,
    "action_which_number": which_number,
}


class OwnAction(Action):
    """One of ACTIONS as Rasa calls it; an action server would cost ten times the turn."""

    def __init__(self, name: str) -> None:
        self.known_as = name

    def name(self) -> str:
        return self.known_as

    async def run(
        self,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
        tracker: DialogueStateTracker,
        domain: Domain,
        metadata: dict[str, Any] | None = None,
    ) -> list[Event]:
        try:
            return await self._done(output_channel, nlg, tracker)
        except Exception:
            turn.get().failed.append(self.known_as)
            raise

    async def _done(
        self, output_channel: OutputChannel, nlg: NaturalLanguageGenerator, tracker: DialogueStateTracker
    ) -> list[Event]:
        answer = ACTIONS[self.known_as](tracker.current_slot_values())
        events: list[Event] = []
        for text in answer.texts:
            draft = await nlg.generate(text.key, tracker, output_channel.name(), **text.filled)
            if draft is not None:
                events.append(create_bot_utterance({**draft, "utter_action": text.key}))
        return events + [SlotSet(name, value) for name, value in answer.slots.items()]
