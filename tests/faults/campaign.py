"""`python -m tests.faults.campaign --conversations N --kills K --seed S`: what is lost, doubled, misplaced?

Gateways behind a door, workers, a console and a stand-in for the engine, each a process; a store of three
nodes under three Sentinels; both providers. People arrive by chance, at a mean rate, on both channels, some
of them in danger: those a counsellor takes, answers and closes. Meanwhile kill -9 falls on gateways, workers,
engine, console, the store's primary and its replicas, and what was killed comes back. At the end what
everybody has on their phone is held against what they are owed.

The seed fixes who comes, when, what they do, what is killed and when; not how the machine interleaves it.
"""

import argparse
import asyncio
import os
import random
import secrets
import signal
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot import keys
from tests.faults.house import House, house_on, until
from tests.faults.killing import ROLES, WEIGHTS, Killer
from tests.faults.talks import FAULTS, Person, arrival, live, on_duty, verdict
from tests.stand_ins.servers import watched

DANGER = 0.15
QUIET_S = 60.0
CHANNELS = ("sms", "telegram")


@dataclass
class Outcome:
    """Of one campaign."""

    people: int = 0
    danger: int = 0
    unfinished: int = 0
    seconds: float = 0.0
    killed: Counter[str] = field(default_factory=Counter)
    gone: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)
    spoken: int = 0
    """In how many processes' output a word of theirs stood."""


async def campaign(
    conversations: int, kills: int, seed: int, rate: float, only: Sequence[str] = tuple(WEIGHTS)
) -> Outcome:
    """Play one; `rate` is how many people come in a second, on average, `only` what may be killed."""
    dice = random.Random(seed)
    people = [arrival(number, dice, DANGER) for number in range(conversations)]
    gaps = [dice.expovariate(rate) for _ in people]
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, _where)
    with watched() as store:
        async with house_on(store.url, ROLES, "real") as built:
            killer = Killer(built, store, random.Random(seed + 1), only)
            async with on_duty(built):
                async with asyncio.TaskGroup() as group:
                    group.create_task(killer.strike(kills, sum(gaps)))
                    group.create_task(_arrive(built, people, gaps))
                seconds = time.monotonic() - killer.began
                await built.ready()
                await until(lambda: quiet(built), QUIET_S, "everything is out")
            wrong, told = verdict(built, people)
            return Outcome(
                len(people),
                sum(person.end == "danger" for person in people),
                sum(not person.finished for person in people),
                seconds,
                killer.killed,
                built.gone,
                wrong,
                told,
                _spoken(built, people),
            )


def _where() -> None:
    """Where every task stands: `kill -USR1`, for a run that does not end."""
    for task in asyncio.all_tasks():
        task.print_stack(limit=4)


async def _arrive(built: House, people: Sequence[Person], gaps: Sequence[float]) -> None:
    due = time.monotonic()
    async with asyncio.TaskGroup() as group:
        for person, gap in zip(people, gaps, strict=True):
            due += gap
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            group.create_task(live(built, person))


async def quiet(built: House) -> bool:
    """Nothing waits for its turn, nothing to be sent, nothing to be accepted."""
    waiting = 0
    for partition in range(keys.PARTITIONS):
        for place in (keys.inbox(partition), keys.outbox(partition)):
            waiting += await built.store.xlen(place)
    return waiting == 0 and built.sandbox.pending_updates == 0


def _spoken(built: House, people: Sequence[Person]) -> int:
    built.output.seek(0)
    printed = built.output.read()
    return sum(person.mark.encode() in printed for person in people)


def report(outcome: Outcome, seed: int) -> str:
    """The figures, as they are quoted."""
    killed = ", ".join(f"{count} {what}" for what, count in sorted(outcome.killed.items()))
    lines = [
        f"seed {seed}, {os.cpu_count()} cores: {outcome.people} conversations ({outcome.danger} in danger) "
        f"in {outcome.seconds:.0f} s, {outcome.killed.total()} kills ({killed})"
    ]
    for fault in FAULTS:
        by = ", ".join(f"{name} {outcome.wrong[f'{fault}, {name}']}" for name in CHANNELS)
        lines.append(f"  {fault:24} {outcome.wrong[fault]:5}   ({by})")
    lines.append(
        f"  texts refused after all tries: {outcome.wrong['refused']} (they stand in the provider's log)"
    )
    if outcome.gone:
        ended = ", ".join(f"{count} {what}" for what, count in sorted(outcome.gone.items()))
        lines.append(f"  ended by themselves and were started again: {ended}")
    lines.append(
        f"  talks that did not end: {outcome.unfinished}; words in a process's output: {outcome.spoken}"
    )
    return "\n".join([*lines, *(f"  - {one}" for one in outcome.told)])


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--conversations", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--rate", type=float, default=8.0, help="people who come in a second, on average")
    parser.add_argument(
        "--only", nargs="+", choices=list(WEIGHTS), default=list(WEIGHTS), help="what is killed"
    )
    asked = parser.parse_args()
    seed = asked.seed if asked.seed is not None else secrets.randbelow(10**6)
    outcome = asyncio.run(campaign(asked.conversations, asked.kills, seed, asked.rate, asked.only))
    print(report(outcome, seed))
    return 1 if any(outcome.wrong[fault] for fault in FAULTS) or outcome.spoken else 0


if __name__ == "__main__":
    sys.exit(main())
