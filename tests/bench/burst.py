"""A campaign spot airs: a thousand texts in ten seconds, some of them from people in danger.

Whole talks: a phone's texts keep their order and come seconds apart, whether the one before is answered or
not. In some talks one text is a cry for help; it may be the first or come later.
"""

import asyncio
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bot import keys
from bot.sessions import Conversation
from tests.bench.figures import Spread
from tests.bench.phones import Line, Phone, Unanswered
from tests.bench.pressure import waiting
from tests.bench.rounds import Speech

PER_PHONE = 3
URGENT_SHARE = 0.15
SEED = 11
LOOK_S = 0.02


@dataclass(slots=True)
class Campaign:
    """What became of all the texts."""

    texts: int
    seconds: float
    urgent: int = 0
    queued: list[float] = field(default_factory=list, repr=False)
    """Milliseconds from the moment a danger message was due until its case was there."""
    not_queued: list[tuple[str, str]] = field(default_factory=list, repr=False)
    refused: int = 0
    worked_off_s: float | None = None
    lost: int = 0
    doubled: int = 0
    out_of_order: int = 0
    unanswered: int = 0

    @property
    def spread(self) -> Spread | None:
        return Spread.of(self.queued)

    @property
    def latest_s(self) -> float | None:
        return round(max(self.queued) / 1000, 2) if self.queued else None

    @property
    def wrong(self) -> int:
        """How much of what was promised did not hold."""
        late = self.worked_off_s is None
        counts = (self.refused, self.lost, self.doubled, self.out_of_order, self.unanswered)
        return sum(counts) + len(self.not_queued) + late


@dataclass(slots=True)
class Talk:
    """One phone and what it wrote, in order."""

    phone: Phone
    wrote: list[str] = field(default_factory=list, repr=False)
    cried_at: float = 0.0
    cry: str = field(default="", repr=False)


def scripted(
    speech: Speech, urgent: Sequence[tuple[str, str]], count: int
) -> Iterator[tuple[Talk, str, bool]]:
    """Who writes what, in the order in which it is sent; True where it is danger."""
    chance = random.Random(SEED)
    talks = [Talk(speech.phone()) for _ in range(-(-count // PER_PHONE))]
    cries = round(min(URGENT_SHARE * count, len(talks)))
    rounds_of = {id(talk): chance.randrange(PER_PHONE) for talk in chance.sample(talks, cries)}
    by_language: dict[str, list[str]] = {}
    for language, text in urgent:
        by_language.setdefault(language, []).append(text)
    sent = 0
    for number in range(PER_PHONE):
        for talk in talks:
            cries_now = rounds_of.get(id(talk)) == number and talk.phone.language in by_language
            if sent == count:
                return
            sent += 1
            if cries_now:
                own = by_language[talk.phone.language]
                own.append(own.pop(0))
                yield talk, own[-1], True
            else:
                yield talk, speech.text(talk.phone), False


async def campaign(
    line: Line,
    speech: Speech,
    urgent: Sequence[tuple[str, str]],
    count: int,
    seconds: float,
    patience_s: float,
) -> Campaign:
    """Send, wait until all is worked off, then read every talk as it rests."""
    done = Campaign(count, seconds)
    talks: dict[int, Talk] = {}
    began = time.monotonic()
    watching = asyncio.create_task(_watch(line, done, talks, began + patience_s))
    async with asyncio.TaskGroup() as group:
        for index, (talk, text, cries) in enumerate(scripted(speech, urgent, count)):
            due = began + index * seconds / count
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            talks[id(talk)] = talk
            talk.wrote.append(text)
            if cries:
                talk.cried_at, talk.cry = due, text
                done.urgent += 1
            group.create_task(_post(line, done, talk, text))
    while time.monotonic() - began < patience_s:
        if await waiting(line) == 0:
            done.worked_off_s = round(time.monotonic() - began, 2)
            break
        await asyncio.sleep(0.1)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    await _watch(line, done, talks, began)
    done.not_queued = [(talk.phone.language, talk.cry) for talk in talks.values() if talk.cried_at]
    for talk in talks.values():
        await _compare(line, done, talk)
    return done


async def _post(line: Line, done: Campaign, talk: Talk, text: str) -> None:
    try:
        await line.text(talk.phone, text)
    except Unanswered:
        done.refused += 1


async def _watch(line: Line, done: Campaign, talks: dict[int, Talk], until: float) -> None:
    """Look for the cases of those who cried, again and again; one that is there is looked for no more."""
    while True:
        crying = [talk for talk in talks.values() if talk.cried_at]
        known = [talk for talk in crying if await line.known(talk.phone)]
        pipe = line.store.pipeline(transaction=False)
        for talk in known:
            pipe.zscore(keys.WAITING, talk.phone.conversation)
        for talk, case in zip(known, await pipe.execute(), strict=True):
            if case is not None:
                done.queued.append((time.monotonic() - talk.cried_at) * 1000)
                talk.cried_at = 0.0
        if time.monotonic() > until:
            return
        await asyncio.sleep(LOOK_S)


async def _compare(line: Line, done: Campaign, talk: Talk) -> None:
    """What the store holds of a talk, and what was posted, beside what was written."""
    resting = await line.rests(talk.phone)
    if resting is None:
        done.lost += len(talk.wrote)
        return
    taken = [one.text for one in resting.talk if one.who == "person"]
    done.lost += sum((taken.count(text) < talk.wrote.count(text)) for text in set(talk.wrote))
    done.doubled += sum((taken.count(text) > talk.wrote.count(text)) for text in set(talk.wrote))
    if sorted(taken) == sorted(talk.wrote):
        done.out_of_order += taken != talk.wrote
    done.unanswered += unanswered(resting)
    owed, posted = len(resting.talk) - len(taken), len(line.arrivals.times(talk.phone.number))
    done.unanswered += max(0, owed - posted)
    done.doubled += max(0, posted - owed)


def unanswered(resting: Conversation) -> int:
    """Texts that nothing was said to, up to where a human was called: bots are silent then."""
    said = resting.talk
    if resting.card.case:
        called = [at for at, one in enumerate(said) if one.who == "notice"]
        if not called:
            return len(said)
        said = said[: called[-1] + 1]
    missing, waits = 0, False
    for one in said:
        missing += waits and one.who == "person"
        waits = one.who == "person"
    return missing + waits
