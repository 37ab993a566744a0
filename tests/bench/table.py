"""One table a person reads in a terminal."""

from collections.abc import Iterator

from tests.bench.figures import OUTSIDE, Memory, Round, Spread
from tests.bench.rasa_server import DIFFERENCES
from tests.bench.result import Result, Side, machine
from tests.bench.targets import targets

LABEL, COLUMN = 58, 36
BUSY = 0.10
"""From here on what others did on this machine shows in the figures."""


def table(result: Result) -> str:
    return "\n".join(_lines(result))


def _lines(result: Result) -> Iterator[str]:
    here = machine()
    kind = "quick run: a smoke test, not figures to quote" if result.quick else "full run"
    yield ""
    yield f"Bench of {result.at}, {kind}, {result.seconds:.0f} s"
    yield f"{here['cores']} cores, {here['memory_gb']} GB, {here['system']}, Python {here['python']}"
    if result.ended:
        yield f"NOT COMPLETE: {result.ended}"
    if (others := result.others) is not None:
        verdict = "read the times as upper bounds" if others > BUSY else "quiet"
        yield f"Others on this machine used {others:.0%} of its cores meanwhile: {verdict}."
    yield ""
    yield _row("targets", "this run", "target", "")
    yield from (_row(one.what, one.figure, one.target, one.verdict) for one in targets(result))
    yield ""
    yield from _compared(result)
    yield ""
    yield from _alone(result)
    yield ""
    yield from _memory(result)
    yield ""
    yield "What differs:"
    yield from (f"  {sentence}" for sentence in DIFFERENCES)
    yield "p99 of fewer than 100 times is the largest of them (n in brackets)."


def _row(label: str, *cells: str) -> str:
    return label.ljust(LABEL) + "".join(cell.ljust(COLUMN) for cell in cells).rstrip()


def _compared(result: Result) -> Iterator[str]:
    ours, theirs = result.hotline, result.rasa
    yield _row("", "hotline, whole way of an SMS", "same model, rasa run, Twilio channel")
    yield _row("start to ready, all roles", _seconds(ours), _seconds(theirs))
    counts = sorted({one.senders for side in (ours, theirs) for one in side.rounds})
    for senders in counts:
        pair = [side.of(senders) for side in (ours, theirs)]
        title = f"{senders} sender{'s' * (senders > 1)}"
        yield _row(f"text to answer, {title}: p50/p95/p99 ms", *(_times(one) for one in pair))
        yield _row("  answers a second (without an answer)", *(_rate(one) for one in pair))
        yield _row("  processor ms an answer, all roles", *(_cpu(one) for one in pair))
    yield _row("memory, all processes, MB (PSS)", _mb(ours.pss), _mb(theirs.pss))
    for one in ours.rounds[:1]:
        spreads = [(code, Spread.of(times)) for code, times in sorted(one.languages.items())]
        parts = [f"{code} {spread.p50:.0f}" for code, spread in spreads if spread]
        yield _row(f"  by language, {one.senders} at a time: p50 ms", "  ".join(parts))


def _alone(result: Result) -> Iterator[str]:
    if result.burst:
        burst = result.burst
        yield _row(f"webhook acknowledged at {burst.rate}/s: p50/p95/p99 ms", _spread(burst.spread))
        off = f"after {burst.worked_off_s:.1f} s" if burst.worked_off_s is not None else "NOT in time"
        wrong = f"{burst.refused} refused, {burst.unanswered} unanswered, {burst.doubled} doubled"
        yield _row("  all of them answered", f"{off}; {wrong}")
    if result.campaign:
        yield _row("campaign, danger to queue: p50/p95/p99 ms", _spread(result.campaign.spread))
    if result.queued:
        missing = (
            f", {len(result.queued.missing)} NOT in the queue (--json names them)"
            if result.queued.missing
            else ""
        )
        yield _row("danger to queue: p50/p95/p99 ms", _spread(result.queued.spread) + missing)
    yield from _reference(result)
    noted = [f"{count} x {name}" for name, count in sorted(result.troubles.items())] or ["none"]
    for label, words in zip(["trouble in the roles' logs", *[""] * len(noted)], noted, strict=False):
        yield _row(label, words)
    if result.silent:
        yield _row("rasa run answered with nothing", f"{result.silent} times")


def _reference(result: Result) -> Iterator[str]:
    """The floor under every answer, and how far above it we are."""
    alone = result.embedding
    yield _row("one embedding alone: p50/p95/p99 ms", _spread(alone))
    verdict = _spread(result.verdict)
    if name := result.reference.get("judge"):
        verdict = f"the judge cannot be loaded ({name})"
    yield _row("one danger verdict, with its embedding", verdict)
    yield _row("  the same for the 8th message of a talk", _spread(result.in_talk))
    first = result.hotline.of(1)
    for title, spread in (
        ("text to answer", first.answered if first else None),
        ("verdict", result.verdict),
        ("verdict on the 8th message", result.in_talk),
    ):
        if alone and spread:
            yield _row(f"  {title} / embedding, p50", f"{spread.p50 / alone.p50:.1f} times")


def _memory(result: Result) -> Iterator[str]:
    yield _row("memory by process, MB", "PSS (shared pages divided)", "RSS")
    for side in (result.hotline, result.rasa):
        for one in side.memory:
            yield _row(f"  {_role(one)}", _mb(one.pss), _mb(one.rss))
    if result.hotline.memory and result.hotline.pss is None:
        yield "  No PSS: our processes let nobody but root look into them. RSS counts shared pages again."


def _role(one: Memory) -> str:
    return f"{one.role} (outside: not in the sum)" if one.role in OUTSIDE else one.role


def _times(one: Round | None) -> str:
    return _spread(one.answered) if one else "-"


def _rate(one: Round | None) -> str:
    return f"{one.each_second:.1f} ({one.unanswered})" if one else "-"


def _spread(spread: Spread | None) -> str:
    if spread is None:
        return "-"
    return f"{_ms(spread.p50)} / {_ms(spread.p95)} / {_ms(spread.p99)}  ({spread.n})"


def _ms(value: float) -> str:
    return f"{value:.1f}" if value < 10 else f"{value:.0f}"


def _seconds(side: Side) -> str:
    return f"{side.ready_s:.1f} s" if side.ready_s is not None else "-"


def _cpu(one: Round | None) -> str:
    if one is None or one.cpu_ms is None:
        return "-"
    parts = {role: used / len(one.times) * 1000 for role, used in one.cpu.items()}
    named = ", ".join(f"{role} {ms:.0f}" for role, ms in parts.items() if ms >= 1 and len(parts) > 1)
    return f"{one.cpu_ms:.0f}" + (f" ({named})" if named else "")


def _mb(value: float | None) -> str:
    return f"{value:.0f}" if value is not None else "-"
