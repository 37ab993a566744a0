"""One text, one vector: the same two functions as in the hotline's worker.

At run time the worker sends the vector and this engine never sees a text; the functions are used in training
and in `test`. tests/contract/embedding_examples.json holds both sides to the same answers.
"""

import os
import re
import unicodedata
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.encoder import Encoder, load

DIMENSIONS = 384
LONGEST = 600  # characters; the encoder reads 512 pieces at most
BATCH = 32  # texts the encoder reads at once where there are many

SERBIAN = str.maketrans(
    {
        "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "ђ": "đ", "е": "e", "ж": "ž", "з": "z", "и": "i",
        "ј": "j", "к": "k", "л": "l", "љ": "lj", "м": "m", "н": "n", "њ": "nj", "о": "o", "п": "p", "р": "r",
        "с": "s", "т": "t", "ћ": "ć", "у": "u", "ф": "f", "х": "h", "ц": "c", "ч": "č", "џ": "dž", "ш": "š",
    }
)  # fmt: skip
RUN = re.compile(r"([^\W\d_])\1{2,}")


def normalise(text: str) -> str:
    """The form of a text that is embedded: lower case, Latin where Serbian, no marks, nothing invisible."""
    text = unicodedata.normalize("NFKC", text).lower().translate(SERBIAN)
    text = "".join(letter for letter in text if letter.isspace() or unicodedata.category(letter)[0] != "C")
    text = unicodedata.normalize("NFKD", text).replace("đ", "dj")
    text = "".join(letter for letter in text if unicodedata.category(letter) != "Mn")
    text = RUN.sub(r"\1\1", text)
    return " ".join(text.split())[:LONGEST]


@lru_cache(maxsize=1)
def encoder() -> Encoder:
    """The encoder, loaded once per process; raises EncoderError."""
    return load()


def embed(text: str) -> NDArray[np.float32]:
    """The L2-normalised vector (384,) of one already normalised text."""
    return encoder().query(text)


def embed_many(texts: Sequence[str]) -> NDArray[np.float32]:
    """The vectors (n, 384) of already normalised texts, each the same as embed gives.

    Read in batches of alike length, one on each processor: the encoder lets other threads run.
    """
    vectors = np.empty((len(texts), DIMENSIONS), dtype=np.float32)
    read = encoder().query
    by_length = sorted(range(len(texts)), key=lambda row: len(texts[row]))
    batches = [by_length[start : start + BATCH] for start in range(0, len(texts), BATCH)]
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        found = threads.map(lambda rows: read([texts[row] for row in rows]), batches)
        for rows, some in zip(batches, found, strict=True):
            vectors[rows] = some
    return vectors
