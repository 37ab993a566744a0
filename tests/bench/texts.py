"""What the phones write: the project's own examples, in four languages, always in the same order."""

import itertools
import random
from collections.abc import Iterator

from bot.commands import command_in
from bot.sandbox.twilio.keywords import keyword
from escalation.danger.data import Example, danger_examples, topic_examples

LANGUAGES = ("en", "sq", "bcms", "ro")
SEED = 7
# These end the bot's part of a talk: a person is called.
FOR_A_PERSON = {"talk_to_human", "disclosure"}
URGENT = {"danger", "emergency"}


def harmless(each: int) -> list[Example]:
    """So many of each language that the dialogue is to answer; no word that is a command."""
    usable = [
        example
        for example in topic_examples()
        if example.topic not in FOR_A_PERSON
        and command_in(example.text, example.language) is None
        and keyword(example.text) is None
    ]
    return list(_mixed(usable, each))


def urgent(each: int) -> list[Example]:
    """So many of each language that belong to a human at once."""
    return list(_mixed([example for example in danger_examples() if example.risk in URGENT], each))


def _mixed(examples: list[Example], each: int) -> Iterator[Example]:
    """Languages in turn, so that whoever stops early has all of them."""
    columns = []
    for language in LANGUAGES:
        own = [example for example in examples if example.language == language]
        columns.append(random.Random(SEED).sample(own, min(each, len(own))))
    for row in itertools.zip_longest(*columns):
        yield from (example for example in row if example is not None)
