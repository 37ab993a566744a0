"""`hotline content`: what staff run after an edit. The engine's own commands run in its own Python."""

import datetime
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bot.content import answers, fixed, opening, practice, reviews, services, table, ways
from bot.content.answers import TEXTS
from bot.content.finding import Finding, Unreadable
from bot.settings import ROOT, load
from escalation.practice.script import FOLDER as SCRIPTS

ENGINE_PYTHON = ROOT / "dialogues" / ".venv" / "bin" / "python"
DANGER = (sys.executable, "-m", "escalation.danger.train")


def check() -> int:
    """Texts alike in all languages, rules sound, models fresh; each finding names file and mend."""
    found = [*readable(ways.findings()), *readable(answers.findings()), *services.findings(today())]
    found += [*opening.findings(load().hours_file), *readable(practice.findings())]
    said = fixed.findings()
    for finding in [*said, *found]:
        print(finding)
    wrong = sum(not finding.soon for finding in found) + len(said)
    unread = [review.name for review in reviews.reviews() if not review.by]
    print(f"{len(unread)} files of texts wait for a native speaker: hotline content table names the topics.")
    unread = [review.name for review in reviews.reviews(SCRIPTS) if not review.by]
    print(f"{len(unread)} files of the practice room (escalation/practice) wait for one, too.")
    codes = [wrong, _validate(), _run(*DANGER, "--check")]
    print("Content is in order." if not any(codes) else "Content needs a hand: see above.")
    return 1 if any(codes) else 0


def readable(findings: Iterator[Finding]) -> Iterator[Finding]:
    """The findings, ended by that of a file which cannot be read."""
    try:
        yield from findings
    except Unreadable as error:
        yield error.finding


def today() -> datetime.date:
    """The day on which services are judged."""
    return datetime.datetime.now(datetime.UTC).date()


def show_table() -> int:
    """Topics by languages."""
    print(table.HEAD)
    for row in table.rows():
        print(row)
    return 0


def note_review(path: Path, by: str) -> int:
    """Note that a native speaker has read a file of texts as it is now."""
    try:
        texts = SCRIPTS if path.resolve().is_relative_to(SCRIPTS) else TEXTS
        print(f"noted: {by} has read {reviews.reviewed(path, by, today(), texts)}")
    except ValueError as error:
        print(error)
        return 1
    return 0


def train(*, if_stale: bool) -> int:
    """Train what is older than its data (or all): the dialogue model, then the danger classifier."""
    if not if_stale or _engine("stale", quiet=True):
        print("· training the dialogue model (about a minute)", flush=True)
        if _engine("train"):
            return 1
    if not if_stale or _run(*DANGER, "--check", quiet=True):
        print("· training the danger classifier", flush=True)
        if _run(*DANGER):
            return 1
    return 0


def test(*, danger: bool, files: tuple[Path, ...], attacks: int, page: Path | None) -> int:
    """Figures on held-out data, or on the files given."""
    wanted = [
        *(("--attacks", str(attacks)) if attacks else ()),
        *(("--page", str(page.resolve())) if page else ()),
    ]
    code = _run(
        sys.executable, "-m", "escalation.danger.evaluate", *wanted, *(str(file.resolve()) for file in files)
    )
    return code if danger else code or _engine("test")


def _validate() -> int:
    """The engine's own check, which finds rules that contradict each other; silent when all is well."""
    command = (str(ENGINE_PYTHON), "-m", "engine.commands", "validate")
    done = subprocess.run(  # noqa: S603 - our own command
        command, cwd=ROOT / "dialogues", capture_output=True, text=True, check=False
    )
    if done.returncode:
        print((done.stdout + done.stderr).strip())
    return done.returncode


def _engine(command: str, *, quiet: bool = False) -> int:
    return _run(str(ENGINE_PYTHON), "-m", "engine.commands", command, quiet=quiet, folder=ROOT / "dialogues")


def _run(*command: str, quiet: bool = False, folder: Path = ROOT) -> int:
    silent = subprocess.DEVNULL if quiet else None
    return subprocess.run(command, cwd=folder, stdout=silent, stderr=silent, check=False).returncode  # noqa: S603
