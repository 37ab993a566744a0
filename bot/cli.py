"""The command line: `hotline`."""

import asyncio
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

import click

from bot import settings as settings_of
from bot.plainly import plainly
from bot.process import no_dumps
from bot.settings import Settings
from bot.staff import staff


def load() -> Settings:
    no_dumps()  # from here on there are secrets in our memory
    return settings_of.load()


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """A hotline young people text anonymously."""


@main.command()
@click.option("--demo", is_flag=True, help="Phones to text from and a counsellor to sign in as.")
@plainly
def run(demo: bool) -> None:
    """Everything on this machine, on an embedded store."""
    from bot.run import run as run_all

    run_all(load(), demo=demo)


@main.command()
@plainly
def gateway() -> None:
    """The webhooks of the providers."""
    from bot.roles import run_gateway, start

    start(run_gateway, load())


@main.command()
@plainly
def worker() -> None:
    """Turns, sending, erasing."""
    from bot.roles import run_worker, start

    start(run_worker, load())


@main.command()
@plainly
def console() -> None:
    """The counsellors' pages."""
    from bot.roles import run_console, start

    start(run_console, load())


@main.command()
@plainly
def engine() -> None:
    """The dialogue engine (Rasa)."""
    from bot.roles import run_engine

    run_engine(load())


@main.command()
@click.option("--language", default=None, help="Language to begin in: en, sq, bcms, ro.")
@click.option("--channel", type=click.Choice(["sms", "telegram"]), default="telegram")
@plainly
def chat(language: str | None, channel: str) -> None:
    """Talk in this terminal through the whole turn."""
    from bot.terminal import chat as talk

    asyncio.run(talk(load(), language, channel))


@main.command()
@click.option("--language", "languages", multiple=True, type=click.Choice(["en", "sq", "bcms", "ro"]))
@click.option("--trainee", "trainees", multiple=True, help="Name of an account; may be given several times.")
@plainly
def practice(languages: tuple[str, ...], trainees: tuple[str, ...]) -> None:
    """Made-up young people for new counsellors, on the real console, apart from real cases."""
    from bot.practice import practise

    practise(load(), languages, trainees)


@main.command()
@plainly
def assess() -> None:
    """JSON lines {id, text, language?, history?} in, verdicts out, in the same order."""
    from bot.terminal import assess_lines

    for line in assess_lines(json_lines(sys.stdin)):
        write(line)


@main.command()
@plainly
def converse() -> None:
    """JSON lines {id, channel, messages} in; each played through the real turn, store and engine."""
    from bot.terminal import converse_lines

    asyncio.run(converse_lines(load(), json_lines(sys.stdin), write))


@main.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of lines.")
@plainly
def doctor(as_json: bool) -> None:
    """What is wrong with settings, store, engine, providers, clock, and how to mend it."""
    from bot.doctor import examine

    sys.exit(asyncio.run(examine(load(), as_json=as_json)))


@main.command()
@click.option("--month", default="", help="YYYY-MM; the last one that is over if not given.")
@plainly
def report(month: str) -> None:
    """A month's counts for donors: no small numbers, and nothing from which one could be told."""
    from bot.report import report as told

    asyncio.run(told(settings_of.required(load()), month))


@main.command()
@click.option("--self-test", is_flag=True, help="Plant a leak of each kind: all have to be found.")
@click.option("--live", is_flag=True, help="Look at the running store instead: read only, shapes alone.")
@click.option("--small", is_flag=True, help="One language for each end and channel.")
@click.option("--leak", "leaks", multiple=True, hidden=True, help="Plant this leak.")
@plainly
def audit(self_test: bool, live: bool, small: bool, leaks: tuple[str, ...]) -> None:
    """Lead marked talks through the real channels to every end, and search for what is left of them."""
    from bot.audit import command
    from bot.audit.live import look

    if live:
        sys.exit(look(load()))
    sys.exit(command.self_test() if self_test else command.audit(small=small, leaks=leaks))


@main.group()
def content() -> None:
    """What staff run after an edit: check, train, test."""


@content.command("check")
@plainly
def content_check() -> None:
    """Are the texts complete and alike in all languages, the rules sound, the models fresh?"""
    from bot.content.commands import check

    sys.exit(check())


@content.command("train")
@click.option("--if-stale", is_flag=True, help="Only what is older than its data.")
@plainly
def content_train(if_stale: bool) -> None:
    """Train the dialogue model and the danger classifier."""
    from bot.content.commands import train

    sys.exit(train(if_stale=if_stale))


@content.command("test")
@click.option("--danger", is_flag=True, help="Only the danger detection, worst misses first.")
@click.option("--attacks", default=0, help="With --danger: so many disguised messages of known danger.")
@click.option(
    "--page", type=click.Path(path_type=Path), help="With --danger: write the cost curve as a page."
)
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path))
@plainly
def content_test(danger: bool, attacks: int, page: Path | None, files: tuple[Path, ...]) -> None:
    """How well messages are understood, on held-out data or on FILES (.yml of ours, or .jsonl)."""
    from bot.content.commands import test

    sys.exit(test(danger=danger, files=files, attacks=attacks, page=page))


@content.command("table")
@plainly
def content_table() -> None:
    """Topics by languages: examples, answers, conversations, SMS segments, reviews that are open."""
    from bot.content.commands import show_table

    sys.exit(show_table())


@content.command("reviewed")
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@click.option("--by", required=True, help="Who has read it.")
@plainly
def content_reviewed(file: Path, by: str) -> None:
    """Note that a native speaker has read FILE (of dialogues/texts or escalation/practice) as it is now."""
    from bot.content.commands import note_review

    sys.exit(note_review(file, by))


main.add_command(staff)


def json_lines(source: TextIO) -> Iterator[dict[str, Any] | None]:
    """One object a line; None for a line that is none, so that order and count stay."""
    for line in source:
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except ValueError:
            found = None
        yield found if isinstance(found, dict) else None


def write(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stdout.flush()
