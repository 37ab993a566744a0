"""Where somebody is, and which country they only speak of."""

import pytest

from bot.places import country_in, country_they_are_in, says_only_where


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("i am in italy help", "IT"),
        ("we are locked in germany", "DE"),
        ("jam ne greqi", "GR"),
        ("jam n'itali te nji burre", "IT"),
        ("ja sam u njemackoj", "DE"),
        ("u bosni sam", "BA"),
        ("сам у немачкој, закључали су ме", "DE"),
        ("sunt in italia", "IT"),
        ("Romania", "RO"),
        ("tomorrow they take me to germany", None),
        ("me qojne ne gjermani neser", None),
        ("vor sa ma duca in germania", None),
        ("i am from albania", None),
        ("my sister is in germany and he beats her", None),
        ("ona je u njemackoj", None),
        ("", None),
    ],
)
def test_only_where_they_say_they_are_counts(text: str, country: str | None) -> None:
    assert country_they_are_in(text) == country


def test_any_country_named_is_found() -> None:
    assert country_in("somebody offers me a job in italy") == "IT"
    assert country_in("ponudili su mi posao u Nemackoj") == "DE"


@pytest.mark.parametrize(
    "text",
    ["Italy", "i am in italy now", "u crnoj gori sam", "jam ne kosove", "sunt in romania", "у Србији сам"],
)
def test_only_a_country_is_said(text: str) -> None:
    assert says_only_where(text)


@pytest.mark.parametrize(
    "text",
    [
        "help italy",
        "locked germany",
        "prodali italija",
        "rrahin greqi",
        "i am locked in italy",
        "ne gjermani me rrahin",
        "help",
        "u njemackoj sam zakljucana",
        "jam",
        "",
    ],
)
def test_more_than_a_country_is_said(text: str) -> None:
    assert not says_only_where(text)
