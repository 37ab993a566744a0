"""The labelled messages that the classifier learns from, read from nlu_data."""

import hashlib
import zlib
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
    intent: str = ""  # what the dialogue calls it, where that is known


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
                for intent, text in _intents(path):
                    topic = intent.split("__")[0]
                    risk = None if topic in UNSURE else "none"
                    source = f"{folder.name}/{path.name}"
                    out.append(Example(text, folder.name, risk, (), topic, "intent", source, intent))
    return out


def read_file(path: Path) -> list[Example]:
    """The labelled messages of one file; its folder names the language, held out its own name does."""
    return _danger_file(path, path.stem if "heldout" in path.parts else path.parent.name)


def kept_back(normalised: str) -> bool:
    """Whether the encoder is never tuned on a text: a tenth, by which thresholds are chosen."""
    return zlib.crc32(normalised.encode()) % 10 == 0


def talks(root: Path = ROOT) -> list[Talk]:
    """The labelled talks of all languages."""
    return [talk for path in sorted((root / "danger" / "talks").glob("*.yml")) for talk in talk_file(path)]


def talk_file(path: Path) -> list[Talk]:
    """The labelled talks of one file, whose name is the language; raises DataError."""
    out = []
    for number, entry in enumerate(_load(path) or (), start=1):
        try:
            at, messages = entry["escalate_at"], tuple(map(str, entry["messages"]))
            until = None if at in ("never", None) else int(at)
            if until is not None and not 1 <= until <= len(messages):
                raise DataError(f"{path.name}, talk {number}: escalate_at is not one of its messages")
            out.append(Talk(str(entry["name"]), path.stem, messages, until))
        except (KeyError, TypeError, ValueError) as error:
            if isinstance(error, DataError):
                raise
            raise DataError(f"{path.name}, talk {number}: {type(error).__name__}") from error
    return out


def data_hash(root: Path = ROOT) -> str:
    """One hash over messages and talks of training: what they say, not how files are laid out."""
    digest = hashlib.sha256()
    for entry in [*danger_examples(root), *topic_examples(root), *talks(root)]:
        digest.update(repr(entry).encode())
    return digest.hexdigest()


def _danger_file(path: Path, language: str) -> list[Example]:
    out = []
    for number, group in enumerate(_load(path) or (), start=1):
        try:
            signals = tuple(group.get("signals") or ())
            intent = str(group.get("topic") or "disclosure")
            topic = intent.split("__")[0]
            if group["risk"] not in RISKS or not set(signals) <= set(SIGNALS) or topic not in TOPICS:
                raise DataError(f"{path.name}, group {number}: an unknown risk, signal or topic")
            style = str(group.get("style") or "other")
            source = f"{language}/{path.name}"
            for text in group["texts"]:
                out.append(Example(str(text), language, group["risk"], signals, topic, style, source, intent))
        except (KeyError, TypeError, AttributeError) as error:
            raise DataError(f"{path.name}, group {number}: {type(error).__name__}") from error
    return out


def _intents(path: Path) -> Iterator[tuple[str, str]]:
    for entry in (_load(path) or {}).get("nlu") or ():
        intent = str(entry.get("intent", ""))
        if intent.split("__")[0] in TOPICS:
            for line in str(entry.get("examples") or "").splitlines():
                if line.startswith("- ") and line[2:].strip():
                    yield intent, line[2:].strip()


def _load(path: Path) -> Any:
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)  # noqa: S506 - both are safe loaders
    except (yaml.YAMLError, OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path.name}: {type(error).__name__}") from error
