"""The scripts: sound, alike in all languages, and what is wrong with one is said with its place and mend."""

import re
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.content import practice, reviews
from bot.content.commands import readable
from bot.script import script_of, to_cyrillic
from bot.wording import LANGUAGES
from escalation.cases.case import RANK
from escalation.console.quick import FOLDER as QUICK
from escalation.console.quick import read as quick_answers
from escalation.practice.cues import cues
from escalation.practice.script import FOLDER, HARSH, HOPES, scripts
from escalation.practice.seen import SEEN

FEWEST = 4


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The scripts, to be spoiled."""
    for language in LANGUAGES:
        shutil.copytree(FOLDER / language, tmp_path / language)
    return tmp_path


def test_nothing_is_wrong_with_the_scripts_as_they_are() -> None:
    assert [str(one) for one in readable(practice.findings())] == []


def test_every_language_has_the_same_people_of_every_risk() -> None:
    played = list(scripts())
    counted = Counter(one.language for one in played)
    assert set(counted) == set(LANGUAGES)
    assert len(set(counted.values())) == 1
    assert min(counted.values()) >= FEWEST
    for language in LANGUAGES:
        mine = [one for one in played if one.language == language]
        assert {one.risk for one in mine} == set(RANK)
        assert {one.goes for one in mine} == {"thanks", "delete", "back", "quiet"}
        assert {one.channel for one in mine} == {"sms", "telegram"}
        assert any(one.cover for one in mine)
        assert any("set_limit" in one.hopes for one in mine)
    bcms = {script_of(" ".join(one.begins)) for one in played if one.language == "bcms"}
    assert bcms == {"latin", "cyrillic"}


def test_every_hope_can_be_seen_and_is_hoped_for_somewhere() -> None:
    assert SEEN.keys() == set(HOPES)
    assert {hope for one in scripts() for hope in one.hopes} == set(HOPES)


SPOILED: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "a script that only one language has": (
        lambda copy: shutil.copy(copy / "ro" / "prank.yml", copy / "ro" / "two.yml"),
        "sq/two.yml:1: this script is missing",
        "write it",
    ),
    "no answer to whether it is safe": (
        lambda copy: edit(copy / "en" / "prank.yml", "  safe:\n", "  quick:\n"),
        "`answers` has nothing for `safe`",
        "write what they say then",
    ),
    "a word that YAML reads as yes or no": (
        lambda copy: edit(copy / "sq" / "locked_in.yml", '"flm"', "no"),
        "`False` in `kind` is not read as text",
        "put it in quotes",
    ),
    "a number": (
        lambda copy: edit(copy / "ro" / "prank.yml", '"104"', '"suna la 0700 111 222"'),
        "has a number that could be somebody's",
        "take it out",
    ),
    "a text too long for anybody of their age": (
        lambda copy: edit(copy / "bcms" / "prank.yml", '"i pomfrit"', f'"{"slon " * 40}"'),
        "has 200 letters",
        "make two of it",
    ),
    "an unknown risk": (
        lambda copy: edit(copy / "en" / "prank.yml", "risk: none", "risk: high"),
        "prank.yml:5: `risk` is high",
        "one of none, concern",
    ),
    "an unknown hope": (
        lambda copy: edit(copy / "en" / "prank.yml", "hopes: [answered", "hopes: [cured"),
        "the hope `cured` is not known",
        "one of answered",
    ),
    "an end that does not erase": (
        lambda copy: edit(copy / "sq" / "pictures.yml", '"FSHI"', '"ciao"'),
        "their last text does not",
        "close with the word for DELETE",
    ),
    "nothing to come back with": (
        lambda copy: edit(copy / "ro" / "job_abroad.yml", "returns:", "later:"),
        "they come back and have nothing to say",
        "write `returns`",
    ),
    "a cover word that is none": (
        lambda copy: edit(copy / "bcms" / "engagement.yml", "ПИЦА РОМА", "БУРЕК"),
        "`БУРЕК` is not a cover word",
        "bot/texts/bcms.toml",
    ),
    "a bracket that is not closed": (
        lambda copy: edit(copy / "en" / "_cues.yml", '"i promise"', '"i (promise"'),
        "a bracket is not closed",
        "look at brackets",
    ),
    "a file that is no YAML": (
        lambda copy: edit(copy / "ro" / "prank.yml", "begins:", "begins: ["),
        "prank.yml:",
        "look at quotes, colons and indents",
    ),
}


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize("name", SPOILED)
def test_each_mistake_is_found_with_its_place_and_mend(name: str, copy: Path) -> None:
    spoil, problem, mend = SPOILED[name]
    spoil(copy)
    found = [str(one) for one in readable(practice.findings(copy))]
    assert [one for one in found if problem in one and mend in one and re.search(r"\.yml:\d+: ", one)], found


def test_a_native_speaker_is_asked_for_every_file(copy: Path) -> None:
    waiting = [one.name for one in reviews.reviews(copy) if not one.by]
    assert len(waiting) == sum(len(list((copy / language).glob("*.yml"))) for language in LANGUAGES)


CUES = {
    "en": {
        "blame": ("Why did you go with him?", "You should have told your mum.", "It was your own fault."),
        "pressed": ("You have to tell me your name.", "Calm down.", "Why don't you answer?"),
        "promise": ("I promise, everything will be ok.", "Nobody will know."),
        "limit": (
            "If you go on, I end this talk.",
            "That way of writing is not ok: please stop insulting us.",
        ),
        "age": ("how old are u?",),
        "kind": ("You don't have to tell me more.", "It is not your fault."),
        "": ("I can't promise that, but I try.", "Nobody says you are naive."),
    },
    "sq": {
        "blame": ("Pse shkove me të?", "Duhej t'i kishe thënë nënës.", "Faji yt është."),
        "pressed": ("Duhet të më thuash emrin.", "Qetësohu.", "Pse nuk përgjigjesh?"),
        "promise": ("Të premtoj që gjithçka do të jetë mirë.", "Askush nuk do ta mësojë."),
        "limit": ("Do ta mbyll bisedën nëse vazhdon.", "Të lutem mos na ofendo."),
        "age": ("sa vjec je?",),
        "kind": ("Nuk duhet të tregosh më shumë, ti vendos.", "Nuk është faji yt."),
        "": ("Nuk mund të të premtoj, por do të përpiqem.", "Askush nuk thotë që je naive."),
    },
    "bcms": {
        "blame": ("Zašto si išla s njim?", "Требала си рећи мами.", "Sama si kriva."),
        "pressed": ("Moraš mi reći ime.", "Смири се.", "Zašto ne odgovaraš?"),
        "promise": ("Obećavam, sve će biti u redu.", "Нико неће сазнати."),
        "limit": ("Završit ću razgovor ako nastaviš.", "Nije u redu tako pisati."),
        "age": ("koliko imas godina?",),
        "kind": ("Ne moraš reći više.", "Ниси ти крива."),
        "": ("Ne mogu ti obećati, ali ću pokušati.", "Niko ne kaže da si naivna."),
    },
    "ro": {
        "blame": ("De ce ai plecat cu el?", "Trebuia să îi spui mamei.", "E vina ta."),
        "pressed": ("Trebuie să îmi spui numele.", "Calmează-te.", "De ce nu răspunzi?"),
        "promise": ("Îți promit că totul va fi bine.", "Nimeni nu va afla."),
        "limit": ("Închid discuția dacă continui.", "Nu e ok să scrii așa."),
        "age": ("cati ani ai?",),
        "kind": ("Nu trebuie să spui mai mult.", "Nu e vina ta."),
        "": ("Nu pot să promit, dar încerc.", "De ce ai nevoie acum?"),
    },
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_an_answer_holds_is_heard_and_nothing_else(language: str) -> None:
    for cue, texts in CUES[language].items():
        for text in texts:
            found = cues(language).found(text)
            assert not cue or cue in found, text
            assert not found & ({*HARSH, "promise"} - {cue}), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_quick_answers_of_the_console_are_good_ones(language: str) -> None:
    """Whoever uses them asks whether it is safe, and neither blames, presses nor promises."""
    answers = [one.text for one in quick_answers(QUICK / f"{language}.toml")]
    heard = [cues(language).found(text) for text in answers]
    assert set().union(*heard) >= {"safe", "now", "place", "alone", "kind"}
    assert set().union(*heard) & {*HARSH, "promise", "number"} == set()
    if language == "bcms":
        assert [cues(language).found(to_cyrillic(text)) for text in answers] == heard


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Is it safe to text right now?"),
        ("sq", "A është e sigurt të shkruash tani?"),
        ("bcms", "Да ли је сада безбедно писати?"),
        ("ro", "Poți scrie în siguranță acum?"),
    ],
)
def test_whether_it_is_safe_to_text_is_not_whether_there_is_danger(language: str, text: str) -> None:
    assert cues(language).found(text) == {"safe"}
