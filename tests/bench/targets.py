"""What the hotline is to reach, beside what this run found."""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.bench.result import Result

WEBHOOK_MS = 10.0
TIMES_STOCK = 1.5
MANY = 16
QUEUE_S = 5.0
FLAT = 0.10
OPEN_BYTES = 8 * 1024


@dataclass(frozen=True, slots=True)
class Target:
    """One line of the table; `met` is None where the run has no figure for it."""

    what: str
    figure: str
    target: str
    met: bool | None

    @property
    def verdict(self) -> str:
        return "not measured" if self.met is None else "met" if self.met else "MISSED"


def targets(result: Result) -> list[Target]:
    """All of them, in the order in which a message travels."""
    return [*_webhook(result), *_answers(result), *_campaign(result), *_opened(result)]


def _webhook(result: Result) -> Iterator[Target]:
    spread = result.burst.spread if result.burst else None
    rate = result.burst.rate if result.burst else 0
    figure = f"{spread.p99:.1f} ms" if spread else "-"
    met = spread.p99 < WEBHOOK_MS if spread else None
    yield Target(f"webhook answered, p99 at {rate} a second", figure, f"< {WEBHOOK_MS:.0f} ms", met)


def _answers(result: Result) -> Iterator[Target]:
    for senders in sorted(one.senders for one in result.hotline.rounds):
        ours, theirs = result.hotline.of(senders), result.rasa.of(senders)
        a, b = (one.answered if one else None for one in (ours, theirs))
        title = f"text to answer, p50, {senders} sender{'s' * (senders > 1)}"
        figure, limit = (f"{one.p50:.0f} ms" if one else "-" for one in (a, b))
        yield Target(title, figure, f"at most stock's {limit}", a.p50 <= b.p50 if a and b else None)
    ours, theirs = result.hotline.of(MANY), result.rasa.of(MANY)
    if ours and theirs and theirs.each_second:
        times = ours.each_second / theirs.each_second
        figure = f"{ours.each_second:.1f}, {times:.2f} x stock"
        limit = f"at least {TIMES_STOCK} x {theirs.each_second:.1f}"
        yield Target(f"answers a second, {MANY} senders", figure, limit, times >= TIMES_STOCK)


def _campaign(result: Result) -> Iterator[Target]:
    done = result.campaign
    if done is None:
        return
    title = f"{done.texts} texts in {done.seconds:.0f} s"
    latest = f"{done.latest_s:.1f} s" if done.latest_s is not None else "-"
    missing = f", {len(done.not_queued)} of {done.urgent} NOT in the queue" if done.not_queued else ""
    in_time = not done.not_queued and done.latest_s is not None and done.latest_s <= QUEUE_S
    yield Target(
        f"{title}: all {done.urgent} danger messages queued",
        f"within {latest}{missing}",
        f"{QUEUE_S:.0f} s",
        in_time,
    )
    wrong = {
        "refused": done.refused,
        "lost": done.lost,
        "doubled": done.doubled,
        "out of order": done.out_of_order,
        "unanswered": done.unanswered,
    }
    ended = f"after {done.worked_off_s:.0f} s" if done.worked_off_s is not None else "NOT worked off"
    told = ", ".join(f"{count} {name}" for name, count in wrong.items() if count) or "all once, in order"
    met = done.worked_off_s is not None and not any(wrong.values())
    yield Target(f"{title}: all answered, none lost or doubled", f"{ended}: {told}", "all", met)


def _opened(result: Result) -> Iterator[Target]:
    found = result.opened
    if found is None or not found.levels:
        return
    sizes = f"{found.levels[0].talks} to {found.levels[-1].talks} talks open"
    for title, figures, unit in (
        ("processor ms a message", found.cpu_ms, "ms"),
        ("text to answer, p50", found.p50_ms, "ms"),
        ("store trips a message", found.trips, ""),
    ):
        off = found.flat(figures)
        figure = " / ".join(f"{value:.0f}" for value in figures.values()) + f" {unit}".rstrip()
        deviation = f" (±{off:.0%})" if off is not None else ""
        met = off <= FLAT if off is not None else None
        yield Target(f"{title}, {sizes}", figure + deviation, f"flat within {FLAT:.0%}", met)
    known = [size for size in (found.played_bytes, found.filled_bytes) if size is not None]
    figure = " / ".join(f"{size / 1024:.1f} KB" for size in known)
    met = max(known) <= OPEN_BYTES if known else None
    yield Target("store memory of an open talk (played / filled)", figure or "-", "at most 8 KB", met)
