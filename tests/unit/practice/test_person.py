"""Made-up young people react by simple, honest rules."""

from dataclasses import replace

from escalation.practice.cues import cues
from escalation.practice.person import Person, Says
from escalation.practice.script import Script, scripts
from escalation.practice.seen import Seen

SAFE, KIND, NUMBER = "Is it safe for you to text?", "Thank you for telling me.", "Call 116 111, please."
OTHER = "I see."


def script(name: str) -> Script:
    return next(one for one in scripts(("en",)) if one.name == name)


def person(name: str) -> Person:
    return Person(script(name), cues("en"))


def texts(says: list[Says]) -> list[str]:
    return [one.text for one in says]


def test_they_answer_what_they_are_asked_and_not_five_questions_at_once() -> None:
    one = person("locked_in")
    said = one.hears("Is it safe to text? Which country are you in? How old are you? What is your name?")
    assert texts(said) == [
        "its ok for now he left. he comes back about 9",
        "austria i think. vienna? there is a big train station",
    ]


def test_pressed_they_fall_silent_until_something_kind_is_said() -> None:
    one = person("locked_in")
    assert texts(one.hears("You have to tell me your name.")) == ["i dont want to.. wait"]
    assert one.hears("Answer me now.") == []
    assert one.hears(SAFE) == []
    assert one.hears("I am sorry this happened, but why did you go there?") == []
    assert texts(one.hears(f"{KIND} {SAFE}")) == ["ok im here. im just scared"]
    assert texts(one.hears(SAFE)) == ["its ok for now he left. he comes back about 9"]


def test_after_a_while_they_thank_and_still_answer_what_they_are_asked() -> None:
    one = person("locked_in")
    said = [texts(one.hears(OTHER)) for _ in range(6)]
    assert said[-1][-1] == "ok i will call now. thank u for staying"
    assert one.hears(OTHER) == []
    assert texts(one.hears(SAFE)) == ["its ok for now he left. he comes back about 9"]


def test_some_end_with_delete_and_some_write_no_more() -> None:
    one, other = person("pictures"), person("prank")
    assert texts([says for _ in range(5) for says in one.hears(OTHER)])[-1] == "DELETE"
    assert one.hears(SAFE) == []
    assert texts([says for _ in range(4) for says in other.hears(OTHER)])[-1].startswith("ok bye")
    assert other.hears(SAFE) == []


def test_under_cover_they_are_away_for_a_while() -> None:
    one = person("engagement")
    one.hears(SAFE)
    said = one.hears(KIND)
    assert texts(said) == [
        "thank u",
        "PIZZA ROMA",
        "BLUE UMBRELLA",
        "sorry my uncle came in. he is gone now",
    ]
    assert said[2].pause == 60


def test_whoever_comes_back_answers_again() -> None:
    one = person("job_abroad")
    assert texts([says for _ in range(4) for says in one.hears(OTHER)])[-1].startswith("wait this is my stop")
    assert one.hears(KIND) == []
    assert "again" in texts(one.returns())[0]
    assert texts(one.hears(KIND)) == ["thank u"]


def seen(name: str, known: set[str]) -> Seen:
    return Seen(replace(script(name), hopes=tuple(HOPED)), cues("en"), known, claimed_at=100.0)


HOPED = (
    *("answered", "asked_safe", "gave_number", "no_promise", "no_blame", "no_pressure"),
    *("held_back", "let_finish"),
)


def hopes(one: Seen) -> dict[str, bool]:
    return {hope.name: hope.seen for hope in one.look_back().hopes}


def test_the_look_back_says_what_was_seen() -> None:
    one = seen("many_texts", {"116111"})
    one.answer(f"{KIND} {SAFE}", 160.0, covered=False, writing=False)
    one.answer(NUMBER, 900.0, covered=False, writing=True)
    assert hopes(one) == dict.fromkeys(HOPED, True)
    assert not one.look_back().other_number


def test_the_look_back_says_what_was_not() -> None:
    one = seen("many_texts", {"116111"})
    one.answer(
        "Why did you wait? You must tell me. I promise nobody will know.", 9e3, covered=True, writing=True
    )
    one.answer("Call 0800 123 456.", 9.1e3, covered=False, writing=False)
    assert hopes(one) == dict.fromkeys(HOPED, False)
    assert one.look_back().other_number


def test_who_never_answered_did_not_answer_in_time() -> None:
    found = hopes(seen("many_texts", set()))
    assert not found["answered"]
    assert not found["let_finish"]


def test_what_is_kept_of_a_talk_holds_no_word_of_it() -> None:
    one = seen("many_texts", set())
    one.answer("a word of mine that nobody lists", 100.0, covered=False, writing=False)
    assert "word of mine" not in repr(one)
