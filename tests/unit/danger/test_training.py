"""Data files, the cost curve, folds and the stale check."""

import json
from pathlib import Path

import numpy as np
import pytest

from escalation.danger import classifier, curve, data, fitting, train
from escalation.danger.evaluate import wilson
from escalation.danger.features import centred, groups, kernel

GROUP = """
- risk: danger
  signals: [violence]
  topic: disclosure
  style: plain
  texts: ["he hits me", "again"]
"""


def root(tmp_path: Path, group: str = GROUP) -> Path:
    folder = tmp_path / "danger" / "en"
    folder.mkdir(parents=True)
    (folder / "one.yml").write_text(group, encoding="utf-8")
    topics = tmp_path / "en"
    topics.mkdir()
    (topics / "privacy.yml").write_text(
        'version: "3.1"\nnlu:\n- intent: privacy__cost\n  examples: |\n    - is it free\n', encoding="utf-8"
    )
    return tmp_path


def test_messages_and_intents_are_read_with_their_labels(tmp_path: Path) -> None:
    here = root(tmp_path)
    first = data.danger_examples(here)[0]
    assert (first.text, first.language, first.risk, first.signals) == (
        "he hits me",
        "en",
        "danger",
        ("violence",),
    )
    assert [(one.text, one.topic, one.risk) for one in data.topic_examples(here)] == [
        ("is it free", "privacy", "none")
    ]


@pytest.mark.parametrize(("folder", "name"), [("sq", "one.yml"), ("heldout", "sq.yml")])
def test_folder_or_held_out_file_names_the_language(tmp_path: Path, folder: str, name: str) -> None:
    path = tmp_path / folder / name
    path.parent.mkdir()
    path.write_text(GROUP, encoding="utf-8")
    assert {one.language for one in data.read_file(path)} == {"sq"}


@pytest.mark.parametrize(
    "group",
    [
        GROUP.replace("risk: danger", "risk: bad"),
        GROUP.replace("[violence]", "[hitting]"),
        GROUP.replace("disclosure", "weather"),
        "- 3",
        "{",
    ],
)
def test_a_wrong_group_is_refused_by_file_and_number(tmp_path: Path, group: str) -> None:
    with pytest.raises(data.DataError, match=r"one\.yml"):
        data.danger_examples(root(tmp_path, group))


def test_one_changed_line_changes_the_hash_and_makes_the_model_stale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    here = root(tmp_path)
    before = data.data_hash(here)
    assert before == data.data_hash(here)
    (here / "danger" / "en" / "one.yml").write_text(GROUP.replace("again", "again!"), encoding="utf-8")
    assert data.data_hash(here) != before
    monkeypatch.setattr(data, "data_hash", lambda: "another")
    monkeypatch.setattr(train, "rule_faults", list)
    assert train.check() == 1
    assert "stale" in capsys.readouterr().out


def test_a_fresh_model_passes_the_check(monkeypatch: pytest.MonkeyPatch) -> None:
    card = json.loads((classifier.FOLDER / "card.json").read_text(encoding="utf-8"))
    monkeypatch.setattr(data, "data_hash", lambda: card["data"])
    monkeypatch.setattr(train, "rule_faults", list)
    assert train.check() == 0


def test_likenesses_share_a_fold() -> None:
    vectors = np.random.default_rng(0).normal(size=(40, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors[20:] = vectors[:20] + 1e-4
    fold = fitting.folds(vectors, ["x"] * 38 + ["talk:en:a"] * 2)
    assert (fold[20:] == fold[:20]).all()
    assert fold[38] == fold[39]
    assert set(fold) == set(range(fitting.FOLDS))


def test_the_cheapest_point_balances_misses_and_alarms() -> None:
    chances = np.array([[0.9, 0.1], [0.8, 0.6], [0.2, 0.0], [0.1, 0.0]])
    levels = np.array(["danger", "emergency", "none", "none"])
    points = curve.points(chances, levels, np.array([False, False, True, False]), np.ones(4, dtype=bool))
    best = curve.cheapest(points)
    assert (best.missed, best.alarms, best.cost) == (0.0, 0.0, 0.0)
    assert best.emergency_floor <= 0.6
    assert best.escalate > 0.2


def test_training_small_heads_twice_gives_the_same_numbers() -> None:
    generator = np.random.default_rng(3)
    rows = centred(generator.normal(size=(60, 384)).astype(np.float32), np.zeros(384, dtype=np.float32))
    levels = np.array(["none", "concern", "danger", "emergency"] * 15)
    letters = fitting.letter_matrix(
        [groups(f"text number {number} {levels[number]}") for number in range(60)]
    )
    one, other = (fitting.fit(rows, letters, levels) for _ in range(2))
    assert (one.coefficients == other.coefficients).all()
    assert (one.letters == other.letters).all()
    assert kernel(rows[:2], rows[:2], 1.0)[0, 0] == 1.0


def test_intervals_are_wilsons() -> None:
    low, high = wilson(95, 100)
    assert (round(low, 3), round(high, 3)) == (0.888, 0.978)
