"""Senders that each write again when the answer is there: against the hotline and against Rasa alike."""

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from tests.bench.figures import Processors, Round
from tests.bench.phones import Answered, Phone, Unanswered, new_phone
from tests.bench.texts import LANGUAGES

PER_PHONE = 8
"""A sender goes on with a new number after so many messages."""

type Ask = Callable[[Phone, str], Awaitable[Answered]]


@dataclass(frozen=True, slots=True)
class Bounds:
    """A round ends after so many seconds, or messages, whichever is first."""

    seconds: float
    messages: int


class Speech:
    """Texts in turn, per language; languages in turn, per new phone."""

    def __init__(self, texts: dict[str, list[str]]) -> None:
        spoken = [language for language in LANGUAGES if texts.get(language)]
        self._texts = {language: itertools.cycle(texts[language]) for language in spoken}
        self._languages = itertools.cycle(spoken)
        self.phones: list[Phone] = []
        """All that were made, oldest first."""

    def phone(self) -> Phone:
        phone = new_phone(next(self._languages))
        self.phones.append(phone)
        return phone

    def text(self, phone: Phone) -> str:
        return next(self._texts[phone.language])


async def warm(ask: Ask, speech: Speech) -> None:
    """A few messages that do not count."""
    for _ in range(len(LANGUAGES) * 2):
        phone = speech.phone()
        with suppress(Unanswered):
            await ask(phone, speech.text(phone))


async def play(ask: Ask, speech: Speech, senders: int, bounds: Bounds, roles: Mapping[str, int]) -> Round:
    """One round; a message without an answer ends its talk and is counted."""
    played, left = Round(senders), iter(range(bounds.messages))
    busy, began = Processors(roles), time.monotonic()
    until = began + bounds.seconds
    async with asyncio.TaskGroup() as group:
        for _ in range(senders):
            group.create_task(_sender(ask, speech, played, left, until))
    played.seconds = round(time.monotonic() - began, 3)
    played.others, played.cpu = busy.others(), busy.by_role()
    return played


async def _sender(ask: Ask, speech: Speech, played: Round, left: Iterator[int], until: float) -> None:
    phone, written = speech.phone(), 0
    while time.monotonic() < until and next(left, None) is not None:
        if written == PER_PHONE:
            phone, written = speech.phone(), 0
        written += 1
        try:
            answered = await ask(phone, speech.text(phone))
        except Unanswered:
            played.unanswered += 1
            written = PER_PHONE
            continue
        played.add(phone.language, answered.ms)
        if answered.over:
            written = PER_PHONE
