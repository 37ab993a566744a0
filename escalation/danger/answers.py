"""The lines the encoder was tuned with, nlu_data/encoder/answers.npz: where training begins."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.encoder import LAYERS

FILE = LAYERS.with_name("answers.npz")
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Answers:
    """Lines (n, 385) over sharp vectors, and the encoder they belong to."""

    encoder: str
    mean: Floats  # (384,)
    levels: Floats  # classifier.LEVELS
    named: Floats  # SIGNALS, then TOPICS


def read(path: Path = FILE) -> Answers:
    """What `make tune` wrote; raises OSError or ValueError where it is missing or damaged."""
    with np.load(path, allow_pickle=False) as file:
        return Answers(str(file["encoder"]), file["mean"], file["levels"], file["named"])


def write(answers: Answers, path: Path = FILE) -> None:
    """Beside the layers."""
    np.savez(
        path,
        encoder=np.array(answers.encoder),
        mean=answers.mean,
        levels=answers.levels,
        named=answers.named,
    )
