"""What the audit says: row by row of bot/rests.py what was searched, how much, and what was not and why."""

from collections.abc import Iterator
from pathlib import Path

from bot.audit.house import House
from bot.audit.searched import Searched
from bot.rests import EVERYWHERE, KEYS, Rest

CANNOT = {
    "caches": "inside the roles' memory",
    "connections": "nothing rests there; both ends are searched",
    "change notes (`hl:changes`)": "nothing rests there: who does not listen does not get them",
    "nameless file": "it was written before anybody wrote to us",
    "terminal": "it is yours",
    "proxy in front of us": "the audit runs without one",
    "demo phones": "it is what texts us here",
    "practice room": "it is a deployment of its own, with nobody real in it",
    "alerts to the team": "the audit runs without them; they hold a fixed sentence",
    "audit's own store": "it is the store that is searched",
}
"""Rows the audit cannot search, and why."""
FILES = ("temporary folders", "staff file", "content and models", "console pages")
"""Rows that are folders and files: there may be nothing new in them."""


def look_at_the_machine(house: House, searched: Searched) -> None:
    """Swap, core dumps and environments: what the system says of them."""
    swaps = Path("/proc/swaps")
    if not swaps.exists():
        searched.unreachable["swap"] = "this system does not say whether it swaps"
    elif len(swaps.read_text(encoding="ascii").splitlines()) > 1:
        searched.unreachable["swap"] = "swap is on here: what was swapped out can be read by root alone"
    else:
        searched.count("swap", 0)
    for role, child in house.children.items():
        try:
            limits = Path(f"/proc/{child.process.pid}/limits").read_text(encoding="ascii")
            environment = Path(f"/proc/{child.process.pid}/environ").read_bytes()
        except OSError:
            searched.unreachable.setdefault("environment", "the system lets nobody look into a role")
            searched.unreachable.setdefault("core dumps", "the system lets nobody look into a role")
            continue
        if role != "sandbox":  # It is told the ids of its chats.
            searched.look("environment", f"environment of {role}", environment)
        core = next(line.split()[4] for line in limits.splitlines() if line.startswith("Max core file"))
        searched.count("core dumps", 0)
        if core != "0" and role != "sandbox":
            searched.hit("core dumps", f"{role} would leave one")


def verdict(rest: Rest, searched: Searched) -> str:
    """What became of one row."""
    amount = searched.amounts.get(rest.name)
    if amount is not None:
        return f"searched: {amount.pieces} pieces, {_size(amount.size)}"
    if rest.name in searched.unreachable:
        return f"not searched: {searched.unreachable[rest.name]}"
    if rest.whose in ("provider", "phone"):
        return "not ours"
    if rest in KEYS:
        return "searched: no such key was there"
    if rest.name in FILES:
        return "searched: nothing was written there since the start"
    return f"not searched: {CANNOT[rest.name]}"


def lines(searched: Searched, planted: str, seconds: float) -> Iterator[str]:
    """The whole report."""
    yield f"Planted {searched.marks.places} marks in {planted}."
    for rest in EVERYWHERE:
        yield f"  {rest.name:<36} {verdict(rest, searched)}"
    pieces = sum(amount.pieces for amount in searched.amounts.values())
    size = sum(amount.size for amount in searched.amounts.values())
    yield f"Searched {pieces} pieces, {_size(size)}, in {seconds:.0f} s."
    for told in searched.told:
        yield f"  reported, not judged: {told}"
    for hit in searched.hits:
        yield f"  FOUND in {hit}"
    yield f"{len(searched.hits)} hits."


def _size(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB" if size >= 100_000 else f"{size} bytes"
