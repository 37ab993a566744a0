"""The house rules a machine can hold: one way of imports, small files, no machine's name."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAX_LINES, MAX_FUNCTION = 300, 60
# What a module may not know. `bootstrap`, `roles` and the command line know everything.
NOT_KNOWN = {
    "bot.channels": ("bot.turn", "bot.outbox", "bot.inbox", "bot.sessions", "escalation", "bot.sandbox"),
    "bot.sessions": ("bot.turn", "bot.channels", "escalation", "bot.outbox", "bot.inbox"),
    "bot.vault": ("bot.turn", "bot.channels", "bot.sessions", "escalation"),
    "bot.outbox": ("bot.turn", "escalation", "bot.sender"),
    "bot.inbox": ("bot.turn", "escalation", "bot.outbox"),
    "bot.sandbox": ("bot.turn", "bot.outbox", "bot.inbox", "bot.vault", "bot.sessions", "escalation"),
    "escalation": (
        "bot.turn",
        "bot.sandbox",
        "bot.channels.sms.send",
        "bot.channels.telegram",
        "bot.bootstrap",
    ),
    "escalation.danger": (
        "bot.inbox",
        "bot.outbox",
        "bot.sessions",
        "bot.vault",
        "escalation.cases",
        "redis",
    ),
    "escalation.cases": ("escalation.danger", "escalation.console"),
    "escalation.practice": ("escalation.console",),
    "escalation.console": ("escalation.danger", "bot.inbox", "bot.outbox", "bot.sessions", "bot.vault"),
}
ONLY_SANDBOX = "bot.sandbox"
FORBIDDEN_NAMES = ("utils", "helpers", "manager")


def sources() -> Iterator[Path]:
    for folder in ("bot", "escalation", "tests", "dialogues/engine", "dialogues/tests"):
        yield from sorted((ROOT / folder).rglob("*.py"))


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{name.name}" for name in node.names)


def begins(module: str, prefix: str) -> bool:
    return module == prefix or module.startswith(prefix + ".")


@pytest.mark.parametrize("prefix", sorted(NOT_KNOWN))
def test_imports_point_one_way(prefix: str) -> None:
    wrong = [
        f"{module_of(path)} imports {name}"
        for path in sources()
        if begins(module_of(path), prefix)
        for name in imported(path)
        if any(begins(name, unknown) for unknown in NOT_KNOWN[prefix])
    ]
    assert wrong == []


def test_nothing_but_the_demo_knows_the_sandbox() -> None:
    wrong = [
        module_of(path)
        for path in sources()
        if begins(module_of(path), "bot") and not begins(module_of(path), ONLY_SANDBOX)
        for name in imported(path)
        if begins(name, ONLY_SANDBOX)
    ]
    assert wrong == []


def test_files_and_functions_stay_small() -> None:
    wrong = []
    for path in sources():
        text = path.read_text(encoding="utf-8")
        if text.count("\n") > MAX_LINES:
            wrong.append(f"{path.relative_to(ROOT)}: {text.count(chr(10))} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno
                if length > MAX_FUNCTION:
                    wrong.append(f"{path.relative_to(ROOT)}: {node.name} has {length} lines")
    assert wrong == []


def test_names_are_plain_field_words() -> None:
    assert [p.name for p in sources() if any(word in p.stem.split("_") for word in FORBIDDEN_NAMES)] == []


def test_no_file_names_a_machine_or_a_registry() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    words = [f"/{'work'}/", "pythonhosted" + ".org", "://pypi" + ".", "registry" + ".npmjs"]
    wrong = []
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        if not path.is_file() or path.suffix in {".npz", ".png", ".bin"}:
            continue
        text = path.read_text(encoding="utf-8", errors="ignore")
        wrong += [f"{name} names {word}" for word in words if word in text]
    assert wrong == []


def test_every_key_has_a_lifetime_in_the_table() -> None:
    from bot.keys import KEPT

    assert all(kept.lifetime and kept.erased_by and kept.holds for kept in KEPT)
    assert len({kept.pattern for kept in KEPT}) == len(KEPT)
