"""Train the danger classifier: `python -m escalation.danger.train`; --check only says whether it is stale.

Deterministic: the same data and encoder give the same files, byte for byte. The encoder was tuned on nine
tenths of the data (`make tune`); lines begin as it was tuned with and are fitted on these, probabilities and
thresholds on the tenth kept back.
"""

import argparse
import hashlib
import json
import os
import sys
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot import language
from bot.embedding import normalise
from bot.encoder import fingerprint
from escalation.danger import answers, blending, data, fitting, rules, setting
from escalation.danger.assess import DOUBTED
from escalation.danger.classifier import FOLDER, FORMAT, probabilities
from escalation.danger.features import sharp, small
from escalation.danger.taxonomy import SIGNALS, TOPICS
from escalation.danger.vectors import vectors_of

UNKNOWN = ""
HARMFUL = ("danger", "emergency")
OWN_TOPIC = 3.0  # how much a danger file's message counts in learning topics, against an example of an intent
NAMED_SHARE, NAMED_LONGEST = (
    3,
    90,
)  # one in so many harmful messages is kept as an example, none longer than this


@dataclass(frozen=True, slots=True)
class Table:
    """All rows of training, one per different normalised text, and where each belongs."""

    texts: list[str]  # normalised
    examples: list[data.Example]
    levels: NDArray[np.str_]
    asks: NDArray[np.bool_]  # for a person
    kept_back: NDArray[np.bool_]
    vectors: NDArray[np.float32]


def main() -> int:
    """Train and write, or check; exit code 1 when the model is stale."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--check", action="store_true", help="say whether the model fits the data, train nothing"
    )
    if parser.parse_args().check:
        return check()
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # each processor reads its own batch
    write(*train())
    return 0


def check() -> int:
    """0 when the rules are sound and the committed model was trained on the data as they are now."""
    late = stale()
    found = [*rule_faults(), *([late] if late else [])]
    for fault in found:
        print(fault)
    if not found:
        print("the rules are sound and the model fits the data")
    return 1 if found else 0


def stale() -> str | None:
    """Why the model must be trained again, in one sentence; None when it need not be; at once."""
    try:
        card = json.loads((FOLDER / "card.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return "there is no model: run python -m escalation.danger.train"
    model = FOLDER / "model.npz"
    if not model.is_file() or card.get("model") != hashlib.sha256(model.read_bytes()).hexdigest():
        return "the model's two files do not belong together: train anew"
    if card.get("data") != data.data_hash() or card.get("format") != FORMAT:
        return "the model is stale: the data have changed since it was trained"
    if card.get("encoder") != fingerprint():
        return "the model is stale: the encoder has been tuned again since it was trained"
    return None


def rule_faults() -> list[str]:
    """What is wrong with the phrase rules: unreadable files, missed examples, harmless messages hit."""
    books, broken = rules.read_books()
    return [*broken, *rules.faults(books, data.danger_examples() + data.topic_examples())]


def train() -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """The model's arrays and its card."""
    begun = answers.read()
    if begun.encoder != fingerprint():
        raise data.DataError("answers.npz belongs to another encoder: run make tune")
    table = read()
    tuned, kept = ~table.kept_back, table.kept_back
    rows = sharp(table.vectors, begun.mean)
    wanted = fitting.targets(table.levels, table.asks)
    levels = np.array(
        [
            fitting.moved(rows[tuned], yes[tuned], counts[tuned], start)
            for (yes, counts), start in zip(wanted, begun.levels, strict=True)
        ]
    )
    spelt = fitting.letter_table(table.texts)
    letter_lines = np.array(
        [fitting.letter_line(spelt[tuned], yes[tuned], counts[tuned]) for yes, counts in wanted]
    )
    letter_lines = letter_lines.astype(np.float16)
    topic_letters = fitting.topic_letters(spelt, *asked(table), len(TOPICS)).astype(np.float16)
    scored, spelt_scored = fitting.scores(rows, levels), fitting.letter_scores(spelt, letter_lines)
    calibration = np.array(
        [
            fitting.calibration(scored[kept, head], spelt_scored[kept, head], yes[kept], counts[kept])
            for head, (yes, counts) in enumerate(wanted)
        ]
    )
    arrays: dict[str, NDArray[Any]] = {
        "mean": begun.mean,
        "lines": np.vstack([levels, labels(table, rows, begun.named)]).astype(np.float32),
        "letters": np.vstack([letter_lines, topic_letters]),
        "calibration": calibration,
        **named(table, rows),
    }
    chances = probabilities(scored[kept], spelt_scored[kept], calibration)
    examples = [example for example, back in zip(table.examples, kept, strict=True) if back]
    model = setting.Scorer(begun.mean, levels, letter_lines.astype(np.float32), calibration)
    talks = setting.talk_chances(examples, model)
    heard = ruled(examples) & (chances[:, 0] >= DOUBTED)
    found = setting.chosen(examples, chances, talks, heard)
    bars = found["thresholds"]
    few = blending.learn(
        data.danger_examples(),
        begun.mean,
        lambda texts, vectors: model.chances(texts, vectors)[:, 0],
        (bars["escalate"], bars["talk"]),
    )
    arrays |= {"blend": few.table, "suspicion": few.line}
    bars["read"], found["last few"] = few.bar, few.counted
    return arrays, card(table, found)


def read() -> Table:
    """Danger messages and the dialogue's examples, each different text once, with its vector."""
    first: dict[str, data.Example] = {}
    for example in [*data.danger_examples(), *data.topic_examples()]:
        text = normalise(example.text)
        if text:
            first.setdefault(text, example)
    examples = list(first.values())
    return Table(
        list(first),
        examples,
        np.array([example.risk or UNKNOWN for example in examples]),
        np.array([example.topic == "talk_to_human" for example in examples]),
        np.array([data.kept_back(text) for text in first]),
        vectors_of(list(first)),
    )


def ruled(examples: list[data.Example]) -> NDArray[np.bool_]:
    """Which messages a phrase rule sends to a human."""
    books, _ = rules.read_books()
    return np.array(
        [
            any(match.rule.level in HARMFUL for match in rules.matches(books, [example.text]))
            for example in examples
        ]
    )


def labels(table: Table, rows: NDArray[np.float32], begun: NDArray[np.float32]) -> NDArray[np.float64]:
    """The lines that name signals and topics.

    A signal is learned from what may have one, a topic from what the bot may answer: that is where it counts.
    """
    tuned = ~table.kept_back
    told = np.array([example.style != "intent" for example in table.examples])
    signals = [
        fitting.moved(rows[tuned], has[tuned], told[tuned].astype(float), start)
        for has, start in (
            (np.array([name in example.signals for example in table.examples]), begun[number])
            for number, name in enumerate(SIGNALS)
        )
    ]
    return np.vstack([*signals, fitting.topic_lines(rows, *asked(table), len(TOPICS))])


def asked(table: Table) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The topic of each row, and how much it counts."""
    told = np.array([example.style != "intent" for example in table.examples])
    topics = np.array([TOPICS.index(example.topic) for example in table.examples])
    learned = ~np.isin(table.levels, HARMFUL) & ~table.kept_back
    return topics, np.where(told, OWN_TOPIC, 1.0) * learned


def named(table: Table, rows: NDArray[np.float32]) -> dict[str, NDArray[Any]]:
    """Some short harmful messages of ours, to tell a counsellor what a message is like."""
    chosen = [
        number
        for number, example in enumerate(table.examples)
        if example.risk in HARMFUL
        and len(example.text) <= NAMED_LONGEST
        and zlib.crc32(example.text.encode()) % NAMED_SHARE == 0
    ]
    return {
        "examples": small(rows[chosen]),
        "example_texts": np.array([table.examples[number].text for number in chosen]),
        "example_languages": np.array([table.examples[number].language for number in chosen]),
    }


def card(table: Table, settings: dict[str, Any]) -> dict[str, Any]:
    """What the model was trained on, how thresholds were chosen, what it does to messages kept back."""
    counts = {
        level or "topic only": int((table.levels == level).sum()) for level in sorted(set(table.levels))
    }
    return {
        "format": FORMAT,
        "data": data.data_hash(),
        "encoder": fingerprint(),
        "rows": counts,
        **settings,
    }


def write(arrays: dict[str, NDArray[Any]], facts: dict[str, Any]) -> None:
    """Both files of the model, and the letter groups of the language detector."""
    FOLDER.mkdir(exist_ok=True)
    np.savez_compressed(FOLDER / "model.npz", **arrays)  # type: ignore[arg-type]
    facts["model"] = hashlib.sha256((FOLDER / "model.npz").read_bytes()).hexdigest()
    text = json.dumps(facts, indent=1, ensure_ascii=False)
    (FOLDER / "card.json").write_text(text + "\n", encoding="utf-8")
    spoken: dict[str, list[str]] = {}
    for example in [*data.danger_examples(), *data.topic_examples()]:
        spoken.setdefault(example.language, []).append(example.text)
    np.savez_compressed(language.MODEL_FILE, table=language.learn(spoken))
    told = {name: facts[name] for name in ("thresholds", "chosen", "last few")}
    print(json.dumps({**told, **facts["by language"]}))


if __name__ == "__main__":
    sys.exit(main())
