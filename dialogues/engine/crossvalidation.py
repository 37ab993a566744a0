"""How well intents and topics are recognised: five parts, each judged by a model trained on the other four.

Prints what staff need to see after adding examples: per language the share of right intents and right topics,
how many messages count as not understood, and the intents that go wrong most. The encoder below these models
was tuned on most of the same lines, so the figures flatter it; they are for comparing one edit with another.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import yaml
from numpy.typing import NDArray

from engine import examples, paths
from engine.assemble import Sources, declared
from engine.content import ContentError
from engine.interpret import topic_of, understood
from engine.linear import fit
from engine.vectors import vectors_of

PARTS = 5
SEED = 20261123
WORST = 12
NARROW = 10  # as long a ranking as a turn sees


@dataclass(frozen=True)
class Judged:
    """One example and what a model that never saw it made of it."""

    example: examples.Example
    ranking: list[tuple[str, float]]

    @property
    def right(self) -> bool:
        return self.ranking[0][0] == self.example.intent

    @property
    def right_topic(self) -> bool:
        return topic_of(self.ranking[0][0]) == topic_of(self.example.intent)

    @property
    def understood(self) -> bool:
        return understood(self.ranking)


def settings() -> tuple[float, float]:
    """The scale and C that config.yml trains with."""
    pipeline = yaml.safe_load(paths.CONFIG.read_text(encoding="utf-8"))["pipeline"]
    by_name = {part["name"]: part for part in pipeline}
    scale = by_name["engine.featurizer.SentenceVector"]["scale"]
    return float(scale), float(by_name["engine.intent.LinearIntent"]["C"])


def judge(
    lines: list[examples.Example], vectors: NDArray[np.float32], scale: float, C: float
) -> list[Judged]:
    """Every example with the ranking of the model that did not see it."""
    parts = np.random.default_rng(SEED).permutation(len(lines)) % PARTS
    result = []
    for part in range(PARTS):
        seen = parts != part
        mean = vectors[seen].mean(axis=0)
        model = fit((vectors[seen] - mean) * scale, [lines[i].intent for i in np.flatnonzero(seen)], C)
        for index in np.flatnonzero(~seen):
            result.append(Judged(lines[index], model.rank((vectors[index] - mean) * scale, NARROW)))
    return result


def row(name: str, judged: list[Judged]) -> str:
    """One line of the table."""
    if not judged:
        return f"{name:14}      0"
    share = 100 / len(judged)
    heard = [each for each in judged if each.understood]
    wrong = sum(not each.right_topic for each in heard)
    return (
        f"{name:14}{len(judged):7}{sum(each.right for each in judged) * share:9.1f}"
        f"{sum(each.right_topic for each in judged) * share:9.1f}{(len(judged) - len(heard)) * share:9.1f}"
        f"{100 * wrong / max(len(heard), 1):9.1f}"
    )


def table(judged: list[Judged]) -> str:
    """Per language and source, in per cent."""
    lines = [f"{'':14}{'lines':>7}{'intent':>9}{'topic':>9}{'missed':>9}{'wrong':>9}"]
    for language in paths.LANGUAGES:
        for source in ("nlu", "danger"):
            chosen = [j for j in judged if j.example.language == language and j.example.source == source]
            lines.append(row(f"{language} {source}", chosen))
    lines.append(row("all", judged))
    lines.append("missed: not understood; wrong: wrong topic among those understood")
    return "\n".join(lines)


def confusions(judged: list[Judged]) -> str:
    """The pairs of intents that are taken for each other most."""
    pairs = Counter((j.example.intent, j.ranking[0][0]) for j in judged if not j.right)
    return "\n".join(
        f"{count:4}  {meant} taken for {taken}" for (meant, taken), count in pairs.most_common(WORST)
    )


def main() -> None:
    """Print the table and the worst confusions."""
    intents, _ = declared(Sources())
    lines, problems = examples.collect(paths.NLU_DATA, paths.OWN_NLU, intents)
    if problems:
        raise ContentError(problems)
    scale, C = settings()
    judged = judge(lines, vectors_of([line.text for line in lines]), scale, C)
    print(table(judged))
    print(confusions(judged))
