"""`hotline content table`: topics by languages, with what stands behind each."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import yaml

from bot.content.answers import read, segments_of
from bot.content.finding import ROOT, keyed
from bot.content.reviews import reviews
from bot.wording import LANGUAGES
from escalation.danger import data
from escalation.danger.taxonomy import TOPICS

CONVERSATIONS = ROOT / "tests" / "conversations"
HARMLESS = ("none", "concern")


@dataclass(frozen=True, slots=True)
class Row:
    """One topic in one language."""

    topic: str
    language: str
    examples: int
    answers: int
    conversations: int
    segments: tuple[int, float, int] | None
    open_reviews: int

    def __str__(self) -> str:
        low, middle, high = self.segments or ("-", "-", "-")
        return (
            f"{self.topic:<22} {self.language:<5} {self.examples:>8} {self.answers:>7} "
            f"{self.conversations:>13} {low:>5} {middle:>6} {high:>4} {self.open_reviews:>12}"
        )


HEAD = (
    f"{'topic':<22} {'lang':<5} {'examples':>8} {'answers':>7} {'conversations':>13} "
    f"{'min':>5} {'median':>6} {'max':>4} {'reviews open':>12}"
)


def rows() -> Iterator[Row]:
    """Every topic in every language."""
    examples, talks = _examples(), _conversations()
    unread = {review.name for review in reviews() if not review.by}
    for language in LANGUAGES:
        answers = read(language)
        for topic in TOPICS:
            here = [answer for key, answer in answers.items() if topic_of(key) == topic]
            counts = [count for answer in here for count in segments_of(answer, answers).values()]
            files = {f"{language}/{answer.path.name}" for answer in here}
            yield Row(
                topic,
                language,
                examples[topic, language],
                len(here),
                talks[topic, language],
                (min(counts), median(counts), max(counts)) if counts else None,
                len(files & unread),
            )


def topic_of(key: str) -> str:
    """The topic of a text by its key; what belongs to a guided talk counts with its topic."""
    name = key.removeprefix("utter_").partition("__")[0]
    for start, topic in BEGIN:
        if name.startswith(start):
            return topic
    return name


BEGIN = (
    ("check_", "job_offer"),
    ("ask_offer_", "job_offer"),
    ("trip_", "safe_migration"),
    ("ask_trip_", "safe_migration"),
    ("help_", "seek_help"),
    ("ask_country", "seek_help"),
    ("country_", "seek_help"),
    ("person_", "talk_to_human"),
    ("default", "off_topic"),
    ("yes_", "small_talk"),
    ("no_", "small_talk"),
    ("simpler_", "small_talk"),
    ("which_number_", "small_talk"),
)


def _examples() -> Counter[tuple[str, str]]:
    """Training messages that the dialogue may answer."""
    out: Counter[tuple[str, str]] = Counter()
    for example in [*data.danger_examples(), *data.topic_examples()]:
        if example.risk in (None, *HARMLESS):
            out[example.topic, example.language] += 1
    for path in sorted((ROOT / "dialogues" / "nlu").glob("*.yml")):
        for intent, entry in keyed(path).items():
            for language, lines in (entry.value or {}).items():
                out[intent.partition("__")[0], str(language)] += len(lines)
    return out


def _conversations(folder: Path = CONVERSATIONS) -> Counter[tuple[str, str]]:
    """Played conversations in which a topic is expected."""
    out: Counter[tuple[str, str]] = Counter()
    for path in sorted(folder.glob("*.yml")):
        behaviour = yaml.safe_load(path.read_text(encoding="utf-8"))
        for name, steps in behaviour["talks"].items():
            told = [
                {**common, **(step.get("expect") or {})}
                for common, step in zip(behaviour["expect"], steps, strict=False)
            ]
            for topic in {str(expect["topic"]) for expect in told if expect.get("topic")}:
                out[topic, name.partition("-")[0]] += 1
    return out
