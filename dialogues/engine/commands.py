"""What staff run: `python -m engine.commands train|validate|test|assemble|stale|crossvalidate`.

train [--if-stale] [--allow-missing]   assemble, then Rasa's `train`; the model goes to models/engine.tar.gz
validate                               assemble, then Rasa's `data validate`
test [Rasa's own arguments]            without arguments: crossvalidate; else Rasa's `test` with our model
assemble [--allow-missing]             write build/, or list what is wrong with the content
stale                                  says whether the model must be trained again (exit code 1: it must)
crossvalidate                          how well intents and topics are recognised, per language
"""

from __future__ import annotations

import argparse
import logging
import os
import sys

from engine import paths, stamp
from engine.content import ContentError

TRAINED = paths.BUILD / "trained"
NO_TENSORFLOW = ("DIET", "TED", "ResponseSelector", "UnexpecTED", "Sparse")


def rasa(*arguments: str) -> None:
    """Run one of Rasa's own commands, without TensorFlow, telemetry or error reporting."""
    from engine import no_tensorflow  # noqa: F401 (before Rasa)
    from engine.quiet import hush

    os.chdir(paths.ROOT)
    sys.path.insert(0, str(paths.ROOT))
    hush(logging.ERROR)
    from rasa.__main__ import create_argument_parser

    hush(logging.ERROR)
    known = create_argument_parser().parse_args(list(arguments))
    known.func(known)


def build(allow_missing: bool) -> None:
    """Assemble, or stop with the list of problems."""
    from engine.assemble import assemble, report

    try:
        assemble(allow_missing=allow_missing)
    except ContentError as error:
        sys.exit(report(error))


def train(options: argparse.Namespace) -> int:
    if options.if_stale and stamp.stale() is None:
        print("The model is up to date.")
        return 0
    config = paths.CONFIG.read_text(encoding="utf-8")
    if named := [name for name in NO_TENSORFLOW if f"name: {name}" in config]:
        sys.exit(f"config.yml: {', '.join(named)} needs TensorFlow, which is not installed here.")
    before = stamp.fingerprint()
    build(options.allow_missing)
    data = [str(paths.BUILD / "nlu"), str(paths.BUILD / "rules")]
    where = ["--out", str(TRAINED), "--fixed-model-name", paths.MODEL.name.removesuffix(".tar.gz")]
    domain = str(paths.BUILD / "domain")
    rasa("train", "--domain", domain, "--data", *data, "--config", str(paths.CONFIG), *where)
    paths.MODELS.mkdir(exist_ok=True)
    (TRAINED / paths.MODEL.name).replace(paths.MODEL)
    stamp.write(before)
    return 0


def validate(options: argparse.Namespace) -> int:
    build(options.allow_missing)
    data = [str(paths.BUILD / "nlu"), str(paths.BUILD / "rules")]
    domain = str(paths.BUILD / "domain")
    rasa("data", "validate", "--domain", domain, "--data", *data, "--config", str(paths.CONFIG))
    print("Texts, examples and rules are whole.")
    return 0


def test(options: argparse.Namespace) -> int:
    if not options.rasa:
        return crossvalidate(options)
    rasa("test", *options.rasa, "--model", str(paths.MODEL), "--no-plot")
    return 0


def assemble(options: argparse.Namespace) -> int:
    build(options.allow_missing)
    print("Assembled into build/.")
    return 0


def stale(options: argparse.Namespace) -> int:
    reason = stamp.stale()
    print(reason or "The model is up to date.")
    return 1 if reason else 0


def crossvalidate(options: argparse.Namespace) -> int:
    from engine.crossvalidation import main

    try:
        main()
    except ContentError as error:
        sys.exit("\n".join(error.problems))
    return 0


COMMANDS = {
    "train": train,
    "validate": validate,
    "test": test,
    "assemble": assemble,
    "stale": stale,
    "crossvalidate": crossvalidate,
}


def main(arguments: list[str] | None = None) -> int:
    """Parse and run one command."""
    parser = argparse.ArgumentParser(prog="python -m engine.commands", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument(
        "--allow-missing", action="store_true", help="English stands in for texts not yet written"
    )
    parser.add_argument("--if-stale", action="store_true", help="train only if something changed")
    # Training embeds one text on each processor; two threads for one text would get in each other's way.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    options, more = parser.parse_known_args(arguments)
    if more and options.command != "test":
        parser.error(f"unknown: {' '.join(more)}")
    options.rasa = more
    return COMMANDS[options.command](options)


if __name__ == "__main__":
    sys.exit(main())
