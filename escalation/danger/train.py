"""Train the danger classifier: `python -m escalation.danger.train`; --check only says whether it is stale.

Deterministic: the same data give the same files, byte for byte. Everything is chosen by cross-validation in
which near-duplicates and messages of one talk never stand on two sides.
"""

import argparse
import json
import os
import sys
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot import language
from bot.embedding import embed_many, normalise
from escalation.danger import curve, data, fitting, rules
from escalation.danger.classifier import FOLDER, FORMAT
from escalation.danger.context import together
from escalation.danger.features import centred, many_groups
from escalation.danger.taxonomy import SIGNALS, TOPICS

UNKNOWN, RAISED = "", "raised"  # levels of rows: risk not known; danger or emergency, not known which
SIGNAL_STRICTNESS, SIGNAL_SHIFT, TOPIC_STRICTNESS = 30.0, 0.6, 10.0


@dataclass(frozen=True, slots=True)
class Table:
    """All rows of training: one per different normalised text."""

    examples: list[data.Example]
    levels: NDArray[np.str_]
    vectors: NDArray[np.float32]


def main() -> int:
    """Train and write, or check; exit code 1 when the model is stale."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--check", action="store_true", help="say whether the model fits the data, train nothing"
    )
    if parser.parse_args().check:
        return check()
    os.environ.setdefault("OMP_NUM_THREADS", "2")
    write(*train())
    return 0


def check() -> int:
    """0 when the rules are sound and the committed model was trained on the data as they are now."""
    try:
        card = json.loads((FOLDER / "card.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        print("there is no model: run python -m escalation.danger.train")
        return 1
    found = rule_faults()
    for fault in found:
        print(fault)
    if card.get("data") != data.data_hash() or card.get("format") != FORMAT:
        found.append("the model is stale: the data have changed since it was trained")
        print(found[-1])
    if not found:
        print("the rules are sound and the model fits the data")
    return 1 if found else 0


def rule_faults() -> list[str]:
    """What is wrong with the phrase rules: unreadable files, missed examples, harmless messages hit."""
    books, broken = rules.read_books()
    return [*broken, *rules.faults(books, data.danger_examples() + data.topic_examples())]


def train() -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """The model's arrays and its card."""
    table = read()
    mean = np.round(table.vectors.mean(axis=0), 6).astype(np.float32)
    rows = centred(table.vectors, mean)
    letters = fitting.letter_matrix(many_groups([example.text for example in table.examples]))
    fold = fitting.folds(table.vectors, [example.source for example in table.examples])
    inputs = fitting.held_out(rows, letters, table.levels, fold)
    last = fitting.last_step(inputs, table.levels)
    chances = fitting.probabilities(inputs, last)
    heads = fitting.fit(rows, letters, table.levels)
    arrays: dict[str, NDArray[Any]] = {
        "mean": mean,
        "support": heads.support,
        "coefficients": heads.coefficients.astype(np.float16),
        "intercepts": heads.intercepts.astype(np.float32),
        "letters": heads.letters.astype(np.float16),
        "letter_intercepts": heads.letter_intercepts.astype(np.float32),
        "last": last.astype(np.float32),
        **label_lines(table, rows),
    }
    return arrays, card(table, rows, fold, chances)


def read() -> Table:
    """Danger messages, the dialogue's examples and the talks, each different text once, with its vector."""
    examples = [*data.danger_examples(), *data.topic_examples(), *talk_examples()]
    first: dict[str, data.Example] = {}
    for example in examples:
        first.setdefault(normalise(example.text), example)
    levels = np.array([example.risk or UNKNOWN for example in first.values()])
    vectors = embed_many(list(first)).astype(np.float16).astype(np.float32)
    return Table(list(first.values()), levels, vectors)


def talk_examples() -> list[data.Example]:
    """Talks as they are read together: raised where a human must be in, a concern before, or harmless."""
    out = []
    for talk in data.talks():
        source = f"talk:{talk.language}:{talk.name}"
        ends = [(len(talk.messages), "none")]
        if talk.escalate_at is not None:
            ends = [(talk.escalate_at, RAISED), (talk.escalate_at - 1, "concern")]
        for end, level in ends:
            if end > 0:
                text = together(talk.messages[:end])
                out.append(data.Example(text, talk.language, level, (), "disclosure", "talk", source))
    return out


def label_lines(table: Table, rows: fitting.Rows) -> dict[str, NDArray[np.float16]]:
    """The lines that name signals and topics."""
    told = np.array([example.style not in ("talk", "intent") for example in table.examples])
    marked = np.array([[name in example.signals for name in SIGNALS] for example in table.examples])
    topical = np.array([example.style != "talk" for example in table.examples])
    wanted = np.array([[name == example.topic for name in TOPICS] for example in table.examples])
    signals = fitting.lines(rows[told], marked[told], SIGNAL_STRICTNESS, SIGNAL_SHIFT)
    topics = fitting.lines(rows[topical], wanted[topical], TOPIC_STRICTNESS)
    return {"signals": signals.astype(np.float16), "topics": topics.astype(np.float16)}


def card(
    table: Table, rows: fitting.Rows, fold: NDArray[np.int64], chances: NDArray[np.float64]
) -> dict[str, Any]:
    """What the model was trained on, how its thresholds were chosen and what it does to held-out messages."""
    styles = np.array([example.style for example in table.examples])
    own = ~np.isin(styles, ["intent", "talk"])
    hard = np.isin(styles, list(curve.HARD))
    points = curve.points(chances, table.levels, hard, own)
    best = curve.cheapest(points)
    harmful = np.isin(table.levels, ["danger", "emergency"])
    wants = np.array([example.topic == "talk_to_human" for example in table.examples])
    person = held_out_person(table, rows, fold)
    talks = chances[styles == "talk"]
    told = table.levels[styles == "talk"]
    certain = told != "concern"
    talk = max(best.escalate, curve.best_split(talks[certain, 0], told[certain] == RAISED, 0.5))
    thresholds = {
        "escalate": best.escalate,
        "emergency_floor": best.emergency_floor,
        "emergency": curve.best_split(
            chances[own & harmful, 1], table.levels[own & harmful] == "emergency", 1.5
        ),
        "concern": curve.best_split(
            chances[own & ~harmful, 2], table.levels[own & ~harmful] == "concern", 1.0
        ),
        "person": curve.best_split(person[styles != "talk"], wants[styles != "talk"], 0.7),
        "talk": round(talk, 3),
        "sure_none": curve.sure_none(best.escalate),
    }
    return {
        "format": FORMAT,
        "data": data.data_hash(),
        "gamma": fitting.GAMMA,
        "thresholds": thresholds,
        "rows": {
            level or "topic only": int((table.levels == level).sum()) for level in sorted(set(table.levels))
        },
        "costs": {
            "alarm": curve.COST_ALARM,
            "missed danger": curve.COST_DANGER,
            "missed emergency": curve.COST_EMERGENCY,
        },
        "chosen": asdict(best),
        "by language": by_language(table, chances, best, own),
        "curve": [asdict(point) for point in curve.front(points, best.emergency_floor)],
    }


def held_out_person(table: Table, rows: fitting.Rows, fold: NDArray[np.int64]) -> NDArray[np.float64]:
    """How much each row asks for a person, by lines that never saw it."""
    wanted = np.array([[name == example.topic for name in TOPICS] for example in table.examples])
    out = np.zeros(len(rows))
    for number in range(fitting.FOLDS):
        inside = fold != number
        lines = fitting.lines(rows[inside], wanted[inside], TOPIC_STRICTNESS)
        units = rows[~inside] / np.linalg.norm(rows[~inside].astype(np.float64), axis=1, keepdims=True)
        scores = np.exp(units @ lines[:, :-1].T + lines[:, -1])
        out[~inside] = scores[:, TOPICS.index("talk_to_human")] / scores.sum(axis=1)
    return out


def by_language(
    table: Table, chances: NDArray[np.float64], best: curve.Point, own: NDArray[np.bool_]
) -> dict[str, dict[str, float]]:
    """Held-out recall and alarms of the classifier alone, per language."""
    raised = curve.is_raised(chances, best.escalate, best.emergency_floor)
    spoken = np.array([example.language for example in table.examples])
    out = {}
    for name in sorted(set(spoken)):
        here = own & (spoken == name)
        harmful, quiet = (
            here & np.isin(table.levels, ["danger", "emergency"]),
            here & (table.levels == "none"),
        )
        out[str(name)] = {
            "recall": round(float(raised[harmful].mean()), 3) if harmful.any() else 0.0,
            "alarms": round(float(raised[quiet].mean()), 3) if quiet.any() else 0.0,
            "harmful": int(harmful.sum()),
            "harmless": int(quiet.sum()),
        }
    return out


def write(arrays: dict[str, NDArray[Any]], facts: dict[str, Any]) -> None:
    """Both files of the model, and the letter groups of the language detector."""
    FOLDER.mkdir(exist_ok=True)
    np.savez_compressed(FOLDER / "model.npz", **arrays)  # type: ignore[arg-type]
    text = json.dumps(facts, indent=1, ensure_ascii=False)
    (FOLDER / "card.json").write_text(text + "\n", encoding="utf-8")
    spoken: dict[str, list[str]] = {}
    for example in [*data.danger_examples(), *data.topic_examples()]:
        spoken.setdefault(example.language, []).append(example.text)
    np.savez_compressed(language.MODEL_FILE, table=language.learn(spoken))
    print(json.dumps({"thresholds": facts["thresholds"], "chosen": facts["chosen"], **facts["by language"]}))


if __name__ == "__main__":
    sys.exit(main())
