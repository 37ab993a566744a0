"""Whether the trained model still fits its inputs: one hash over everything that goes into it.

Imports nothing but the standard library, so that the question is answered at once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engine import paths

TRAINED_BY = ("assemble", "content", "embedding", "encoder", "featurizer", "intent", "linear", "vectors")
NLU_FOLDERS = tuple(folder for language in paths.LANGUAGES for folder in (language, f"danger/{language}"))


def inputs() -> Iterator[Path]:
    """Every file that decides what the model is. Held-out data is none of them and is never opened."""
    yield paths.CONFIG
    yield from sorted((paths.NLU_DATA / "encoder").glob("*.npz"))
    for name in TRAINED_BY:
        yield paths.ROOT / "engine" / f"{name}.py"
    for folder in (
        paths.DOMAIN,
        paths.RULES,
        paths.OWN_NLU,
        *(paths.TEXTS / code for code in paths.LANGUAGES),
    ):
        yield from sorted(folder.glob("*.yml"))
    for name in NLU_FOLDERS:
        yield from sorted((paths.NLU_DATA / name).glob("*.yml"))


def fingerprint() -> str:
    """The hash of all inputs, with their names."""
    total = hashlib.sha256()
    for path in inputs():
        name = path.relative_to(paths.ROOT.parent).as_posix()
        total.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()


def hash_of(model: Path) -> str:
    """The short name of a model archive."""
    return hashlib.sha256(model.read_bytes()).hexdigest()[:16]


def write(inputs_hash: str) -> None:
    content = {"inputs": inputs_hash, "model": hash_of(paths.MODEL)}
    paths.STAMP.write_text(json.dumps(content) + "\n", encoding="utf-8")


def stale() -> str | None:
    """Why the model must be trained again, in one sentence; None when it need not be."""
    if not paths.MODEL.is_file() or not paths.STAMP.is_file():
        return "There is no trained model."
    try:
        stamp: dict[str, Any] = json.loads(paths.STAMP.read_text(encoding="utf-8"))
    except ValueError:
        return "The model's stamp cannot be read."
    if stamp.get("inputs") != fingerprint():
        return "Texts, examples, rules or settings changed since the model was trained."
    return None
