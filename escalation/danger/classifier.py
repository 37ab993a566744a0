"""The trained half of the judgement: numpy only, one small file.

Heads over the sentence vector (support vectors shared by all) and over letter groups are added up by a last
logistic step into calibrated probabilities: escalate (danger or emergency), emergency, and concern or worse.
"""

import io
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from escalation.danger.features import BUCKETS, STEP, Vector, centred, groups, weight
from escalation.danger.taxonomy import SIGNALS, TOPICS

FOLDER = Path(__file__).with_name("model")
FORMAT = 1
LEVELS = ("escalate", "emergency", "concern")


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

    def careful(self) -> "Thresholds":
        """Where the other detector is missing: all that is not surely harmless goes to a human."""
        return replace(self, escalate=self.sure_none, talk=self.sure_none)


class Classifier:
    """A loaded model; `judge` holds nothing of what it judged."""

    def __init__(self, arrays: dict[str, NDArray[Any]], card: dict[str, Any]) -> None:
        self._mean = arrays["mean"]
        self._support = arrays["support"].astype(np.float32)
        self._squares = (self._support * self._support).sum(axis=1)
        self._coefficients = arrays["coefficients"].astype(np.float32)
        self._intercepts = arrays["intercepts"].astype(np.float32)
        self._letters = arrays["letters"].astype(np.float32)
        self._letter_intercepts = arrays["letter_intercepts"].astype(np.float32)
        self._last = arrays["last"].astype(np.float64)
        self._signals = arrays["signals"].astype(np.float32)
        self._topics = arrays["topics"].astype(np.float32)
        self._gamma = float(card["gamma"])
        self.thresholds = Thresholds(**card["thresholds"])
        self.data_hash = str(card["data"])

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

    def judge(self, vector: Vector, text: str) -> Judgement:
        """The probabilities of a text whose normalised form has this vector."""
        row = centred(vector[None, :], self._mean)[0].astype(np.float32)
        alike = np.exp(-self._gamma / STEP**2 * (self._squares + row @ row - 2 * (self._support @ row)))
        found = groups(text)
        heads = self._coefficients @ alike + self._intercepts
        letters = self._letters[:, found].sum(axis=1) * weight(found) + self._letter_intercepts
        inputs = np.concatenate([heads, letters, [1.0]])
        escalate, emergency, concern = 1 / (1 + np.exp(-(self._last @ inputs)))
        unit = row / max(1e-6, float(np.sqrt(row @ row)))
        signals = self._signals[:, :-1] @ unit + self._signals[:, -1]
        topics = self._topics[:, :-1] @ unit + self._topics[:, -1]
        shares = np.exp(topics - topics.max())
        shares /= shares.sum()
        return Judgement(
            escalate=float(escalate),
            emergency=float(min(emergency, 1.0)),
            concern=float(max(concern, escalate)),
            signals=tuple(name for name, score in zip(SIGNALS, signals, strict=True) if score > 0),
            topic=TOPICS[int(topics.argmax())],
            person=float(shares[TOPICS.index("talk_to_human")]),
        )

    def _check(self) -> None:
        rows = self._support.shape[0]
        shapes = {
            "support": self._support.shape[1:] == self._mean.shape,
            "coefficients": self._coefficients.shape == (len(LEVELS), rows),
            "letters": self._letters.shape[1] == BUCKETS,
            "last": self._last.shape == (len(LEVELS), len(LEVELS) + self._letters.shape[0] + 1),
            "signals": self._signals.shape[0] == len(SIGNALS),
            "topics": self._topics.shape[0] == len(TOPICS),
        }
        wrong = [name for name, right in shapes.items() if not right]
        numbers = (self._support, self._coefficients, self._last)
        if wrong or not all(np.isfinite(part).all() for part in numbers):
            raise ModelError("the model's parts do not fit together")
