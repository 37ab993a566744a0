"""The load run's figures as a person reads them, beside what was aimed at."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tests.bench.desk.record import Record
from tests.bench.figures import Spread
from tests.bench.result import machine

LABEL = 52
AIMS = {"queue page": 100.0, "talk page": 100.0}
"""p95 in ms."""
IN_SIGHT_MS = 300.0
"""p99."""
ORDER = (
    *("queue page", "talk page", "queue fragment", "talk fragment", "counts"),
    *("take", "answer", "measure", "typing", "hand on", "close", "webhook"),
)


@dataclass(frozen=True, slots=True)
class Shift:
    counsellors: int
    waiting: int
    held: int
    seconds: float
    others: float
    used: Mapping[str, float]
    """Share of one core, by role."""
    calls: Mapping[str, float]
    """What the store was asked, each second."""


def told(shift: Shift, record: Record, troubles: Mapping[str, int], seconds: float) -> Iterator[str]:
    here = machine()
    yield ""
    cases = f"{shift.waiting + shift.held} open cases ({shift.held} held at the end)"
    yield f"{shift.counsellors} counsellors, {cases}; measured for {shift.seconds:.0f} s of {seconds:.0f} s"
    yield f"{here['cores']} cores, {here['memory_gb']} GB, {here['system']}, Python {here['python']}"
    yield f"Others on this machine used {shift.others:.0%} of its cores meanwhile."
    yield ""
    yield _row("p50 / p95 / p99 ms  (how many)", "")
    for what in ORDER:
        yield _row(f"  {what}", _spread(record.spread(what)) + _size(record, what) + _aim(record, what))
    yield _row("danger: webhook to every console's event stream", _in_sight(record, "heard"))
    yield _row("danger: webhook to every console's queue", _in_sight(record, "queued"))
    yield _row("any message: webhook to its line in the open talk", _spread(record.spread("line")))
    yield _row("danger messages without a case in time", str(record.missing))
    yield _row("claims (of them races of several for one)", f"{record.claims} ({record.races})")
    yield _row("  cases two counsellors were told are theirs", str(record.double))
    wrong = [f"{count} x {what}" for what, count in sorted(record.errors.items())] or ["none"]
    wrong += [f"{count} x {what} (in the roles' logs)" for what, count in sorted(troubles.items())]
    for label, words in zip(["errors", *[""] * len(wrong)], wrong, strict=False):
        yield _row(label, words)
    yield _row(
        "share of one core", "  ".join(f"{_role(role)} {part:.0%}" for role, part in shift.used.items())
    )
    yield _row("store, each second", "  ".join(f"{name} {count:,.0f}" for name, count in shift.calls.items()))


def _row(label: str, cell: str) -> str:
    return (label.ljust(LABEL) + cell).rstrip()


def _spread(found: Spread | None) -> str:
    return "-" if found is None else f"{found.p50:.0f} / {found.p95:.0f} / {found.p99:.0f}  ({found.n})"


def _size(record: Record, what: str) -> str:
    sizes = sorted(record.sizes.get(what, ()))
    return f"  {sizes[len(sizes) // 2] / 1000:.0f} kB" if sizes and sizes[-1] else ""


def _aim(record: Record, what: str) -> str:
    found = record.spread(what)
    if found is None or what not in AIMS:
        return ""
    return f"  p95 under {AIMS[what]:.0f}: {'yes' if found.p95 < AIMS[what] else 'NO'}"


def _in_sight(record: Record, sense: str) -> str:
    found = record.since_webhook(sense)
    if found is None:
        return "-"
    return f"{_spread(found)}  p99 under {IN_SIGHT_MS:.0f}: {'yes' if found.p99 < IN_SIGHT_MS else 'NO'}"


def _role(role: str) -> str:
    return "these counsellors and people" if role == "run" else role
