"""`hotline audit`, its self-test, and its look at a live store."""

import signal
import time
from collections.abc import Sequence

from bot import logs
from bot.audit import browser, places, report
from bot.audit.ends import Play
from bot.audit.house import House
from bot.audit.leaks import KINDS
from bot.audit.marks import Marks
from bot.audit.searched import Searched
from bot.audit.talks import CHANNELS, ENDS
from bot.settings import ROOT

ROWS = {
    "store": ("memory of the store",),
    "left in store": ("`hl:{pN}:c:<id>:card`",),
    "file": (places.TEMPORARY,),
    "output": (places.OUTPUT,),
    "metrics": (places.METRICS,),
    "provider's log": (places.LOG,),
    "chat": (places.CHAT,),
    "browser": (browser.STORAGE, browser.PAGES),
}
"""Where each leak of the self-test has to be found."""


def audit(*, small: bool = False, leaks: Sequence[str] = ()) -> int:
    """Plant, end, search, report; 0 only without a hit."""
    searched = search(small=small, leaks=leaks)
    return 1 if searched.hits else 0


def self_test() -> int:
    """Every leak there is, sprung in the real processes: 0 only if each of them is found."""
    found = search(small=True, leaks=KINDS)
    missed = 0
    for kind in KINDS:
        rows = {row for row in found.hits.values() if row in ROWS[kind]}
        if rows:
            print(f"  leak in {kind}: found")
        elif kind == "browser" and browser.STORAGE in found.unreachable:
            print(f"  leak in {kind}: not planted, {found.unreachable[browser.STORAGE]}")
        else:
            missed += 1
            print(f"  leak in {kind}: MISSED")
    print("The audit is red with every leak." if not missed else f"{missed} leaks were missed.")
    return 1 if missed else 0


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def search(*, small: bool, leaks: Sequence[str]) -> Searched:
    """One whole run, and its report."""
    logs.silence_libraries()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)  # What was started ends, and its folder goes, as after Ctrl-C.
    began = time.monotonic()
    searched = Searched(Marks())
    with House(searched.marks, leaks=leaks) as house:
        play = Play(house, searched, small=small, leaks=leaks)
        play.run()
        places.look_at_metrics(house, searched)
        places.look_in_memory(house, searched)
        report.look_at_the_machine(house, searched)
        places.look_at_outputs(house, searched)
        profile = {house.folder / "profile": browser.PAGES}
        rows = profile | {house.folder / "staff.sqlite": "staff file", ROOT: "content and models"}
        places.look_in_files(house, searched, rows)
    tongues = len({talk.tongue for talk in play.talks})
    planted = f"{len(play.talks)} talks: {len(ENDS)} ends, {len(CHANNELS)} channels, {tongues} ways to write"
    for line in report.lines(searched, planted, time.monotonic() - began):
        print(line)
    return searched
