"""The retention audit finds nothing, and finds everything that is planted to be found."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.audit import command
from bot.audit.browser import missing
from bot.audit.leaks import KINDS
from bot.audit.marks import Marks
from bot.audit.searched import Searched
from bot.rests import EVERYWHERE

ROOT = Path(__file__).resolve().parents[2]
LONGEST_S = 300.0


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, "subprocess.Popen[str]"]]:
    """A small audit and its self-test, side by side, at a home and a temporary folder of their own."""
    started = {}
    for option in ("--small", "--self-test"):
        folder = tmp_path_factory.mktemp("audit")
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "TMPDIR": str(folder),
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(ROOT),
            "OMP_NUM_THREADS": "1",
        }
        started[option] = subprocess.Popen(
            [sys.executable, "-m", "bot", "audit", option],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    yield started
    for process in started.values():
        process.kill()
        process.wait()


def test_nothing_of_an_ended_talk_is_found(runs: dict[str, "subprocess.Popen[str]"]) -> None:
    said, _ = runs["--small"].communicate(timeout=LONGEST_S)
    assert runs["--small"].returncode == 0, said
    assert "\n0 hits." in said
    # Each row of the table is named, with what became of it.
    rows = [line for line in said.splitlines() if line.startswith("  ")]
    for rest in EVERYWHERE:
        [row] = [line for line in rows if line.startswith(f"  {rest.name} ")]
        assert any(words in row for words in (" searched: ", " not searched: ", " not ours")), row


def test_each_kind_of_leak_is_found(runs: dict[str, "subprocess.Popen[str]"]) -> None:
    said, _ = runs["--self-test"].communicate(timeout=LONGEST_S)
    planted = [kind for kind in KINDS if kind != "browser" or not missing()]
    assert [kind for kind in planted if f"leak in {kind}: found" not in said] == [], said
    assert runs["--self-test"].returncode == 0
    assert "\n0 hits." not in said


def test_one_hit_makes_it_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Searched(Marks())
    monkeypatch.setattr(command, "search", lambda **_: found)
    assert command.audit() == 0
    assert command.self_test() == 1, "no leak was found"
    found.look("metrics", "metrics of worker", found.marks.word("text").encode())
    assert command.audit() == 1
    assert list(found.hits) == ["metrics: metrics of worker: text"]
