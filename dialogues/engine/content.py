"""Reading what staff edit, and saying in one sentence, with file and line, what is wrong with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

SWITCHES = {True: "yes", False: "no"}  # YAML reads a bare yes or no as true or false


class ContentError(Exception):
    """Something in the content files is wrong; one line per problem."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Loader(yaml.CSafeLoader):
    """YAML that refuses the same key twice, where plain YAML silently keeps the last."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key, _ in node.value:
            name = self.construct_object(key, deep=True)
            if name in seen:
                raise ContentError([f"line {key.start_mark.line + 1}: {name} stands there twice"])
            seen.add(name)
        return dict(super().construct_mapping(node, deep=deep))


def short(path: Path) -> str:
    """A path as staff know it: the last three parts."""
    return "/".join(path.parts[-3:])


def load(path: Path) -> Any:
    """The content of one YAML file; any fault in it becomes a ContentError that names the file."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader)  # noqa: S506 (a subclass of the safe loader)
    except ContentError as error:
        raise ContentError([f"{short(path)}: {problem}" for problem in error.problems]) from None
    except UnicodeDecodeError:
        raise ContentError([f"{short(path)}: is not UTF-8 text"]) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 1}: " if mark else ""
        raise ContentError([f"{short(path)}: {line}{getattr(error, 'problem', 'is not YAML')}"]) from None


def switch(key: Any) -> Any:
    """A key that YAML read as true or false, as the word that was written."""
    return SWITCHES[key] if isinstance(key, bool) else key
