"""People who talk to a house that is being hit, what they are owed, and what they got."""

import asyncio
import random
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import pairwise

from redis.exceptions import RedisError

from bot import keys
from bot.errors import KeyGone, StoreDown
from bot.private import Address
from escalation.cases.case import Outcome
from tests.faults.house import House

PATIENCE_S = 150.0
"""Longer than what a gateway refused stands in the provider's log before it is looked at (bot/catchup.py)."""
COUNSELLORS = ("anna", "besa", "carmen", "dunja")
DANGER = "they locked me in"
BEGINS = {
    "Hi, this is": "greeting",
    "answer ": "answer",
    "Sorry, something": "failure",
    "Thank you for telling": "told",
    "Thank you for writing": "told",
    "Hi, now a real": "joined",
    "I am here": "counsellor",
    "Thank you, and": "ended",
    "Done. Nothing": "erased",
    "Still waiting": "note",
}
FAULTS = ("lost", "doubled", "out of order", "danger not in the queue", "own words gone")


@dataclass
class Person:
    """Somebody on one channel and how their talk goes."""

    channel: str
    phone: str
    questions: int
    hasty: bool
    """They write their questions without waiting for answers."""
    end: str
    """danger: and a counsellor takes it, answers and closes; delete; or they just leave."""
    mark: str = field(default_factory=lambda: secrets.token_hex(4))
    seen: list[str] = field(default_factory=list)
    """What was on their phone before they had it taken away."""
    written: int = 0
    refused: int = 0
    unqueued: int = 0
    finished: bool = False


def arrival(number: int, dice: random.Random, danger: float) -> Person:
    """The next person of a campaign."""
    channel = dice.choice(("sms", "telegram"))
    phone = f"+35568{number:07d}" if channel == "sms" else f"mira {number}"
    end = "danger" if dice.random() < danger else dice.choice(("delete", "leave"))
    return Person(channel, phone, dice.randint(1, 3), dice.random() < 0.3, end)


def kinds(texts: Sequence[str]) -> list[str]:
    """What each text is; an answer with its number."""
    found = []
    for text in texts:
        kind = next((kind for begin, kind in BEGINS.items() if text.startswith(begin)), "unknown")
        found.append(f"answer {text.removeprefix('answer ')}" if kind == "answer" else kind)
    return found


def judged(person: Person, got: Sequence[str]) -> Counter[str]:
    """What went wrong for one person, from the kinds of texts on their phone, oldest first."""
    wrong: Counter[str] = Counter()
    numbers = [int(kind.split()[1]) for kind in got if kind.startswith("answer ")]
    failures = got.count("failure")
    wrong["lost"] += max(0, person.questions - len(set(numbers)) - failures)
    wrong["doubled"] += len(numbers) - len(set(numbers)) + max(0, got.count("greeting") - 1)
    wrong["doubled"] += max(0, len(set(numbers)) + failures - person.questions)
    wrong["out of order"] += sum(after < before for before, after in pairwise(numbers))
    owed = {"danger": ("told", "joined", "counsellor", "ended"), "delete": ("erased",)}.get(person.end, ())
    for kind in owed:
        wrong["lost"] += kind not in got
        wrong["doubled"] += max(0, got.count(kind) - 1)
    places = [got.index(kind) for kind in owed if kind in got]
    last = max(
        (place for place, kind in enumerate(got) if kind.startswith(("answer", "failure"))), default=-1
    )
    wrong["out of order"] += places != sorted(places) or (bool(places) and last > places[0])
    wrong["doubled"] += got.count("unknown")
    wrong["danger not in the queue"] += person.unqueued
    return +wrong


async def write(built: House, person: Person, words: str) -> None:
    """One text. An SMS the gateway did not take stands in the provider's log."""
    person.written += 1
    if person.channel == "telegram":
        await built.sandbox.telegram(person.phone, words)
    elif (await built.sandbox.sms(person.phone, words)).status != 200:
        person.refused += 1


async def live(built: House, person: Person) -> None:
    """Their whole talk. Who is not answered in time gives up: the verdict sees what is missing."""
    try:
        async with asyncio.timeout(4 * PATIENCE_S):
            await _ask(built, person)
            if person.end == "danger":
                await _in_danger(built, person)
            elif person.end == "delete":
                person.seen = built.sandbox.answers(person.phone)
                await write(built, person, "DELETE")
                await _has(built, person, "erased")
            person.finished = True
    except (TimeoutError, AssertionError, KeyGone):
        pass  # what they did not get is in the verdict


async def _ask(built: House, person: Person) -> None:
    for number in range(1, person.questions + 1):
        await write(built, person, f"is this job real {person.mark} {number}")
        if not person.hasty:
            await _answered(built, person, number)
    await _answered(built, person, person.questions)


async def _answered(built: House, person: Person, count: int) -> None:
    def enough() -> bool:
        got = kinds(built.sandbox.answers(person.phone))
        return sum(kind.startswith(("answer", "failure")) for kind in got) >= count

    await built.sandbox.until(enough, PATIENCE_S)


async def _has(built: House, person: Person, kind: str) -> None:
    await built.sandbox.until(lambda: kind in kinds(built.sandbox.answers(person.phone)), PATIENCE_S)


async def _in_danger(built: House, person: Person) -> None:
    await write(built, person, f"{DANGER} {person.mark}")
    await _has(built, person, "told")
    desk = built.whole.desk
    conversation = await insist(lambda: _conversation(built, person))
    row = await insist(lambda: built.whole.cases.row(conversation)) if conversation else None
    if row is None:
        person.unqueued += 1
        return
    counsellor = random.choice(COUNSELLORS)
    # Who holds as many as one may finishes another talk first.
    await insist(lambda: desk.claim(conversation, counsellor), "done")
    await insist(lambda: _answer(built, conversation, counsellor), "done")
    await _has(built, person, "counsellor")
    await insist(lambda: desk.close(conversation, counsellor, wipe_chat=False), "done", "gone")
    await _has(built, person, "ended")


async def _conversation(built: House, person: Person) -> str:
    """Its id in the store; empty where there is none."""
    vault = built.whole.vault
    await vault.agree()
    if person.channel == "sms":
        address = person.phone
    else:
        address = str(built.sandbox._telegram.chats.person(person.phone).id)
    hashed = vault.hashed(person.channel, Address(address))
    return ((await built.store.get(keys.at(vault.partition(hashed), hashed))) or b"").decode()


async def _answer(built: House, conversation: str, counsellor: str) -> Outcome:
    """The counsellor's words, said again only where they do not stand in the talk."""
    talk = await built.whole.sessions.read(conversation)
    if talk is None or any(line.who == "counsellor" for line in talk.talk):
        return "done"
    return await built.whole.desk.answer(conversation, counsellor, "I am here")


async def insist[T](asked: Callable[[], Awaitable[T]], *until: T) -> T:
    """A counsellor who presses again where the page says that it did not work, or not yet."""
    while True:
        with suppress(RedisError, StoreDown, OSError):
            found = await asked()
            if not until or found in until:
                return found
        await asyncio.sleep(0.2)


@asynccontextmanager
async def on_duty(built: House) -> AsyncIterator[None]:
    """Everybody's page is open meanwhile, and what ends by itself is started again, as compose does it."""
    over = asyncio.Event()

    async def present() -> None:
        while not over.is_set():
            for counsellor in COUNSELLORS:
                with suppress(RedisError, StoreDown, OSError, KeyGone):
                    await built.whole.desk.present(counsellor, ("en",))
            with suppress(TimeoutError):
                await asyncio.wait_for(over.wait(), 2)

    async with asyncio.TaskGroup() as group:
        group.create_task(present())
        group.create_task(built.keep_up(over))
        try:
            yield
        finally:
            over.set()


def verdict(built: House, people: Sequence[Person]) -> tuple[Counter[str], list[str]]:
    """All faults together, and a line for each person they happened to: which kinds, never whose words."""
    wrong: Counter[str] = Counter()
    told = []
    for person in people:
        shown = built.sandbox.answers(person.phone)
        got = kinds([*person.seen, *(Counter(shown) - Counter(person.seen)).elements()])
        found = judged(person, got)
        mine = sum(one.mine for one in built.sandbox.inbox(person.phone))
        found += Counter({"own words gone": person.written - mine if person.end != "delete" else 0})
        if found:
            wrong += found
            told.append(
                f"{person.channel} asked {person.questions}, {person.end}, refused {person.refused}: "
                f"{dict(found)} in {got}"
            )
            wrong.update({f"{kind}, {person.channel}": count for kind, count in found.items()})
        wrong["refused"] += person.refused
    return wrong, told
