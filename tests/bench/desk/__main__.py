"""`python -m tests.bench.desk`: 50 counsellors and 500 open cases on the real processes of this machine.

What was chosen: a counsellor loads a page or acts every 5 to 10 s, with the event stream of the page that is
open and the fetches its script makes; the person of each open case writes every 30 to 90 s, 15 in 100 of it
danger; whoever's talk is closed is followed by somebody new, whose first message is danger and is timed.
"""

import argparse
import asyncio
import itertools
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import uvloop

from bot import keys
from bot.console import open_staff
from bot.errors import HotlineError
from bot.process import no_dumps
from bot.settings import name_of
from escalation.console.staff import Provision
from tests.bench.desk.browser import Browser
from tests.bench.desk.counsellor import Counsellor
from tests.bench.desk.people import People
from tests.bench.desk.record import Record
from tests.bench.desk.told import Shift, told
from tests.bench.figures import Processors
from tests.bench.phones import Arrivals, Line, line
from tests.bench.processes import line_of, process, troubles
from tests.bench.provider import LISTENER

SPOKEN = (("en", "sq"), ("bcms",), ("ro", "en"), ("sq",), ("en", "bcms", "ro", "sq"))
TAKEN_EACH = 3
PATIENCE_S = 90.0
AT_ONCE = 8
"""How many come, sign in or take a case at the same moment before anything is measured."""


@dataclass(frozen=True, slots=True)
class Plan:
    counsellors: int
    cases: int
    seconds: float


def _staff(given: dict[str, str], count: int) -> list[Provision]:
    staff = open_staff(given[name_of("staff_file")], given[name_of("secret")])
    return [
        staff.add(f"counsellor {number}", "counsellor", SPOKEN[number % len(SPOKEN)])
        for number in range(count)
    ]


@asynccontextmanager
async def _at_work(
    url: str, made: Sequence[Provision], people: People, record: Record
) -> AsyncIterator[list[Counsellor]]:
    """All signed in, each with a queue page open."""
    languages = ("en", "sq", "bs", "ro")
    found = [
        Counsellor(Browser(url, one, languages[number % 4], record), people, record, number)
        for number, one in enumerate(made)
    ]
    try:
        for some in itertools.batched(found, AT_ONCE):
            await asyncio.gather(*(one.browser.sign_in() for one in some))
        yield found
    finally:
        await asyncio.gather(*(one.browser.aclose() for one in found))


async def shift(hotline: Line, found: dict[str, Any], plan: Plan, record: Record) -> Shift:
    given = found["given"]
    url = f"http://127.0.0.1:{given[name_of('console_port')]}"
    made = await asyncio.to_thread(_staff, given, plan.counsellors)
    async with People(hotline, record) as people:
        say(f"  {plan.cases} people write")
        await people.come(plan.cases, AT_ONCE)
        say(f"  {plan.counsellors} counsellors sign in")
        async with _at_work(url, made, people, record) as counsellors:
            for _ in range(TAKEN_EACH):
                for some in itertools.batched(counsellors, AT_ONCE):
                    await asyncio.gather(*(one.take() for one in some))
            working = [asyncio.ensure_future(one.work(counsellors)) for one in counsellors]
            try:
                return await _measured(hotline, found["pids"], plan, record)
            finally:
                for task in working:
                    task.cancel()
                await asyncio.gather(*working, return_exceptions=True)


async def _measured(hotline: Line, pids: dict[str, int], plan: Plan, record: Record) -> Shift:
    await asyncio.sleep(min(10.0, plan.seconds / 3))
    say(f"  measuring for {plan.seconds:.0f} s")
    record.counting, busy = True, Processors(pids)
    before = await _calls(hotline), _used(pids)
    await asyncio.sleep(plan.seconds)
    record.counting, others = False, busy.others()
    after = await _calls(hotline), _used(pids)
    calls, used = (
        {name: (then[name] - now[name]) / plan.seconds for name in then}
        for now, then in zip(before, after, strict=True)
    )
    await asyncio.sleep(2.0)  # what was written last may still come into sight
    waiting, held = await _open(hotline)
    return Shift(plan.counsellors, waiting, held, plan.seconds, others, used, calls)


def _used(pids: dict[str, int]) -> dict[str, float]:
    """Seconds of processor by role."""
    found = {**pids, "run": os.getpid()}
    return {role: sum(psutil.Process(pid).cpu_times()[:2]) for role, pid in found.items()}


async def _calls(hotline: Line) -> dict[str, float]:
    """What the store was asked so far: commands in all, and bytes it gave out."""
    found = await hotline.store.info("stats")
    return {"commands": found["total_commands_processed"], "bytes out": found["total_net_output_bytes"]}


async def _open(hotline: Line) -> tuple[int, int]:
    store = hotline.store
    return int(await store.zcard(keys.WAITING)), int(await store.zcard(keys.HELD))


async def bench(plan: Plan, record: Record) -> tuple[Shift, dict[str, int]]:
    arrivals = Arrivals()
    await arrivals.listen()
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as made:
        output = Path(made) / "house.log"
        command = [sys.executable, "-m", "tests.bench.house"]
        say("  starting")
        try:
            async with process(command, output, {LISTENER: str(arrivals.port)}) as started:
                found = json.loads(await line_of(started, PATIENCE_S, output))
                async with line(found["given"], arrivals) as hotline:
                    result = await shift(hotline, found, plan, record)
        finally:
            arrivals.close()
        return result, troubles(output)


def say(sentence: str) -> None:
    """Progress, apart from the table."""
    print(sentence, file=sys.stderr, flush=True)


def read(arguments: Sequence[str] | None) -> Plan:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.desk", description=__doc__)
    parser.add_argument("--counsellors", type=int, default=50, metavar="N")
    parser.add_argument("--cases", type=int, default=500, metavar="N")
    parser.add_argument("--seconds", type=float, default=60.0, metavar="S", help="how long to measure")
    chosen = parser.parse_args(arguments)
    return Plan(chosen.counsellors, chosen.cases, chosen.seconds)


def main(arguments: Sequence[str] | None = None) -> int:
    plan, record = read(arguments), Record()
    no_dumps()
    began = time.monotonic()
    try:
        result, trouble = uvloop.run(bench(plan, record))
    except HotlineError as error:
        print(f"NOT COMPLETE: {error}")
        return 1
    print("\n".join(told(result, record, trouble, time.monotonic() - began)))
    return 1 if record.double or record.errors or record.missing else 0


if __name__ == "__main__":
    sys.exit(main())
