"""The judgement as the turn uses it: the committed rules and the committed model together."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from bot.embedding import embed, normalise
from escalation.danger import classifier, rules
from escalation.danger.assess import UNJUDGED, Assessor
from escalation.danger.taxonomy import RISKS, SIGNALS, TOPICS

MESSAGE = "tuku me ako ne donesem pare"


@pytest.fixture(scope="module")
def assessor() -> Assessor:
    return Assessor.load()


def test_nothing_is_degraded_as_committed(assessor: Assessor) -> None:
    assert assessor.degraded == ()


@pytest.mark.parametrize(
    ("text", "language", "risk", "signals"),
    [
        (MESSAGE, "bcms", "danger", {"violence"}),
        (
            "ma ka marre pasaporten dhe s'me le te dal",
            "sq",
            "emergency",
            {"documents_taken", "confinement"},
        ),
        ("he locked me in the basement and took my passport", "en", "emergency", {"confinement"}),
        ("nu mai vreau sa traiesc", "ro", "danger", {"suicide_self_harm"}),
        ("ме заклучија во соба и не ме пуштаат", "mk", "emergency", {"confinement"}),
    ],
)
def test_danger_is_escalated_with_signals_and_reasons(
    assessor: Assessor, text: str, language: str, risk: str, signals: set[str]
) -> None:
    found = assessor.assess(text)
    assert (found.language, found.escalate) == (language, True)
    assert RISKS.index(found.risk) >= RISKS.index(risk)
    assert signals <= set(found.signals)
    assert found.reasons
    assert found.score >= 0.5


@pytest.mark.parametrize(
    "text",
    [
        "hello",
        "faleminderit shume",
        "koliko kosta poruka",
        "cine citeste ce scriu aici",
        "what papers do i need to work in germany in summer",
        "kome da se javim za stipendiju",
    ],
)
def test_ordinary_questions_stay_with_the_bot(assessor: Assessor, text: str) -> None:
    found = assessor.assess(text)
    assert not found.escalate
    assert found.risk in ("none", "concern")


@pytest.mark.parametrize(
    "text",
    [
        "i want to talk to a real person",
        "HUMAN!!",
        "dua te flas me nje njeri",
        "daj mi covjeka",
        "хоћу да причам са човеком",
        "vreau sa vorbesc cu un om",
        "nu vreau robot, da mi un om",
        "voglio parlare con una persona vera",
    ],
)
def test_a_request_for_a_person_always_brings_one(assessor: Assessor, text: str) -> None:
    found = assessor.assess(text)
    assert found.wants_person
    assert found.escalate


def test_labels_are_those_of_the_taxonomy(assessor: Assessor) -> None:
    found = assessor.assess("moj gazda nam je uzeo pasose i ne placa nas")
    assert found.risk in RISKS
    assert found.topic in TOPICS
    assert set(found.signals) <= set(SIGNALS)
    assert 0 <= found.score <= 1


@pytest.mark.parametrize("text", [MESSAGE, "help me", "po me rreh tani", "he raped me"])
def test_reasons_never_hold_the_message(assessor: Assessor, text: str) -> None:
    for found in (assessor.assess(text), assessor.assess("ok", history=[text])):
        shown = " ".join(found.reasons).lower() + repr(found).lower()
        assert text not in shown


def test_a_given_vector_gives_the_same_verdict(assessor: Assessor) -> None:
    assert assessor.assess(MESSAGE, vector=embed(normalise(MESSAGE))) == assessor.assess(MESSAGE)


@pytest.mark.parametrize(
    "text",
    [
        "t u k u  m e ako ne donesem pare",
        "TUKU ME AKO NE DONESEM PARE!!!",
        "tuku\u200b me ako ne do\u00adnesem pare",
        "tuкu mе ako ne donesem pare",
        "туку ме ако не донесем паре",
        "tuuuuku meee ako ne donesem pare",
    ],
)
def test_disguise_does_not_hide_danger(assessor: Assessor, text: str) -> None:
    assert assessor.assess(text).escalate


def test_danger_at_the_end_of_a_very_long_text_is_found(assessor: Assessor) -> None:
    text = (
        "danas je bilo lijepo vrijeme i isli smo u skolu. " * 60 + "tata me tuce kaisem svaku noc i bojim se."
    )
    assert assessor.assess(text).escalate


@pytest.mark.parametrize("text", ["", " ", "?", "😀", "0" * 5000, "\u200b", "\ud800"])
def test_texts_that_say_nothing_are_judged_and_harmless(assessor: Assessor, text: str) -> None:
    assert assessor.assess(text).risk in ("none", "concern")


@pytest.mark.parametrize("denial", ["just kidding", "salim se haha", "po bej shaka", "glumeam lol", "ok"])
def test_taking_back_never_lowers(assessor: Assessor, denial: str) -> None:
    before = assessor.assess("my uncle beats me every night with a belt")
    after = assessor.assess(denial, history=["hi", "my uncle beats me every night with a belt"])
    assert before.escalate
    assert after.escalate
    assert RISKS.index(after.risk) >= RISKS.index(before.risk)
    assert any("earlier in the talk" in reason for reason in after.reasons)


def test_an_answer_is_read_with_the_question_before_it(assessor: Assessor) -> None:
    assert assessor.assess("yes he has it", history=["can my boss keep my passport"]).escalate
    assert assessor.assess("da kod njega je", history=["smije li gazda drzati moj pasos"]).escalate
    assert not assessor.assess("yes thank you", history=["can my boss keep my passport"]).escalate


def test_warning_signs_add_up_over_messages(assessor: Assessor) -> None:
    talk = [
        "a guy from instagram offered me a job in italy",
        "he said dont tell my parents",
        "he needs my passport",
    ]
    assert assessor.assess("we leave tonight", history=talk).escalate
    assert not assessor.assess("the bus is at nine", history=["we have a school trip to the lake"]).escalate


def test_a_talk_of_ordinary_questions_stays_ordinary(assessor: Assessor) -> None:
    talk = ["hello", "what documents do i need for a summer job", "and how much is a visa"]
    assert not assessor.assess("thanks a lot", history=talk).escalate


def test_without_the_classifier_rules_judge_and_the_rest_goes_to_a_human(tmp_path: Path) -> None:
    degraded = Assessor.load(model_folder=tmp_path)
    assert any(part.startswith("classifier") for part in degraded.degraded)
    assert degraded.assess(MESSAGE).risk == "danger"
    harmless = degraded.assess("what is the weather")
    assert harmless.escalate
    assert harmless.risk == "none"
    assert UNJUDGED in harmless.reasons


@pytest.mark.parametrize("part", ["model.npz", "card.json"])
@pytest.mark.parametrize("damage", [b"", b"garbage", None])
def test_a_damaged_model_is_told_and_never_raises(tmp_path: Path, part: str, damage: bytes | None) -> None:
    for name in ("model.npz", "card.json"):
        shutil.copy(classifier.FOLDER / name, tmp_path / name)
    content = (tmp_path / part).read_bytes()
    (tmp_path / part).write_bytes(content[: len(content) // 2] if damage is None else damage)
    degraded = Assessor.load(model_folder=tmp_path)
    assert degraded.degraded
    assert degraded.assess("anything at all").escalate


def test_a_model_whose_parts_do_not_fit_is_refused(tmp_path: Path) -> None:
    shutil.copy(classifier.FOLDER / "card.json", tmp_path / "card.json")
    with np.load(classifier.FOLDER / "model.npz") as content:
        arrays = {name: content[name] for name in content.files}
    arrays["lines"] = arrays["lines"][:, :-1]
    np.savez(tmp_path / "model.npz", **arrays)
    with pytest.raises(classifier.ModelError):
        classifier.Classifier.load(tmp_path)


def test_a_broken_rules_file_is_told_and_its_language_judged_more_carefully(tmp_path: Path) -> None:
    for path in rules.FOLDER.glob("*.yml"):
        shutil.copy(path, tmp_path / path.name)
    (tmp_path / "ro.yml").write_text("rules: [", encoding="utf-8")
    degraded = Assessor.load(rules_folder=tmp_path)
    assert degraded.degraded == ("rules: ro.yml: ParserError",)
    assert degraded._limits("ro").escalate < degraded._limits("en").escalate


def test_a_missing_rules_file_is_told(tmp_path: Path) -> None:
    for path in rules.FOLDER.glob("*.yml"):
        if path.name != "sq.yml":
            shutil.copy(path, tmp_path / path.name)
    assert Assessor.load(rules_folder=tmp_path).degraded == ("rules: sq.yml is missing",)


class Certain:
    """A classifier that gives every text the same chance of danger."""

    encoder = ""

    def __init__(self, chance: float) -> None:
        self.chance = chance
        self.thresholds = classifier.Classifier.load().thresholds

    def judge(self, text: str, vector: object) -> classifier.Judgement:
        chance = self.chance_of(text)
        return classifier.Judgement(chance, 0.0, chance, (), "off_topic", 0.0)

    def chance_of(self, text: str) -> float:
        return self.chance

    def near(self, vectors: Sequence[object], texts: Sequence[str]) -> NDArray[np.float32]:
        return np.zeros(384, dtype=np.float32)

    def suspicion(self, near: float, worst: float) -> float:
        return 1.0  # the last few are always read as one text

    def similar(self, vector: object, text: str, language: str) -> None:
        return None


@pytest.mark.parametrize(
    ("text", "chance", "risk", "escalated"),
    [
        ("he locked me in the basement", 0.01, "concern", False),
        ("he locked me in the basement", 0.05, "emergency", True),
        ("he l-o-c-k-e-d me in the basement", 0.01, "emergency", True),
    ],
)
def test_a_rule_alone_offers_a_person_where_the_classifier_is_certain(
    text: str, chance: float, risk: str, escalated: bool
) -> None:
    books, _ = rules.read_books()
    found = Assessor(books, Certain(chance), ()).assess(text, language="en")  # type: ignore[arg-type]
    assert (found.risk, found.escalate) == (risk, escalated)
    assert found.reasons


class InContext(Certain):
    """A classifier that knows what it says of each text; of all others, and of talks, `chance`."""

    def __init__(self, known: dict[str, float], chance: float) -> None:
        super().__init__(chance)
        self.known = known

    def chance_of(self, text: str) -> float:
        return self.known.get(text, self.chance)


def in_context(known: dict[str, float], chance: float, books: Sequence[rules.Book] | None = None) -> Assessor:
    books = rules.read_books()[0] if books is None else books
    return Assessor(books, InContext(known, chance), ())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("alone", "talk", "escalated"),
    [(0.6, 0.1, False), (0.75, 0.1, True), (0.6, 0.5, True)],
)
def test_a_doubtful_line_in_a_harmless_talk_offers_a_person_and_calls_nobody(
    alone: float, talk: float, escalated: bool
) -> None:
    judge = in_context({"nine hundred euro": alone, "hello": 0.0}, talk)
    found = judge.assess("nine hundred euro", language="en", history=["hello"], judged=True)
    assert (found.escalate, found.risk) == (escalated, "danger" if escalated else "concern")


def test_where_the_rules_are_missing_no_line_is_doubted_away() -> None:
    judge = in_context({"nine hundred euro": 0.6, "hello": 0.0}, 0.1, books=())
    assert judge.assess("nine hundred euro", language="en", history=["hello"], judged=True).escalate


def test_what_was_raised_in_its_time_stays_raised() -> None:
    known = {"first words": 0.6, "later words": 0.6, "thanks": 0.0}
    judge = in_context(known, 0.1)
    assert judge.assess("thanks", language="en", history=["first words"]).escalate
    assert not judge.assess("thanks", language="en", history=["thanks", "later words"]).escalate
