"""The labelled messages that the classifier learns from, read from nlu_data."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from escalation.danger.taxonomy import RISKS, SIGNALS, TOPICS

ROOT = Path(__file__).resolve().parents[2] / "nlu_data"
APART = {"rules", "talks", "heldout"}  # folders of nlu_data/danger that hold something else
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# Intents whose examples may carry a risk of their own: they teach the topic only.
UNSURE = {"job_offer", "safe_migration", "seek_help", "worried_about_someone", "returning_home", "disclosure"}


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled message; risk is None where only the topic is known."""

    text: str
    language: str
    risk: str | None
    signals: tuple[str, ...]
    topic: str
    style: str
    source: str


@dataclass(frozen=True, slots=True)
class Talk:
    """One person's messages; escalate_at: the number of the one at which a human must be in, None: never."""

    name: str
    language: str
    messages: tuple[str, ...]
    escalate_at: int | None


class DataError(ValueError):
    """A data file that cannot be read; the text names file and group."""


def danger_examples(root: Path = ROOT) -> list[Example]:
    """Every labelled danger message, in file order."""
    out: list[Example] = []
    for folder in sorted((root / "danger").iterdir()):
        if folder.is_dir() and folder.name not in APART:
            for path in sorted(folder.glob("*.yml")):
                out += _danger_file(path, folder.name)
    return out


def topic_examples(root: Path = ROOT) -> list[Example]:
    """The dialogue's examples: their topic, and `none` where the intent cannot carry a risk."""
    out = []
    for folder in sorted(root.iterdir()):
        if folder.is_dir() and folder.name not in ("danger", "heldout"):
            for path in sorted(folder.glob("*.yml")):
                for topic, text in _intents(path):
                    risk = None if topic in UNSURE else "none"
                    source = f"{folder.name}/{path.name}"
                    out.append(Example(text, folder.name, risk, (), topic, "intent", source))
    return out


def read_file(path: Path) -> list[Example]:
    """The labelled messages of one file; its folder names the language, held out its own name does."""
    return _danger_file(path, path.stem if path.parent.name == "heldout" else path.parent.name)


def talks(root: Path = ROOT) -> list[Talk]:
    """The labelled talks of all languages."""
    out = []
    for path in sorted((root / "danger" / "talks").glob("*.yml")):
        for entry in _load(path) or ():
            at = entry["escalate_at"]
            out.append(
                Talk(
                    str(entry["name"]),
                    path.stem,
                    tuple(map(str, entry["messages"])),
                    None if at in ("never", None) else int(at),
                )
            )
    return out


def data_hash(root: Path = ROOT) -> str:
    """One hash over everything that training reads, by what it says and not by how the files are laid out."""
    digest = hashlib.sha256()
    for example in [*danger_examples(root), *topic_examples(root)]:
        digest.update(repr(example).encode())
    for talk in talks(root):
        digest.update(repr(talk).encode())
    return digest.hexdigest()


def _danger_file(path: Path, language: str) -> list[Example]:
    out = []
    for number, group in enumerate(_load(path) or (), start=1):
        try:
            signals = tuple(group.get("signals") or ())
            topic = str(group.get("topic") or "disclosure").split("__")[0]
            if group["risk"] not in RISKS or not set(signals) <= set(SIGNALS) or topic not in TOPICS:
                raise DataError(f"{path.name}, group {number}: an unknown risk, signal or topic")
            style = str(group.get("style") or "other")
            source = f"{language}/{path.name}"
            for text in group["texts"]:
                out.append(Example(str(text), language, group["risk"], signals, topic, style, source))
        except (KeyError, TypeError, AttributeError) as error:
            raise DataError(f"{path.name}, group {number}: {type(error).__name__}") from error
    return out


def _intents(path: Path) -> Iterator[tuple[str, str]]:
    for entry in (_load(path) or {}).get("nlu") or ():
        topic = str(entry.get("intent", "")).split("__")[0]
        if topic in TOPICS:
            for line in str(entry.get("examples") or "").splitlines():
                if line.startswith("- ") and line[2:].strip():
                    yield topic, line[2:].strip()


def _load(path: Path) -> Any:
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)  # noqa: S506 - both are safe loaders
    except (yaml.YAMLError, OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path.name}: {type(error).__name__}") from error
