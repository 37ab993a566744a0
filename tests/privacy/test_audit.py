"""The retention audit finds nothing, and finds what is planted to be found."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def audit(*options: str) -> "subprocess.CompletedProcess[str]":
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "LANG": "C.UTF-8"}
    return subprocess.run(
        [sys.executable, "-m", "bot", "audit", *options],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def test_nothing_of_an_ended_conversation_is_found() -> None:
    found = audit()
    assert found.returncode == 0, found.stdout
    assert "0 hits" in found.stdout


def test_a_leak_is_found() -> None:
    found = audit("--self-test")
    assert found.returncode == 1
    assert "FOUND in store keys: hl:leak" in found.stdout
