"""The trained half of the judgement: numpy only, one small file.

Lines over the sentence vector say how probable each level is, which signals and topic a text has and
whether it asks for a person; lines over how the text is spelt say a little more of the levels. A few of our
own examples are kept with it, to tell a counsellor what a message is like.
"""

import io
import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.embedding import DIMENSIONS, normalise
from escalation.danger import blend, letters
from escalation.danger.features import Vector, directions, sharp
from escalation.danger.taxonomy import SIGNALS, TOPICS

FOLDER = Path(__file__).with_name("model")
FORMAT = 5
LEVELS = ("escalate", "emergency", "concern", "person")
ALIKE = 0.6  # cosine from which an example is worth naming
ECHO = 0.5  # share of common words from which an example says what the person said
SPELT = 0.8  # how much spelling counts in telling topics apart; chosen on the tenth kept back


class ModelError(ValueError):
    """The model file is missing, damaged or of another make; the text says which and nothing else."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """Probabilities of one text or talk."""

    escalate: float
    emergency: float
    concern: float
    signals: tuple[str, ...]
    topic: str
    person: float
    topics: tuple[float, ...] = ()
    """How probable each of TOPICS is."""

    def raised(self, other: "Judgement") -> "Judgement":
        """The two together: the higher probabilities, the signals of the more dangerous one."""
        first, second = (self, other) if self.escalate >= other.escalate else (other, self)
        return Judgement(
            escalate=first.escalate,
            emergency=max(first.emergency, second.emergency),
            concern=max(first.concern, second.concern),
            signals=first.signals or second.signals,
            topic=first.topic,
            person=max(first.person, second.person),
            topics=first.topics,
        )


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where a probability becomes a verdict; chosen by training from the cost curve."""

    escalate: float
    emergency_floor: float
    emergency: float
    concern: float
    person: float
    talk: float
    sure_none: float
    read: float
    """From this suspicion on, the last few messages are read as one text."""

    @property
    def is_careful(self) -> bool:
        """Whether these stand in for a detector that is missing."""
        return self.escalate <= self.sure_none

    def careful(self) -> "Thresholds":
        """Where the other detector is missing: all that is not surely harmless goes to a human."""
        return replace(self, escalate=self.sure_none, talk=self.sure_none)


class Classifier:
    """A loaded model; `judge` holds nothing of what it judged."""

    def __init__(self, arrays: dict[str, NDArray[Any]], card: dict[str, Any]) -> None:
        self._mean = arrays["mean"].astype(np.float32)
        self._lines = arrays["lines"].astype(np.float32)
        self._letters = arrays["letters"].astype(np.float32)
        self._calibration = arrays["calibration"].astype(np.float64)
        self._blend = arrays["blend"].astype(np.float32)
        self._suspicion = arrays["suspicion"].astype(np.float64)
        self._examples = arrays["examples"]
        self._example_texts: list[str] = arrays["example_texts"].tolist()
        self._example_languages = arrays["example_languages"]
        self.thresholds = Thresholds(**{name: float(value) for name, value in card["thresholds"].items()})
        self.encoder = str(card["encoder"])  # the fingerprint of the encoder whose vectors it knows

    @classmethod
    def load(cls, folder: Path = FOLDER) -> "Classifier":
        """Read model.npz and card.json; raises ModelError."""
        try:
            card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
            packed = io.BytesIO((folder / "model.npz").read_bytes())
            with np.load(packed, allow_pickle=False) as content:
                arrays = {name: content[name] for name in content.files}
            if card["format"] != FORMAT:
                raise ModelError("the model is of another make")
            model = cls(arrays, card)
            model._check()
        except ModelError:
            raise
        except Exception as error:  # a damaged archive fails in many ways
            raise ModelError(f"the model cannot be read: {type(error).__name__}") from None
        return model

    def judge(self, text: str, vector: Vector) -> Judgement:
        """The probabilities of a normalised text with this vector."""
        row = sharp(vector, self._mean)
        scores = self._lines[:, :-1] @ row + self._lines[:, -1]
        spelt, of_topics = np.split(letters.scores(text, self._letters), [len(LEVELS)])
        if not np.isfinite(scores).all():
            raise ModelError("a score is no number")  # it would read as harmless
        levels, rest = scores[: len(LEVELS)], scores[len(LEVELS) :]
        escalate, emergency, concern, person = probabilities(levels[None], spelt[None], self._calibration)[0]
        topics = shares(rest[len(SIGNALS) :] + SPELT * of_topics)
        return Judgement(
            escalate=float(escalate),
            emergency=float(min(emergency, 1.0)),
            concern=float(max(concern, escalate)),
            signals=tuple(name for name, score in zip(SIGNALS, rest, strict=False) if score > 0),
            topic=TOPICS[int(topics.argmax())],
            person=float(person),
            topics=tuple(map(float, topics)),
        )

    def near(self, vectors: Sequence[Vector], texts: Sequence[str]) -> Vector:
        """About the vector of a few normalised texts as one, from those they have; oldest first."""
        return blend.blended(blend.features(vectors, texts, self._mean), self._blend)

    def suspicion(self, near: float, worst: float) -> float:
        """How probable danger is in a talk, by how its blend sounds and its worst message alone."""
        return blend.suspicion(near, worst, self._suspicion)

    def spelt(self, text: str) -> float:
        """How much the spelling alone of a normalised text is that of danger, 0 to 1; only for an order."""
        return float(1 / (1 + np.exp(-np.clip(letters.scores(text, self._letters)[0], -50, 50))))

    def similar(self, vector: Vector, text: str, language: str) -> str | None:
        """The example of ours most like a text, in its language; never the person's own words back."""
        row = directions(sharp(vector, self._mean))
        own = np.nonzero(self._example_languages == language)[0]
        if not len(own):
            return None
        likeness = directions(self._examples[own].astype(np.float32)) @ row
        said = set(normalise(text).split())
        for place in np.argsort(-likeness)[:5]:
            example = str(self._example_texts[own[place]])
            words = set(normalise(example).split())
            if likeness[place] >= ALIKE and len(words & said) < ECHO * min(len(words), len(said)):
                return example
        return None

    def _check(self) -> None:
        lines = len(LEVELS) + len(SIGNALS) + len(TOPICS)
        examples = len(self._example_texts)
        shapes = {
            "mean": (self._mean.shape, (DIMENSIONS,)),
            "lines": (self._lines.shape, (lines, DIMENSIONS + 1)),
            "letters": (self._letters.shape, (len(LEVELS) + len(TOPICS), letters.BUCKETS + 1)),
            "calibration": (self._calibration.shape, (len(LEVELS), 3)),
            "blend": (self._blend.shape, (blend.WIDTH + 1, DIMENSIONS)),
            "suspicion": (self._suspicion.shape, (3,)),
            "examples": (self._examples.shape, (examples, DIMENSIONS)),
            "example_languages": (self._example_languages.shape, (examples,)),
        }
        for name, (found, wanted) in shapes.items():
            if found != wanted:
                raise ModelError(f"the model's {name} have the wrong size")
        limits = np.array(astuple(self.thresholds))
        parts = (self._mean, self._lines, self._letters, self._calibration, self._blend, self._suspicion)
        if not all(np.isfinite(part).all() for part in (*parts, limits)):
            raise ModelError("the model holds numbers that are none")


def probabilities(
    scores: NDArray[Any], spelt: NDArray[Any], calibration: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Calibrated probabilities (rows, levels) of both raw scores: a weight for each, and a shift."""
    raised = scores.astype(np.float64) * calibration[:, 0] + spelt * calibration[:, 1] + calibration[:, 2]
    return np.asarray(1 / (1 + np.exp(-np.clip(raised, -50, 50))), dtype=np.float64)


def shares(scores: NDArray[Any]) -> NDArray[np.float64]:
    """Scores that exclude each other as shares of one."""
    powers = np.exp(scores.astype(np.float64) - scores.max())
    return np.asarray(powers / powers.sum(), dtype=np.float64)
