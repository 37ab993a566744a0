"""What the encoder is tuned on: every message with its labels, also misspelt and in the middle of a talk."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
from numpy.typing import NDArray

from bot.embedding import normalise
from escalation.danger import data
from escalation.danger.context import together
from escalation.danger.taxonomy import SIGNALS, TOPICS

Floats = NDArray[np.float32]
ALPHABET = "abcdefghijklmnopqrstuvwxyz"
OPENINGS = ("hi ", "hey ", "ej ", "pershendetje ", "salut ", "buna ", "cao ", "hello, ", "zdravo ")
UNKNOWN = -1
REPEATED = 2
# How much a message of each risk counts for each head (classifier.LEVELS), and for which it is a "yes".
COUNTS = {
    "none": (1.0, 1.0, 1.0, 1.0),
    "concern": (0.25, 0.5, 1.0, 0.5),
    "danger": (1.0, 0.3, 1.0, 1.0),
    "emergency": (1.5, 1.0, 1.0, 1.0),
}
YES = {
    "none": (0, 0, 0),
    "concern": (0, 0, 1),
    "danger": (1, 0, 1),
    "emergency": (1, 1, 1),
}


@dataclass(frozen=True, slots=True)
class Lessons:
    """Rows of texts (already normalised) and what is to be said of each."""

    texts: list[str]
    languages: list[str]
    harmless: list[int]
    levels: Floats
    level_counts: Floats
    signals: Floats
    signal_counts: Floats
    topics: NDArray[np.int64]
    intents: NDArray[np.int64]
    intent_count: int

    def only(self, rows: Sequence[int]) -> "Lessons":
        """Some of the rows."""
        place = {row: number for number, row in enumerate(rows)}
        return Lessons(
            [self.texts[row] for row in rows],
            [self.languages[row] for row in rows],
            [place[row] for row in self.harmless if row in place],
            self.levels[rows],
            self.level_counts[rows],
            self.signals[rows],
            self.signal_counts[rows],
            self.topics[rows],
            self.intents[rows],
            self.intent_count,
        )


def refresher(all_: Lessons, new: Collection[str], random: Random) -> Lessons:
    """Rows with new texts, and REPEATED times as many of the others, so that nothing is unlearned."""
    fresh = [row for row, text in enumerate(all_.texts) if text in new]
    known = [row for row, text in enumerate(all_.texts) if text not in new]
    return all_.only(sorted([*fresh, *random.sample(known, min(len(known), REPEATED * len(fresh)))]))


def lessons() -> Lessons:
    """All messages the encoder may see: the kept-back tenth and the held-out part are not among them."""
    rows: dict[str, data.Example] = {}
    for example in [*data.danger_examples(), *data.topic_examples(), *talk_rows(), *talk_lines()]:
        text = normalise(example.text)
        if text and not data.kept_back(text):
            rows.setdefault(text, example)
    intents = sorted({row.intent for row in rows.values() if "__" in row.intent})
    examples = list(rows.values())
    return Lessons(
        texts=list(rows),
        languages=[row.language for row in examples],
        harmless=[number for number, row in enumerate(examples) if _quiet(row)],
        levels=np.array([_wanted(row) for row in examples], np.float32),
        level_counts=np.array([_counts(row) for row in examples], np.float32),
        signals=np.array([[name in row.signals for name in SIGNALS] for row in examples], np.float32),
        signal_counts=np.array([_signal_count(row) for row in examples], np.float32),
        topics=np.array([TOPICS.index(row.topic) if row.style != "talk" else UNKNOWN for row in examples]),
        intents=np.array([intents.index(row.intent) if "__" in row.intent else UNKNOWN for row in examples]),
        intent_count=len(intents),
    )


def talk_rows() -> list[data.Example]:
    """Labelled talks as they are read together: where a human must be in and after it, or all along."""
    out = []
    for talk in data.talks():
        risk = "none" if talk.escalate_at is None else "danger"
        for length in range(talk.escalate_at or 2, len(talk.messages) + 1):
            text = together(talk.messages[:length])
            out.append(data.Example(text, talk.language, risk, (), "disclosure", "talk", "talk"))
    return out


def talk_lines() -> list[data.Example]:
    """Each single message of the talks in which nobody is in danger: how people answer and go on."""
    return [
        data.Example(text, talk.language, "none", (), "disclosure", "talk", "talk")
        for talk in data.talks()
        if talk.escalate_at is None
        for text in talk.messages
    ]


def misspelt(text: str, random: Random) -> str:
    """The text as somebody in a hurry may write it."""
    words = text.split()
    chance = random.random()
    if chance < 0.5:
        for _ in range(1 + len(text) // 40):
            at = random.randrange(len(words))
            words[at] = _slip(words[at], random)
        return " ".join(words)
    if chance < 0.65 and len(words) > 5:
        words.pop(random.randrange(len(words)))
        return " ".join(words)
    if chance < 0.75:
        return text.rstrip(".!?") + random.choice([".", "!", "...", " ??", "!!", ""])
    if chance < 0.85:
        return random.choice(OPENINGS) + text
    return text.replace(" ", "", 1) if len(words) > 2 else text


def in_a_talk(row: int, all_: Lessons, random: Random, by_language: dict[str, list[int]]) -> str:
    """The text as the last, or last but one, of a few messages of which the others are harmless."""
    others = [all_.texts[number] for number in random.choices(by_language[all_.languages[row]], k=3)]
    others = [other for other in others if len(other) < 90][: random.randint(1, 3)]
    after = others[:1] if random.random() < 0.25 else []
    return together([*others[len(after) :], all_.texts[row], *after])


def harmless_by_language(all_: Lessons) -> dict[str, list[int]]:
    """The rows of harmless messages of each language."""
    out: dict[str, list[int]] = dict.fromkeys(set(all_.languages), all_.harmless)
    for language in out:
        own = [row for row in all_.harmless if all_.languages[row] == language]
        out[language] = own or all_.harmless
    return out


def _slip(word: str, random: Random) -> str:
    if len(word) < 4:
        return word
    at, chance = random.randrange(len(word) - 1), random.random()
    if chance < 0.35:
        return word[:at] + word[at + 1 :]
    if chance < 0.6:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if chance < 0.8:
        return word[: at + 1] + word[at:]
    return word[:at] + random.choice(ALPHABET) + word[at + 1 :]


def _quiet(row: data.Example) -> bool:
    return row.risk == "none" and row.style != "talk" and row.topic != "talk_to_human"


def _wanted(row: data.Example) -> Sequence[int]:
    person = int(row.topic == "talk_to_human")
    return (*YES[row.risk], person) if row.risk else (0, 0, 0, person)


def _counts(row: data.Example) -> Sequence[float]:
    if row.style == "talk":  # never an alarm, but perhaps a concern; perhaps danger, but hardly a plain one
        return (1.0, 0.0, 1.0, 0.0) if row.risk == "danger" else (1.0, 1.0, 0.0, 1.0)
    person = 2.0 if row.topic == "talk_to_human" else 1.0
    return (*COUNTS[row.risk][:3], person) if row.risk else (0.0, 0.0, 0.0, person)


def _signal_count(row: data.Example) -> float:
    if row.style == "talk" or row.risk is None:
        return 0.0
    return 1.0 if row.risk in ("danger", "emergency") else 0.3
