"""Where probabilities become verdicts: thresholds by the cost curve of the messages kept back from tuning."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.embedding import embed_many, normalise
from escalation.danger import curve, data, fitting
from escalation.danger.classifier import probabilities
from escalation.danger.context import together
from escalation.danger.features import sharp

HARMFUL = ("danger", "emergency")
TALK_ALARMS = 0.01  # of harmless talks, read together, that may go to a human
QUIET = 3  # harmless messages that are read together to choose the talk's threshold

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scorer:
    """What makes probabilities of texts and their vectors."""

    mean: NDArray[np.float32]
    lines: Floats
    letters: NDArray[np.float32]
    calibration: Floats

    def chances(self, texts: Sequence[str], vectors: NDArray[np.float32]) -> Floats:
        """The probabilities (texts, levels) of normalised texts."""
        scored = fitting.scores(sharp(vectors, self.mean), self.lines)
        spelt = fitting.letter_scores(fitting.letter_table(texts), self.letters)
        return probabilities(scored, spelt, self.calibration)


def chosen(
    kept: Sequence[data.Example], chances: Floats, talks: Floats, ruled: NDArray[np.bool_]
) -> dict[str, Any]:
    """Thresholds, the cost curve they come from and what they do, for the model's card."""
    levels = np.array([example.risk or "" for example in kept])
    asks = np.array([example.topic == "talk_to_human" for example in kept])
    own = np.array([example.style != "intent" for example in kept]) & ~asks
    hard = np.isin([example.style for example in kept], list(curve.HARD))
    harmful = np.isin(levels, HARMFUL)
    points = curve.points(chances, levels, hard, own, ruled)
    best = curve.cheapest(points)
    thresholds = {
        "escalate": best.escalate,
        "emergency_floor": best.emergency_floor,
        "emergency": curve.best_split(chances[harmful, 1], levels[harmful] == "emergency", 1.0),
        "concern": curve.best_split(chances[own & ~harmful, 2], levels[own & ~harmful] == "concern", 1.0),
        "person": curve.best_split(chances[:, 3], asks, 1.0),
        "talk": round(max(best.escalate, float(np.quantile(talks, 1 - TALK_ALARMS))), 3),
        "sure_none": curve.sure_none(best.escalate),
    }
    return {
        "thresholds": thresholds,
        "costs": {
            "alarm": curve.COST_ALARM,
            "missed danger": curve.COST_DANGER,
            "missed emergency": curve.COST_EMERGENCY,
        },
        "chosen": asdict(best),
        "by language": by_language(kept, chances, best, own, ruled),
        "curve": [asdict(point) for point in curve.front(points, best.emergency_floor)],
    }


def by_language(
    kept: Sequence[data.Example],
    chances: Floats,
    best: curve.Point,
    own: NDArray[np.bool_],
    ruled: NDArray[np.bool_],
) -> dict[str, dict[str, float]]:
    """Recall and alarms per language."""
    raised = ruled | curve.is_raised(chances, best.escalate, best.emergency_floor)
    spoken = np.array([example.language for example in kept])
    levels = np.array([example.risk or "" for example in kept])
    out = {}
    for name in sorted(set(spoken)):
        here = own & (spoken == name)
        harmful, quiet = here & np.isin(levels, HARMFUL), here & (levels == "none")
        out[str(name)] = {
            "recall": round(float(raised[harmful].mean()), 3) if harmful.any() else 0.0,
            "alarms": round(float(raised[quiet].mean()), 3) if quiet.any() else 0.0,
            "harmful": int(harmful.sum()),
            "harmless": int(quiet.sum()),
        }
    return out


def talk_chances(kept: Sequence[data.Example], model: Scorer) -> Floats:
    """How dangerous harmless talks look that are made of harmless messages kept back."""
    texts = []
    for name in sorted({example.language for example in kept}):
        quiet = [
            example.text
            for example in kept
            if example.language == name and example.risk == "none" and example.topic != "talk_to_human"
        ]
        texts += [
            normalise(together(quiet[start : start + QUIET]))
            for start in range(0, len(quiet) - QUIET + 1, QUIET)
        ]
    return model.chances(texts, embed_many(texts))[:, 0]
