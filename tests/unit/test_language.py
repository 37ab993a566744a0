"""Languages of short texts, and the alphabets of Serbian."""

import pytest

from bot import language
from bot.language import detect, known, learn
from bot.script import plain_latin, script_of, to_cyrillic, to_ekavian, to_latin


@pytest.mark.parametrize(
    ("text", "wanted", "script"),
    [
        ("tuku me ako ne donesem pare", "bcms", "latin"),
        ("ma ka marre pasaporten dhe s'me le te dal", "sq", "latin"),
        ("muj me shku n'gjermani pa viz", "sq", "latin"),
        ("ce fac daca mi-au luat buletinul", "ro", "latin"),
        ("what should i do if they keep my id", "en", "latin"),
        ("шта да радим ако ми узме пасош", "bcms", "cyrillic"),
        ("што да правам ако ми го земе пасошот", "mk", "cyrillic"),
        ("какво да правя ако ми вземе паспорта", "bg", "cyrillic"),
        ("cosa faccio se mi prende il passaporto", "it", "latin"),
        ("τι να κανω αν μου παρει το διαβατηριο", "el", "latin"),
        ("ndihme", "sq", "latin"),
        ("pomozite", "bcms", "latin"),
        ("ajutor va rog", "ro", "latin"),
    ],
)
def test_a_short_text_without_marks_is_told_apart(text: str, wanted: str, script: str) -> None:
    found = detect(text)
    assert (found.language, found.script) == (wanted, script)
    assert 0 < found.sure <= 1


@pytest.mark.parametrize("text", ["", "?", "👍", "123", "ok", "haha", "xd"])
def test_a_text_that_says_nothing_takes_the_language_of_the_talk_then_of_the_phone(text: str) -> None:
    assert detect(text, previous="sq", hint="ro").language == "sq"
    assert detect(text, hint="hr-HR").language == "bcms"
    assert detect(text).language == "en"
    assert detect(text).sure == 0


def test_a_word_that_several_languages_have_follows_the_talk() -> None:
    assert detect("da", previous="ro").language == "ro"
    assert detect("da", previous="bcms").language == "bcms"


def test_a_long_text_changes_the_language_of_the_talk() -> None:
    assert detect("i would rather write in english now please", previous="sq", hint="sq").language == "en"


@pytest.mark.parametrize(
    ("code", "wanted"),
    [("sr-Latn", "bcms"), ("hr", "bcms"), ("en_GB", "en"), ("mo", "ro"), ("de", None), (None, None)],
)
def test_codes_of_phones_are_understood(code: str | None, wanted: str | None) -> None:
    assert known(code) == wanted


def test_without_its_counted_letters_the_detector_still_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "_table", lambda: None)
    assert detect("ce fac daca mi-au luat buletinul").language == "ro"


def test_learning_is_deterministic_and_tells_languages_apart() -> None:
    texts = {
        "en": ["this is the way"],
        "sq": ["kjo eshte rruga"],
        "bcms": ["ovo je put"],
        "ro": ["asta este drumul"],
    }
    table = learn(texts)
    assert (table == learn(texts)).all()
    assert table.shape == (len(language.COUNTED), language.BUCKETS)


@pytest.mark.parametrize(
    ("latin", "cyrillic"),
    [
        ("Ljubav i njegova džezva", "Љубав и његова џезва"),
        ("NJEGOŠ", "ЊЕГОШ"),
        ("Đak iz Čačka", "Ђак из Чачка"),
        ("injekcija, konjugacija", "инјекција, конјугација"),
    ],
)
def test_serbian_turns_from_one_alphabet_to_the_other_and_back(latin: str, cyrillic: str) -> None:
    assert to_cyrillic(latin) == cyrillic
    assert to_latin(cyrillic) == latin


@pytest.mark.parametrize(
    "kept", ["{numbers}", "https://example.org/pomoc", "pomoc@example.org", "findahelpline.com", "112"]
)
def test_addresses_placeholders_and_numbers_stay_as_they_are(kept: str) -> None:
    assert to_cyrillic(f"vidi {kept} sad") == f"види {kept} сад"


def test_upper_case_digraphs_come_back_in_the_case_of_the_word() -> None:
    assert to_latin("Љубав ЉУБАВ") == "Ljubav LJUBAV"


def test_ekavian_replaces_whole_words_in_their_case() -> None:
    mapping = {"gdje": "gde", "dijete": "dete"}
    assert to_ekavian("Gdje je DIJETE? {gdje} gdjegod", mapping) == "Gde je DETE? {gdje} gdjegod"


def test_plain_latin_drops_marks_and_typography() -> None:
    assert plain_latin("č đ ë ș „Halo“ – kraj…") == 'c dj e s "Halo" - kraj...'
    assert plain_latin("Ђорђе ά") == "Ђорђе ά"


@pytest.mark.parametrize(
    ("text", "wanted"), [("ćao", "latin"), ("ћао bre ми", "cyrillic"), ("123", "latin"), ("", "latin")]
)
def test_the_alphabet_of_most_letters_counts(text: str, wanted: str) -> None:
    assert script_of(text) == wanted
