"""Data files, the cost curve, folds and the stale check."""

import json
from pathlib import Path

import numpy as np
import pytest

from bot.embedding import normalise
from escalation.danger import classifier, curve, curve_page, data, fitting, leaks, letters, train
from escalation.danger.evaluate import wilson
from escalation.danger.tuning import lessons

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
    monkeypatch.setattr(train, "fingerprint", lambda: "of another encoder")
    assert train.check() == 1


def test_the_cost_curve_is_a_page_with_a_picture() -> None:
    page = curve_page.page()
    card = json.loads((classifier.FOLDER / "card.json").read_text(encoding="utf-8"))
    assert page.count("<svg") == 1
    assert f"{card['chosen']['missed']:g}" in page
    assert len(card["curve"]) > 20


def test_the_cheapest_point_balances_misses_and_alarms() -> None:
    chances = np.array([[0.9, 0.1], [0.8, 0.6], [0.2, 0.0], [0.1, 0.0]])
    levels, none = np.array(["danger", "emergency", "none", "none"]), np.zeros(4, dtype=bool)
    points = curve.points(
        chances, levels, np.array([False, False, True, False]), np.ones(4, dtype=bool), none
    )
    best = curve.cheapest(points)
    assert (best.missed, best.alarms, best.cost) == (0.0, 0.0, 0.0)
    assert best.emergency_floor <= 0.6
    assert best.escalate > 0.2


def test_a_line_tells_rows_apart_and_comes_out_the_same_twice() -> None:
    generator = np.random.default_rng(3)
    rows = generator.normal(size=(120, 16)).astype(np.float32)
    levels = np.array(["none", "concern", "danger", "emergency"] * 30)
    rows[np.isin(levels, ["danger", "emergency"]), 0] += 6
    targets = fitting.targets(levels, np.zeros(120, dtype=bool))
    start = np.zeros(17)
    one, other = (
        np.array([fitting.moved(rows, *target, start, 1.0) for target in targets]) for _ in range(2)
    )
    assert (one == other).all()
    scores = fitting.scores(rows, one)
    assert scores[levels == "danger", 0].min() > scores[levels == "none", 0].max()
    assert (scores[:, 3] < 0).all()  # nobody asks for a person here


def test_a_line_stays_where_it_began_unless_rows_speak_against_it() -> None:
    rows = np.eye(4, dtype=np.float32) * 10
    start = np.array([9.0, -9.0, 0.0, 0.0, 0.0])
    yes = np.array([True, False, True, False])
    line = fitting.moved(rows, yes, np.ones(4), start, 0.01)
    assert line[:2] == pytest.approx(start[:2], abs=0.01)
    assert line[2] > 0.03
    assert line[3] < -0.03


def test_spelling_tells_texts_apart() -> None:
    texts = ["he hits me", "she hits me", "good morning", "good evening"] * 3
    yes = np.array([True, True, False, False] * 3)
    table = fitting.letter_table(texts)
    lines = np.array([fitting.letter_line(table, yes, np.ones(len(texts)))], dtype=np.float32)
    found = fitting.letter_scores(table, lines)[:, 0]
    assert (found > 0).tolist() == yes.tolist()
    assert letters.scores(texts[0], lines)[0] == pytest.approx(found[0], abs=1e-4)
    assert letters.scores("he hitts me", lines)[0] > 0 > letters.scores("gud morning", lines)[0]
    assert np.isfinite(letters.scores("", lines)).all()


def test_calibration_makes_shares_of_scores() -> None:
    scores = np.repeat([-2.0, 2.0], 100)
    yes = np.array([number % 10 == 0 for number in range(100)] + [number % 10 != 0 for number in range(100)])
    weights = fitting.calibration(scores, np.zeros(200), yes, np.ones(200))
    two = np.array([[-2.0], [2.0]])
    low, high = classifier.probabilities(two, np.zeros((2, 1)), np.array([weights])).ravel()
    assert low == pytest.approx(0.1, abs=0.02)
    assert high == pytest.approx(0.9, abs=0.02)


def test_a_kept_back_tenth_is_never_tuned_on() -> None:
    asked = lessons.lessons()
    assert not any(data.kept_back(text) for text in asked.texts)
    everything = {normalise(example.text) for example in data.danger_examples()} - {""}
    kept = sum(data.kept_back(text) for text in everything)
    assert 0.08 < kept / len(everything) < 0.12


def test_the_held_out_part_is_not_known_to_training() -> None:
    held, trained = leaks.held_out_texts(), leaks.trained_texts()
    assert len(held) > 1000
    assert leaks.leaks(held, trained) == []
    assert leaks.leaks(["he hits me every night with a belt"], ["ok, he hits me every night with a BELT"])


def test_a_talk_that_ends_before_it_is_dangerous_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "en.yml"
    path.write_text("- {name: a, escalate_at: 3, messages: [hi, there]}", encoding="utf-8")
    with pytest.raises(data.DataError, match="talk 1"):
        data.talk_file(path)
    path.write_text("- {name: a, escalate_at: never, messages: [hi, there]}", encoding="utf-8")
    assert data.talk_file(path)[0].escalate_at is None


def test_intervals_are_wilsons() -> None:
    low, high = wilson(95, 100)
    assert (round(low, 3), round(high, 3)) == (0.888, 0.978)
