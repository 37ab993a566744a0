"""`python -m tests.bench.reference EACH`: one embedding, one danger verdict on the bench's texts, as JSON.

A process of its own: whoever maps the encoder's weights takes a share of them off the others' memory.
"""

import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field

from bot import logs
from bot.embedding import embed, normalise
from bot.judging import Judge
from escalation.danger.data import Example
from tests.bench.texts import LANGUAGES, harmless, urgent

URGENT_SHARE = 4  # danger messages for each language, one for so many harmless ones
MOST_S = 8.0  # for each of the four loops
TALK = 8  # messages of a talk, and how many talks are judged at their last one
TALKS = 20


@dataclass(slots=True)
class Reference:
    """Texts by language as the judge left them, and times in milliseconds."""

    harmless: dict[str, list[str]] = field(default_factory=dict, repr=False)
    urgent: list[tuple[str, str]] = field(default_factory=list, repr=False)
    embedding: list[float] = field(default_factory=list)
    verdict: list[float] = field(default_factory=list)
    """Empty where the judge cannot be loaded; `judge` then says why."""
    in_talk: list[float] = field(default_factory=list)
    """The same for the last message of a talk, which is judged with all before it."""
    judge: str = ""
    taken_out: int = 0
    """Examples the judge would hand to a human: no message for the dialogue."""


def measure(each: int) -> Reference:
    """Embed and judge every text once, as long as there is time."""
    found = Reference()
    calm, alarming = harmless(each), urgent(max(2, each // URGENT_SHARE))
    embed(normalise("warm"))
    for example in _in_time(calm):
        began = time.perf_counter()
        embed(normalise(example.text))
        found.embedding.append((time.perf_counter() - began) * 1000)
    judge = _judge(found)
    for example in _in_time(calm):
        if judge is None or _is_calm(judge, example, found):
            found.harmless.setdefault(example.language, []).append(example.text)
        else:
            found.taken_out += 1
    if judge is not None:
        for texts in _in_time(_talks(found)):
            began = time.perf_counter()
            judge.assess(texts[-1], history=texts[:-1], vector=embed(normalise(texts[-1])))
            found.in_talk.append((time.perf_counter() - began) * 1000)
    for example in _in_time(alarming):
        if judge is None or judge.assess(example.text, language=example.language).escalate:
            found.urgent.append((example.language, example.text))
    return found


def _judge(found: Reference) -> Judge | None:
    """The worker's danger detectors; a bench of the rest is of use without them."""
    try:
        from bot.bootstrap import judge as load

        judge = load()
        judge.assess("warm", language="en")
    except Exception as error:
        found.judge = type(error).__name__
        return None
    return judge


def _is_calm(judge: Judge, example: Example, found: Reference) -> bool:
    began = time.perf_counter()
    verdict = judge.assess(example.text, language=example.language)
    found.verdict.append((time.perf_counter() - began) * 1000)
    return verdict.risk == "none" and not verdict.escalate


def _talks(found: Reference) -> list[list[str]]:
    """Talks of one language each, made of what is no danger."""
    talks = []
    for index in range(TALKS):
        own = found.harmless.get(LANGUAGES[index % len(LANGUAGES)], [])
        talks += [[own[(index + turn) % len(own)] for turn in range(TALK)]] if own else []
    return talks


def _in_time[T](rows: Sequence[T]) -> Iterator[T]:
    until = time.monotonic() + MOST_S
    for row in rows:
        if time.monotonic() > until:
            return
        yield row


if __name__ == "__main__":
    logs.to_nobody()
    print(json.dumps(asdict(measure(int(sys.argv[1])))))
