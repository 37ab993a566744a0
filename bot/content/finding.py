"""One thing that a check found, and reading the files it speaks of with their lines."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, where, and what mends it; `soon` is not wrong yet and fails nothing."""

    path: Path
    line: int
    problem: str
    mend: str
    soon: bool = False

    def __str__(self) -> str:
        path = self.path.relative_to(ROOT) if self.path.is_relative_to(ROOT) else self.path
        return f"{path}:{self.line}: {self.problem} -> {self.mend}"


@dataclass(frozen=True, slots=True)
class Entry:
    """A value of a YAML file with the line on which it begins."""

    value: Any
    line: int


class Unreadable(ValueError):
    """A file that is no YAML; carries the finding."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(str(finding))
        self.finding = finding


def keyed(path: Path) -> dict[str, Entry]:
    """The top keys of a YAML mapping; raises Unreadable."""
    return dict(_pairs(_root(path), path))


def items(path: Path, key: str) -> list[Entry]:
    """The entries of a list that stands under a top key; raises Unreadable."""
    for name, node in getattr(_root(path), "value", ()):
        if name.value == key:
            return [Entry(_built(one), one.start_mark.line + 1) for one in node.value]
    return []


def line_of(path: Path, words: str) -> int:
    """The first line that holds these words, or the first of the file."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if words in line:
            return number
    return 1


def _pairs(node: Any, path: Path) -> Iterator[tuple[str, Entry]]:
    if not isinstance(node, yaml.MappingNode):
        if node is not None:
            raise Unreadable(Finding(path, 1, "it does not hold keys with texts", "write `key:` before each"))
        return
    for name, value in node.value:
        yield str(name.value), Entry(_built(value), name.start_mark.line + 1)


def _root(path: Path) -> Any:
    try:
        return yaml.compose(path.read_text(encoding="utf-8"), Loader=LOADER)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise Unreadable(
            Finding(path, line, "it cannot be read", "look at quotes, colons and indents there")
        ) from None


def _built(node: Any) -> Any:
    loader = yaml.SafeLoader("")
    try:
        return loader.construct_object(node, deep=True)
    finally:
        loader.dispose()
