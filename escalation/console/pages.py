"""Turning templates into pages. Everything that is put in is escaped."""

from functools import cached_property
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from escalation.console.catalogue import Words
from escalation.console.moments import day, iso

HERE = Path(__file__).parent
STATIC_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


class Pages:
    """The templates and static files, read once."""

    def __init__(self, *, practice: bool = False) -> None:
        self._practice = practice
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._templates.filters["iso"] = iso
        self._templates.filters["day"] = day

    def render(self, template: str, words: Words, **context: object) -> str:
        values: dict[str, object] = {"note": "", "account": None, "form": "", "t": words, **context}
        values |= {
            "practice": self._practice,
            "site": words("practice.name" if self._practice else "page.name"),
        }
        return self._templates.get_template(template).render(values)

    @cached_property
    def static(self) -> dict[str, tuple[bytes, str]]:
        """Every static file by name, with its type: nothing else on the disk can be asked for."""
        return {
            path.name: (path.read_bytes(), STATIC_TYPES[path.suffix])
            for path in sorted((HERE / "static").iterdir())
            if path.suffix in STATIC_TYPES
        }
