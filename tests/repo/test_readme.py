"""The README says what the code says. HOTLINE_WRITE_README=1 writes its tables."""

import ast
import inspect
import os
import re
from pathlib import Path

from bot import rests, settings
from bot.keys import KEPT
from bot.settings import Settings, name_of

README = Path(__file__).resolve().parents[2] / "README.md"


def described() -> dict[str, str]:
    """Each setting with the sentence below it in the code."""
    [body] = [n for n in ast.parse(inspect.getsource(settings)).body if isinstance(n, ast.ClassDef)]
    found: dict[str, str] = {}
    for node, after in zip(body.body, [*body.body[1:], None], strict=True):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            text = (
                after.value.value
                if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
                else ""
            )
            found[node.target.id] = str(text)
    return found


def settings_table() -> str:
    rows = []
    for setting, text in described().items():
        default = Settings.__dataclass_fields__[setting].default
        shown = "" if setting == "staff_file" else f"`{default}`" if default not in ("", 0) else ""
        rows.append(f"| `{name_of(setting)}` | {shown} | {text} |")
    return "\n".join(["| setting | default | what it is |", "| --- | --- | --- |", *rows])


def keys_table() -> str:
    rows = [f"| `{k.pattern}` | {k.holds} | {k.lifetime} | {k.erased_by} |" for k in KEPT]
    return "\n".join(["| key | holds | lives | erased by |", "| --- | --- | --- | --- |", *rows])


def rests_table() -> str:
    rows = [
        f"| {r.name} | {r.what} | {r.why} | {r.lifetime} | {r.erased_by} | {r.whose} |" for r in rests.BESIDES
    ]
    head = ["| where | what | why | how long | erased by | whose place |", "| --- " * 6 + "|"]
    return "\n".join([*head, *rows])


def between(text: str, name: str) -> str:
    found = re.search(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", text, re.DOTALL)
    assert found is not None
    return found.group(1).strip()


def test_the_tables_are_those_of_the_code() -> None:
    text = README.read_text(encoding="utf-8")
    tables = {"settings": settings_table(), "keys": keys_table(), "rests": rests_table()}
    if os.environ.get("HOTLINE_WRITE_README"):
        for name, table in tables.items():
            pattern = rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)"
            text = re.sub(pattern, lambda m, t=table: f"{m[1]}{t}\n{m[2]}", text, flags=re.DOTALL)  # type: ignore[misc]
        README.write_text(text, encoding="utf-8")
    for name, table in tables.items():
        assert between(text, name) == table


def test_every_top_level_folder_is_named() -> None:
    folders = {p.name for p in README.parent.iterdir() if p.is_dir() and not p.name.startswith(".")}
    tracked = folders - {"run", "build"}
    text = README.read_text(encoding="utf-8")
    assert [name for name in sorted(tracked) if f"`{name}/" not in text] == []
