"""What the rules call beyond fixed texts. Runs inside this process; nothing is sent anywhere.

Each action reads the slots and gives back slot changes and the keys of texts, in the form of Rasa's action server.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from rasa.utils.endpoints import EndpointConfig

from engine.directory import Asking, Directory
from engine.interpret import NEED
from engine.offer import GOOD, flags, red, verdict
from engine.state import LONGEST_MISS

Slots = Mapping[str, Any]


@dataclass(frozen=True)
class Turn:
    """What an action may know of the turn beside the slots."""

    directory: Directory
    intent: str
    asked: str | None  # the country help is asked for
    asking: Asking
    say: Callable[[str], str]  # the text of a key, as this person would get it


turn: ContextVar[Turn] = ContextVar("turn")


def slot(name: str, value: Any) -> dict[str, Any]:
    return {"event": "slot", "name": name, "value": value}


def answer(events: list[dict[str, Any]], *responses: dict[str, Any]) -> dict[str, Any]:
    return {"events": events, "responses": list(responses)}


def not_understood(slots: Slots) -> dict[str, Any]:
    """Ask once more, and the second time in a row point to people."""
    missed = min(int(slots.get("missed") or 0) + 1, LONGEST_MISS)
    return answer(
        [slot("missed", missed)], {"response": "utter_default" if missed == 1 else "utter_default_again"}
    )


def _list(slots: Slots, need: str) -> dict[str, Any]:
    """The services of the country asked for."""
    now = turn.get()
    if not now.directory.knows(now.asked):
        return answer([slot("help_need", None)], {"response": "utter_country_unknown"})
    return answer(
        [slot("help_need", None)],
        {
            "response": "utter_help_list",
            "numbers": now.directory.numbers(now.asked, need, now.asking),
            "country": now.directory.name(now.asked, now.asking.language),
            "emergency": now.directory.emergency(now.asked),
        },
    )


def where(slots: Slots) -> dict[str, Any]:
    """The services, or first the question which country they are in."""
    now = turn.get()
    need = NEED.get(now.intent) or slots.get("help_need") or "child"
    if now.asked:
        return _list(slots, need)
    ask = {"response": "utter_ask_country"}
    if now.intent == "seek_help__where":
        return answer([slot("help_need", need)], {"response": "utter_seek_help__where"}, ask)
    return answer([slot("help_need", need)], ask)


def help_if_country(slots: Slots) -> dict[str, Any]:
    """After an answer about help: the services too if the country is known; else the answer itself asks for it."""
    now = turn.get()
    need = NEED[now.intent]
    return _list(slots, need) if now.asked else answer([slot("help_need", need)])


def offer_verdict(slots: Slots) -> dict[str, Any]:
    """What the five answers add up to."""
    now = turn.get()
    found = flags(slots)
    sentences = [now.say(red(name)) for name in found]
    joined = " ".join(sentences) if now.asking.sms else "".join(f"\n- {sentence}" for sentence in sentences)
    return answer(forget(), {"response": verdict(len(found)), "flags": joined})


def forget() -> list[dict[str, Any]]:
    return [slot(name, None) for name in GOOD]


def forget_offer(slots: Slots) -> dict[str, Any]:
    """The five answers are not kept once the questions are left."""
    return answer(forget())


ACTIONS: dict[str, Callable[[Slots], dict[str, Any]]] = {
    "action_not_understood": not_understood,
    "action_where": where,
    "action_help_if_country": help_if_country,
    "action_offer_verdict": offer_verdict,
    "action_forget_offer": forget_offer,
}


class InProcess(EndpointConfig):
    """Stands where Rasa expects an action server."""

    async def request(self, method: str = "post", **arguments: Any) -> dict[str, Any]:
        body = arguments["json"]
        return ACTIONS[body["next_action"]](body["tracker"]["slots"])
