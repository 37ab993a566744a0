"""`python -m tests.faults.erasing --rounds N`: kill -9 at random moments of erasing; nothing may be left.

Each round some people text, and then everything ends at once: by DELETE, STOP, a block, a counsellor's close,
silence. While that goes on, gateway and workers are killed and started again. Within the time limits
nothing of it may be left: no key of any type in the store, no record at the SMS provider (its own answers to
STOP and calls included), nothing but the last text in a Telegram chat that was to be emptied; and nobody gets
anything after the last text.
"""

import argparse
import asyncio
import random
import secrets
import sys
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field

from bot import keys
from bot.scripts import Store
from tests.faults.house import House, house, until

LIMIT_S = 45.0
ENDS = ("delete", "stop", "close", "silence")
MOMENT_S = 1.2
"""Within this after the ends began, the kills fall."""
LAST_TEXTS = ("Done. Nothing", "Okay, we will", "Thank you, and bye")


@dataclass
class Person:
    """Somebody on one channel; `mark` stands in every word they write."""

    channel: str
    phone: str
    end: str
    mark: str = field(default_factory=lambda: f"k{secrets.token_hex(6)}")


@dataclass
class Outcome:
    """Of all rounds together."""

    rounds: int = 0
    people: int = 0
    killed: dict[str, int] = field(default_factory=dict)
    slowest: float = 0.0
    left: list[str] = field(default_factory=list)


def cast(number: int) -> list[Person]:
    """One person for each channel and end."""
    made = []
    for place, end in enumerate(ENDS):
        made.append(Person("sms", f"+35569{number:05d}{place:02d}", end))
        made.append(Person("telegram", f"mira {number} {place}", "block" if end == "stop" else end))
    return made


async def write(built: House, person: Person, words: str) -> None:
    """Text until it is taken, as somebody does who sees no tick."""
    if person.channel == "telegram":
        await built.sandbox.telegram(person.phone, words)
        return
    for _ in range(50):
        if (await built.sandbox.sms(person.phone, words)).status == 200:
            return
        await asyncio.sleep(0.2)
    raise AssertionError("the gateway takes nothing")


async def talk(built: House, person: Person) -> None:
    await write(built, person, f"is this job real {person.mark}")
    if person.end == "close":
        await write(built, person, f"they locked me in {person.mark}")
    await built.sandbox.answered(person.phone, 3 if person.end == "close" else 2, timeout=30)


async def finish(built: House, person: Person) -> None:
    """The end, as this person's talk comes to it; some write on while it ends."""
    await asyncio.sleep(random.random() * 0.4)
    if person.end == "block":
        built.sandbox.people.block(person.phone)
    elif person.end in ("delete", "stop"):
        if random.random() < 0.5:
            await write(built, person, f"and the contract {person.mark}")
        await write(built, person, person.end.upper())


async def close_all(built: House) -> None:
    """Every case has a counsellor, who answers and closes it."""
    desk = built.whole.desk
    await asyncio.sleep(random.random() * 0.4)
    for number, row in enumerate(await desk.queue()):
        counsellor = f"anna {number}"
        await desk.claim(row.id, counsellor)
        await desk.answer(row.id, counsellor, "I am here")
        await desk.close(row.id, counsellor, wipe_chat=True)


async def strike(built: House) -> None:
    """Kill one to three processes, each at a moment of its own, and start them again."""

    async def one(name: str) -> None:
        await asyncio.sleep(random.random() * MOMENT_S)
        built.kill(name)
        await asyncio.sleep(random.random() * 0.3)
        built.start(name)

    chosen = random.sample(sorted(built.running), random.randint(1, len(built.running)))
    await asyncio.gather(*(one(name) for name in chosen))


async def play(built: House, number: int) -> tuple[list[Person], float]:
    """One round; returns its people, and the seconds until nothing was left."""
    people = cast(number)
    await asyncio.gather(*(talk(built, person) for person in people))
    built.sandbox.call(people[0].phone)
    await asyncio.gather(strike(built), close_all(built), *(finish(built, person) for person in people))
    await built.ready()
    await built.sandbox.settled(timeout=30)
    await close_all(built)
    began = time.monotonic()
    with suppress(AssertionError):  # what is left then is told by the caller
        await until(lambda: clean(built, people), LIMIT_S, "nothing is left")
    return people, time.monotonic() - began


async def clean(built: House, people: list[Person]) -> bool:
    """Nothing is left, and nothing comes back."""
    for _ in range(4):
        if await left(built, people):
            return False
        await asyncio.sleep(0.2)
    return True


async def left(built: House, people: list[Person]) -> list[str]:
    """What is still there of these people, by its kind and place; never whose."""
    found = [f"provider's log: {one['direction']} {one['status']}" for one in built.sandbox.twilio_log()]
    found += ["provider's calls" for _ in built.sandbox.call_log]
    marks = [one.mark.encode() for one in people] + [one.phone.lstrip("+").encode() for one in people]
    async for name, content in everything(built.store):
        if ":c:" in name or ":at:" in name or ":trying:" in name or ":case:" in name:
            found.append(f"store: {name.rsplit(':', 1)[-1] if ':c:' in name else name.split(':')[2]}")
        if any(mark in content for mark in marks):
            found.append(f"store, in plain words: {name}")
    for partition in range(keys.PARTITIONS):
        for name in (keys.inbox(partition), keys.outbox(partition)):
            found += [f"store: {name}" for _ in range(await built.store.xlen(name))]
        for name in (keys.due(partition), keys.since(partition), keys.ends(partition)):
            found += [f"store: {name}" for _ in range(await built.store.zcard(name))]
    for name in (keys.WAITING, keys.HELD):
        found += [f"store: {name}" for _ in range(await built.store.zcard(name))]
    for person in people:
        found += in_chat(built, person)
    return found


async def everything(store: Store) -> AsyncIterator[tuple[str, bytes]]:
    """Every key's name and value, of every type."""
    readers = {
        b"string": store.get,
        b"hash": store.hgetall,
        b"list": lambda name: store.lrange(name, 0, -1),
        b"zset": lambda name: store.zrange(name, 0, -1, withscores=True),
        b"set": store.smembers,
        b"stream": store.xrange,
    }
    async for name in store.scan_iter(count=500):
        kind = await store.type(name)
        if kind in readers:  # it can have gone since
            yield name.decode(), name + repr(await readers[kind](name)).encode()


def in_chat(built: House, person: Person) -> list[str]:
    """A chat that was to be emptied holds at most the last text; on any phone that text is the last."""
    shown = built.sandbox.inbox(person.phone)
    last = [place for place, one in enumerate(shown) if not one.mine and one.text.startswith(LAST_TEXTS)]
    after = shown[last[0] + 1 :] if last else []
    found = [f"{person.channel} {person.end}: a text after the last" for one in after if not one.mine]
    if person.channel == "telegram" and person.end != "silence":
        others = [one for one in shown if one.mine or not one.text.startswith(LAST_TEXTS)]
        found += [f"chat ({person.end}): {'theirs' if one.mine else 'ours'}" for one in others]
    return found


async def campaign(rounds: int, workers: int = 2) -> Outcome:
    outcome = Outcome()
    async with house(workers) as built:
        everybody: list[Person] = []
        for number in range(rounds):
            people, seconds = await play(built, number)
            everybody += people
            outcome.rounds, outcome.people = outcome.rounds + 1, outcome.people + len(people)
            outcome.slowest = max(outcome.slowest, seconds)
            outcome.left += [f"round {number}: {one}" for one in await left(built, people)]
            print(f"round {number}: clean after {seconds:.1f} s", file=sys.stderr)
        built.output.seek(0)
        printed = built.output.read()
        spoken = sum(one.mark.encode() in printed for one in everybody)
        outcome.left += ["in a process's output"] * spoken
        outcome.killed = dict(built.killed)
    return outcome


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=None)
    asked = parser.parse_args()
    seed = asked.seed if asked.seed is not None else secrets.randbelow(10**6)
    random.seed(seed)
    outcome = asyncio.run(campaign(asked.rounds))
    killed = ", ".join(f"{count} {name}" for name, count in sorted(outcome.killed.items()))
    print(f"seed {seed}: {outcome.rounds} rounds, {outcome.people} people, killed {killed}.")
    print(f"Nothing was left after at most {outcome.slowest:.1f} s." if not outcome.left else "LEFT:")
    for one in outcome.left:
        print(f"  {one}")
    return 1 if outcome.left else 0


if __name__ == "__main__":
    sys.exit(main())
