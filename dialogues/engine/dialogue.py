"""Rasa as a library: a trained model, and one turn of one talk through it.

A turn's tracker is made from the state that came with the request and thrown away after it. It never holds a
text of the person; the vector is gone when the ranking is there.
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rasa.core.actions.action import Action, RemoteAction
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.lock_store import LockStore
from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    LoopInterrupted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

from engine import actions
from engine.directory import Asking, Directory
from engine.featurizer import VECTOR
from engine.interpret import (
    FALLBACK,
    KEEPS_ASKING,
    PERSON,
    SIMPLER,
    UNCLEAR,
    Reading,
    public,
    published,
    read,
    topic_of,
    weighed,
)
from engine.request import TurnRequest
from engine.state import KEPT, LAST, State

# Texts that ask whether they want to write with a person.
OFFERS = {
    "utter_check_verdict_some",
    "utter_check_verdict_many",
    "utter_person_offer",
    "utter_default_again",
    "utter_disclosure",
}
# Messages that bring the talk no further; two in a row, and people are named.
MISSES = (FALLBACK, "small_talk__dont_know", UNCLEAR, "off_topic", "small_talk__correction")
NAMED = 3  # how many intents of the ranking are told


class Silent(RuntimeError):
    """A turn that would have left the person without an answer."""


held: ContextVar[DialogueStateTracker] = ContextVar("held")


class TurnStore(TrackerStore):
    """Keeps the tracker of the running turn, for the length of that turn."""

    async def retrieve(self, sender_id: str) -> DialogueStateTracker:
        return held.get()

    async def save(self, tracker: DialogueStateTracker) -> None:
        held.set(tracker)


class NoLocks(LockStore):
    """Every turn has an id of its own; the worker sees to it that one person has one turn at a time."""

    @asynccontextmanager
    async def lock(self, conversation_id: str, *arguments: Any, **more: Any) -> AsyncIterator[None]:
        yield


class Output(CollectingOutputChannel):
    """Carries nothing: its name chooses the form of the texts, the replies are read from the tracker."""

    def __init__(self, channel: str) -> None:
        super().__init__()
        self.channel = channel

    def name(self) -> str:
        return self.channel

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        pass


class Processor(MessageProcessor):
    """Rasa's processor, with our actions in place of an action server."""

    def predict_next_with_tracker_if_should(
        self, tracker: DialogueStateTracker
    ) -> tuple[Action, PolicyPrediction]:
        action, prediction = super().predict_next_with_tracker_if_should(tracker)
        if isinstance(action, RemoteAction):
            action = actions.OwnAction(action.name())
        return action, prediction


@dataclass(frozen=True, repr=False)
class Engine:
    """A loaded model with its directory."""

    processor: Processor
    directory: Directory

    @classmethod
    def load(cls, model: Path) -> Engine:
        store, texts = TurnStore(None), TemplatedNaturalLanguageGenerator({})
        processor = Processor(model, store, NoLocks(), texts)
        store.domain = processor.domain
        texts.responses = processor.domain.responses
        return cls(processor, Directory())

    @property
    def simple(self) -> set[str]:
        """The keys of answers that can be said more simply."""
        ending = "__simple"
        return {key.removesuffix(ending) for key in self.processor.domain.responses if key.endswith(ending)}

    async def turn(self, request: TurnRequest) -> dict[str, Any]:
        """One message in, the replies and the new state out."""
        ranking = self.rank(request)
        reading = read(ranking, request)
        tracker = await self._answer(request, reading)
        replies = [] if reading.intent == PERSON else replies_of(tracker, request)
        if actions.turn.get().failed or not (replies or reading.intent == PERSON):
            raise Silent
        intent = public(reading.intent, ranking)
        state = State() if reading.intent == PERSON else remembered(compact(tracker), replies, self.simple)
        return {
            "replies": replies,
            "intent": intent,
            "topic": topic_of(intent),
            "confidence": round(reading.confidence, 4),
            "ranking": published(ranking, NAMED),
            "state": state.pack(),
            "country": reading.country,
            "wants_person": reading.intent == PERSON,
            "offers_person": any(reply["key"] in OFFERS for reply in replies),
            "asks": state.guide is not None,
        }

    def rank(self, request: TurnRequest) -> list[tuple[str, float]]:
        """The likeliest intents of the message, best first."""
        message = UserMessage("", sender_id=uuid.uuid4().hex, metadata={VECTOR: request.vector})
        blank = DialogueStateTracker.from_events(message.sender_id, [])
        parsed = self.processor._parse_message_with_graph(message, blank)
        ranking = [(each["name"], float(each["confidence"])) for each in parsed["intent_ranking"]]
        return weighed([each for each in ranking if each[0] != FALLBACK], request.topics)

    async def _answer(self, request: TurnRequest, reading: Reading) -> DialogueStateTracker:
        """Let the rules act on what the message was taken to mean."""
        slots = self._filled(request, reading)
        held.set(expand(settle(request.state, reading), slots, self.processor.domain))
        asking = Asking(request.language, request.channel == "sms", reading_cannot_call(request, reading))

        def say(key: str) -> str:
            response = self.processor.nlg.generate_from_slots(key, slots, request.output)
            return str(response["text"]).strip()

        actions.turn.set(actions.Turn(self.directory, reading.intent, reading.asked, asking, say))
        intent = {"name": reading.intent, "confidence": 1.0}
        message = UserMessage(
            None,
            Output(request.output),
            uuid.uuid4().hex,
            parse_data={"text": None, "intent": intent, "intent_ranking": [intent], "entities": []},
            input_channel=request.output,
        )
        await self.processor.handle_message(message)
        return held.get()

    def _filled(self, request: TurnRequest, reading: Reading) -> dict[str, Any]:
        """The slots that choose and fill the texts of this turn."""
        asking = Asking(request.language, request.channel == "sms", reading_cannot_call(request, reading))
        return {
            "language": request.language,
            "country": self.directory.name(reading.country, request.language),
            "emergency": self.directory.emergency(reading.country),
            "numbers": self.directory.numbers(reading.country, "child", asking),
            "flags": "",
            "todo": "",
        }


def reading_cannot_call(request: TurnRequest, reading: Reading) -> bool:
    """Whether they have said, now or before, that they cannot speak."""
    return reading.intent == "seek_help__cannot_call" or bool(request.state.slots.get("cannot_call"))


def settle(state: State, reading: Reading) -> State:
    """The state before a turn: what this message ends is forgotten."""
    if reading.intent not in MISSES:
        state = state.without("missed")
    if reading.intent == UNCLEAR:
        state = state.with_slot("missed", int(state.slots.get("missed", 0)) + 1)
    if reading.intent not in KEEPS_ASKING:
        state = state.without("help_need")
    if reading.intent not in SIMPLER:
        state = state.without(LAST)
    if reading.intent == "seek_help__cannot_call":
        state = state.with_slot("cannot_call", True)
    return state


def expand(state: State, filled: dict[str, Any], domain: Domain) -> DialogueStateTracker:
    """A tracker that stands where the talk stood."""
    slots = {**filled, **state.slots}
    events = [ActionExecuted(ACTION_LISTEN_NAME), *(SlotSet(name, value) for name, value in slots.items())]
    if state.loop:
        events.insert(0, ActiveLoop(state.loop))
        events.append(LoopInterrupted(state.interrupted))
    return DialogueStateTracker.from_events(uuid.uuid4().hex, events, domain.slots, domain=domain)


def compact(tracker: DialogueStateTracker) -> State:
    """What of a tracker the next turn needs."""
    values = tracker.current_slot_values()
    slots = {name: values[name] for name in KEPT if values.get(name) is not None}
    if "missed" in slots:
        slots["missed"] = int(slots["missed"])
    loop = tracker.active_loop
    return State(slots, loop.name if loop else None, bool(loop and loop.is_interrupted))


def remembered(state: State, replies: Sequence[Mapping[str, Any]], simple: Collection[str]) -> State:
    """The state with the key of the answer that could be said more simply, if there was one."""
    said = [reply["key"] for reply in replies if reply["key"] in simple]
    return state.with_slot(LAST, said[0]) if said else state


def replies_of(tracker: DialogueStateTracker, request: TurnRequest) -> list[dict[str, Any]]:
    """What the bot said in this turn, as key, text and the titles of buttons."""
    replies: list[dict[str, Any]] = []
    for event in tracker.events:
        if isinstance(event, UserUttered):
            replies = []
        if isinstance(event, BotUttered) and event.text:
            shown = event.data.get("buttons") or [] if request.channel == "telegram" else []
            buttons = [button["title"] for button in shown]
            replies.append(
                {"key": event.metadata["utter_action"], "text": event.text.strip(), "buttons": buttons}
            )
    return replies
