"""The engine starts only with what it needs, and says in one sentence what is missing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.paths import ROOT
from tests.conftest import TOKEN, Server


def start(*arguments: str, **settings: str) -> tuple[int, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")}
    result = subprocess.run(
        [sys.executable, "-m", "engine.launcher", *arguments],
        cwd=ROOT,
        env={**kept, **settings},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return result.returncode, result.stdout + result.stderr


def test_without_a_token_it_does_not_start() -> None:
    code, said = start()
    assert code == 2
    assert said == "HOTLINE_ENGINE_TOKEN is missing or shorter than 16 characters.\n"


@pytest.mark.parametrize("port", ["0", "70000", "http", "-1"])
def test_a_wrong_port_is_named_and_the_token_is_not(port: str) -> None:
    code, said = start(HOTLINE_ENGINE_TOKEN=TOKEN, HOTLINE_ENGINE_PORT=port)
    assert (code, said) == (2, "HOTLINE_ENGINE_PORT is not a port number.\n")


def test_without_a_model_it_says_how_to_make_one(tmp_path: Path) -> None:
    code, said = start("--model", str(tmp_path / "none.tar.gz"), HOTLINE_ENGINE_TOKEN=TOKEN)
    assert code == 2
    assert said == "There is no trained model: run `python -m engine.commands train` first.\n"


def test_a_token_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(TOKEN + "\n")
    settings = {"HOTLINE_ENGINE_TOKEN_FILE": str(tmp_path / "token")}
    code, said = start("--model", str(tmp_path / "none.tar.gz"), **settings)
    assert "no trained model" in said
    code, said = start(HOTLINE_ENGINE_TOKEN_FILE=str(tmp_path / "missing"))
    assert code == 2
    assert "cannot be read" in said


def test_a_damaged_model_is_refused(tmp_path: Path) -> None:
    damaged = tmp_path / "engine.tar.gz"
    damaged.write_bytes(b"not an archive")
    code, said = start("--model", str(damaged), HOTLINE_ENGINE_TOKEN=TOKEN)
    assert code == 2
    assert said.startswith("The model cannot be loaded (")


def test_a_taken_address_is_said(server: Server) -> None:
    code, said = start(HOTLINE_ENGINE_TOKEN=TOKEN, HOTLINE_ENGINE_PORT=str(server.port))
    assert code == 2
    assert said == "The address is taken: another engine may be running. Set HOTLINE_ENGINE_PORT.\n"
