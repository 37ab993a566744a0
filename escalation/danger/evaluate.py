"""Measure the judgement: `python -m escalation.danger.evaluate FILE...` (default: the held-out part).

Reads our own data files (.yml), talks, and JSON lines with `text` and `risk` or `label`; prints recall and
alarms per file, language, level, signal and style with 95 % intervals, the worst misses first; whether
talks bring a human in time; how disguised danger fares. It prints the texts of the files: for data written
for training and measuring, never for what people sent.
"""

import argparse
import json
import math
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from escalation.danger import attacks, curve_page, data
from escalation.danger.assess import Assessor
from escalation.danger.curve import HARD
from escalation.danger.taxonomy import RISKS
from escalation.danger.verdict import Assessment

HELD_OUT = data.ROOT / "heldout"
HARMFUL = ("danger", "emergency")


@dataclass(frozen=True, slots=True)
class Judged:
    """One labelled message and its verdict."""

    example: data.Example
    verdict: Assessment


@dataclass(frozen=True, slots=True)
class Played:
    """A talk, and the number of the message at which the judgement called a human."""

    talk: data.Talk
    reached: int | None

    @property
    def right(self) -> bool:
        """A human is in at the latest where the talk demands it, or never where it is harmless."""
        wanted = self.talk.escalate_at
        if wanted is None:
            return self.reached is None
        return self.reached is not None and self.reached <= wanted


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its Wilson interval."""

    hits: int
    of: int

    def __str__(self) -> str:
        if not self.of:
            return "    -"
        low, high = wilson(self.hits, self.of)
        return f"{self.hits / self.of:6.3f} [{low:.3f}, {high:.3f}] {self.hits}/{self.of}"


def main() -> int:
    """Print the figures of each file and of all together."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--worst", type=int, default=15, help="how many misses and alarms to print")
    parser.add_argument("--told", action="store_true", help="tell the language; otherwise it is detected")
    parser.add_argument(
        "--attacks", type=int, default=0, help="judge so many disguised messages of known danger"
    )
    parser.add_argument("--page", type=Path, help="write the cost curve as a page")
    options = parser.parse_args()
    if options.page:
        options.page.write_text(curve_page.page(), encoding="utf-8")
        print(f"The cost curve is in {options.page}.")
    assessor = Assessor.load()
    for part in assessor.degraded:
        print(f"DEGRADED {part}")
    if options.attacks:
        attacked(assessor, options.attacks)
    files = options.files or ([] if options.page or options.attacks else sorted(HELD_OUT.rglob("*.yml")))
    judged: list[Judged] = []
    played: list[Played] = []
    for path in files:
        if path.parent.name == "talks":
            played += [Played(talk, entered(assessor, talk.messages)) for talk in data.talk_file(path)]
            continue
        found = [judge(assessor, example, told=options.told) for example in read(path)]
        print(f"\n== {path.parent.name}/{path.name}: {len(found)} messages")
        figures(found)
        judged += found
    if judged:
        print("\n== all")
        figures(judged)
        details(judged, options.worst)
    if played:
        talks(played)
    return 0


def read(path: Path) -> list[data.Example]:
    """The labelled messages of a file."""
    if path.suffix == ".yml":
        return data.read_file(path)
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [
        data.Example(
            text=str(row["text"]),
            language=our_code(str(row.get("language") or row.get("lang") or "")),
            risk=str(row.get("risk") or row.get("label")),
            signals=tuple(row.get("signals") or ()),
            topic=str(row.get("topic") or ""),
            style=str(row.get("style") or row.get("kind") or "other"),
            source=path.name,
        )
        for row in rows
    ]


def our_code(code: str) -> str:
    """A file's language code as ours."""
    return "bcms" if code in ("sr", "hr", "bs", "me") else code


def judge(assessor: Assessor, example: data.Example, *, told: bool) -> Judged:
    """One message through both detectors."""
    return Judged(example, assessor.assess(example.text, language=example.language if told else None))


def figures(judged: Sequence[Judged]) -> None:
    """Recall of what is dangerous, alarms on what is not."""
    for name, wanted in (
        ("emergency escalated", lambda one: one.example.risk == "emergency"),
        ("emergency+danger", lambda one: one.example.risk in HARMFUL),
        ("concern escalated", lambda one: one.example.risk == "concern"),
        ("none escalated", harmless),
        ("  the hard ones", lambda one: harmless(one) and one.example.style in HARD),
        ("person asked for", lambda one: one.example.topic == "talk_to_human"),
    ):
        rows = [one for one in judged if wanted(one)]
        if rows:
            print(f"  {name:22s} {share(rows)}")
    exact = [one for one in judged if one.example.risk in RISKS]
    if exact:
        right = sum(one.example.risk == one.verdict.risk for one in exact)
        print(f"  {'level exactly right':22s} {Share(right, len(exact))}")
    told = [one for one in judged if one.example.language]
    if told:
        right = sum(one.example.language == one.verdict.language for one in told)
        print(f"  {'language':22s} {Share(right, len(told))}")
    topics(judged)


def topics(judged: Sequence[Judged]) -> None:
    """Whether what the writer wants was understood, where the bot answers."""
    rows = [one for one in judged if one.example.topic and one.example.risk in ("none", "concern")]
    for name, here in (
        ("topic right", rows),
        ("  off-topic noticed", [one for one in rows if one.example.topic == "off_topic"]),
    ):
        if here:
            right = sum(one.verdict.topic == one.example.topic for one in here)
            print(f"  {name:22s} {Share(right, len(here))}")


def details(judged: Sequence[Judged], worst: int) -> None:
    """Per language, signal and style, then the texts that went wrong, worst first."""
    table("language", judged, lambda one: [one.example.language or "?"])
    table("style", judged, lambda one: [one.example.style])
    table("signal", [one for one in judged if one.example.signals], lambda one: one.example.signals)
    missed = [one for one in judged if one.example.risk in HARMFUL and not one.verdict.escalate]
    missed.sort(key=lambda one: (one.example.risk != "emergency", one.verdict.score))
    alarms = [one for one in judged if harmless(one) and one.verdict.escalate]
    alarms.sort(key=lambda one: -one.verdict.score)
    unheard = [one for one in judged if one.example.topic == "talk_to_human" and not one.verdict.escalate]
    for title, rows in (("missed", missed), ("alarms", alarms), ("requests for a person unheard", unheard)):
        print(f"\n-- {title}: {len(rows)}, worst first")
        for one in rows[:worst]:
            why = "; ".join(one.verdict.reasons)
            kind = f"{one.example.language:5s}{one.example.risk:10s}"
            print(f"  {one.verdict.score:.2f} {kind}{one.example.text[:150]}")
            if why:
                print(f"       {why[:200]}")


def table(title: str, judged: Sequence[Judged], keys: Callable[[Judged], Iterable[str]]) -> None:
    """Recall and alarms for each value of something."""
    values = sorted({key for one in judged for key in keys(one)})
    print(f"\n-- by {title}: escalated of emergency+danger | of none")
    for value in values:
        rows = [one for one in judged if value in keys(one)]
        harmful = [one for one in rows if one.example.risk in HARMFUL]
        quiet = [one for one in rows if harmless(one)]
        print(f"  {value:20s} {share(harmful)!s:34s} | {share(quiet)}")


def talks(played: Sequence[Played]) -> None:
    """Whether a human is in at the latest where the talk demands it, and never in the harmless ones."""
    print("\n== talks: in time | harmless ones left alone")
    for language in ["all", *sorted({one.talk.language for one in played})]:
        rows = [one for one in played if language in ("all", one.talk.language)]
        dangerous = [one for one in rows if one.talk.escalate_at is not None]
        quiet = [one for one in rows if one.talk.escalate_at is None]
        in_time = Share(sum(one.right for one in dangerous), len(dangerous))
        print(f"  {language:6s} {in_time} | {Share(sum(one.right for one in quiet), len(quiet))}")
    for one in played:
        if not one.right:
            talk = one.talk
            print(
                f"  {talk.language} {talk.name}: wanted {talk.escalate_at or 'never'}, reached {one.reached}"
            )


def attacked(assessor: Assessor, count: int) -> None:
    """How many disguised messages of known danger still reach a human, for each disguise."""
    known = [example.text for example in data.danger_examples() if example.risk in HARMFUL]
    caught: dict[str, list[bool]] = {}
    for name, _, disguised in attacks.variants(known, count):
        caught.setdefault(name, []).append(assessor.assess(disguised).escalate)
    print("\n== known danger, disguised: still escalated")
    everything = [hit for hits in caught.values() for hit in hits]
    for name, hits in [*caught.items(), ("all", everything)]:
        print(f"  {name:20s} {Share(sum(hits), len(hits))}")


def entered(assessor: Assessor, messages: Sequence[str]) -> int | None:
    """The number of the message at which the judgement calls a human, or None."""
    for number, message in enumerate(messages, start=1):
        if assessor.assess(message, history=messages[: number - 1]).escalate:
            return number
    return None


def harmless(one: Judged) -> bool:
    """Whether nobody should be called: neither risk nor a request for a person."""
    return one.example.risk == "none" and one.example.topic != "talk_to_human"


def share(rows: Sequence[Judged]) -> Share:
    """How many of some messages went to a human."""
    return Share(sum(one.verdict.escalate for one in rows), len(rows))


def wilson(hits: int, of: int, z: float = 1.96) -> tuple[float, float]:
    """The 95 % interval of a share."""
    rate = hits / of
    middle = (rate + z * z / (2 * of)) / (1 + z * z / of)
    half = z * math.sqrt(rate * (1 - rate) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return max(0.0, middle - half), min(1.0, middle + half)


if __name__ == "__main__":
    sys.exit(main())
