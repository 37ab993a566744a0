"""docker-compose.yml as Docker Compose reads it: variables filled in, anchors and merges resolved."""

import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
GIVEN = {
    "HOTLINE_PUBLIC_URL": "https://text.example.org",
    "HOTLINE_CONSOLE_URL": "https://desk.example.org",
}
VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")


def filled(text: str, given: dict[str, str]) -> str:
    """`${NAME:-otherwise}` and `${NAME:?why}` as Compose fills them; raises KeyError for what is missing."""

    def value(found: re.Match[str]) -> str:
        name, how, otherwise = found.groups()
        if given.get(name):
            return given[name]
        if how == "-":
            return str(otherwise)
        raise KeyError(name)

    return VARIABLE.sub(value, text)


def read(given: dict[str, str] = GIVEN) -> dict[str, Any]:
    """The file, without the anchors' own blocks."""
    text = filled((ROOT / "docker-compose.yml").read_text(encoding="utf-8"), given)
    return {name: part for name, part in yaml.safe_load(text).items() if not name.startswith("x-")}
