"""What the classifier makes of a message in its talk: what is read as one text, and what is only guessed."""

import numpy as np
import pytest
from numpy.typing import NDArray

from bot.embedding import embed, normalise
from escalation.danger import reader
from escalation.danger.assess import UNJUDGED, Assessor


@pytest.fixture(scope="module")
def assessor() -> Assessor:
    return Assessor.load()


def watched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the encoder reads from here on."""
    read: list[str] = []

    def reading(text: str) -> NDArray[np.float32]:
        read.append(text)
        return embed(text)

    monkeypatch.setattr(reader, "embed", reading)
    return read


HARMLESS = (
    "hi is this free",
    "i want to work in a hotel this summer",
    "how much do they pay in austria",
    "ok",
)


def test_a_harmless_talk_is_embedded_message_by_message_and_never_again(
    assessor: Assessor, monkeypatch: pytest.MonkeyPatch
) -> None:
    vectors = {text: embed(normalise(text)) for text in HARMLESS}
    read = watched(monkeypatch)
    for number, text in enumerate(HARMLESS):
        given = {"language": "en", "history": HARMLESS[:number], "vector": vectors[text], "judged": True}
        assert not assessor.assess(text, known=vectors, **given).escalate  # type: ignore[arg-type]
    assert read == []


def test_what_may_be_danger_in_pieces_is_read_as_one_text(
    assessor: Assessor, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = ("can my boss keep my passport", "yes he has it")
    vectors = {text: embed(normalise(text)) for text in talk}
    read = watched(monkeypatch)
    assert assessor.assess(talk[1], history=talk[:1], vector=vectors[talk[1]], known=vectors).escalate
    assert read == [normalise(". ".join(talk))]


def test_vectors_that_are_not_known_are_made_and_change_nothing(assessor: Assessor) -> None:
    talk = ("hi", "i am 15 and my boyfriend is 27", "he buys me things", "and he wants pictures now")
    vectors = {text: embed(normalise(text)) for text in talk}
    with_all = assessor.assess(talk[-1], history=talk[:-1], known=vectors, judged=True)
    with_some = assessor.assess(talk[-1], history=talk[:-1], known={talk[0]: vectors[talk[0]]}, judged=True)
    assert with_all == with_some == assessor.assess(talk[-1], history=talk[:-1], judged=True)


def test_where_judging_fails_a_human_reads(assessor: Assessor, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(text: str) -> None:
        raise RuntimeError

    monkeypatch.setattr(reader, "embed", fail)
    found = assessor.assess("what is the weather")
    assert found.escalate
    assert UNJUDGED in found.reasons
