"""Opening hours: the wall's clock, holidays, days of their own; a broken file closes nothing."""

import os
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.bootstrap import Hotline
from bot.content import opening
from bot.operating.checks import Wrong, here
from bot.settings import Settings
from escalation.cases.hours import Hours
from escalation.cases.hours_file import DAYS, HOLIDAYS_OF, read

WEEK = "".join(f"  {day}: 09:00-17:00\n" for day in DAYS)
REST = "bcms: always\nro: always\nen: always\n"
PLAIN = f"sq:\n  zone: Europe/Tirane\n  holidays_of: []\n{WEEK}{REST}"


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "hours.yml"
    path.write_text(PLAIN, encoding="utf-8")
    return path


def hours(path: Path, text: str) -> Hours:
    path.write_text(text, encoding="utf-8")
    return Hours(str(path))


def at(text: str, zone: str = "Europe/Tirane") -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


def changed(**days: str) -> str:
    """The plain hours, with some lines in place of others."""
    lines = [line for line in PLAIN.splitlines() if line.split(":")[0].strip() not in days]
    return "\n".join([lines[0], *(f"  {name}: {value}" for name, value in days.items()), *lines[1:], ""])


def test_without_a_file_everything_is_always_open() -> None:
    never = Hours()
    assert never.is_open("sq", at("2026-11-29T03:00"))
    assert never.opens("sq", at("2026-11-29T03:00")) is None
    assert never.weeks == {}


@pytest.mark.parametrize(
    ("now", "is_open", "opens"),
    [
        ("2026-11-26T08:59", False, "2026-11-26T09:00"),
        ("2026-11-26T09:00", True, "2026-11-27T09:00"),
        ("2026-11-26T16:59", True, "2026-11-27T09:00"),
        ("2026-11-26T17:00", False, "2026-11-27T09:00"),
    ],
)
def test_a_day_opens_and_closes_to_the_minute(written: Path, now: str, is_open: bool, opens: str) -> None:
    found = Hours(str(written))
    assert found.is_open("sq", at(now)) is is_open
    assert found.opens("sq", at(now)) == at(opens)
    assert found.is_open("ro", at(now))  # always


@pytest.mark.parametrize(
    ("night", "opens"),
    [("2027-03-28T00:30", "2027-03-28T09:00"), ("2026-10-25T00:30", "2026-10-25T09:00")],
)
def test_when_the_clocks_change_it_opens_by_the_clock_on_the_wall(
    written: Path, night: str, opens: str
) -> None:
    found = Hours(str(written)).opens("sq", at(night))
    assert found == at(opens)
    assert found is not None
    # An hour less, or more, than on another night.
    assert found - at(night) == (7.5 if "03-28" in night else 9.5) * 3600


def test_hours_past_midnight_belong_to_the_evening(written: Path) -> None:
    found = hours(written, changed(sat="20:00-02:00", sun="closed"))
    assert found.is_open("sq", at("2026-11-29T01:59"))
    assert not found.is_open("sq", at("2026-11-29T02:00"))
    assert found.closes("sq", at("2026-11-28T21:00")) == at("2026-11-29T02:00")
    # What ends as the next begins is one.
    found = hours(written, changed(sat="20:00-24:00", sun="00:00-04:00"))
    assert found.closes("sq", at("2026-11-28T21:00")) == at("2026-11-29T04:00")


def test_a_break_at_noon_is_closed(written: Path) -> None:
    found = hours(written, changed(thu='["15:00-21:00", "09:00-13:00"]'))
    assert not found.is_open("sq", at("2026-11-26T14:00"))
    assert found.opens("sq", at("2026-11-26T14:00")) == at("2026-11-26T15:00")


def test_a_holiday_of_any_country_keeps_its_own_hours(written: Path) -> None:
    found = hours(written, changed(holidays_of="[AL, XK]", holiday="10:00-12:00"))
    # Albania's flag day is a Saturday in 2026. Kosovo's own day: 17 February.
    assert [found.is_open("sq", at(f"2026-11-28T{hour}:30")) for hour in ("09", "11", "12")] == [
        *(False, True, False)
    ]
    assert not found.is_open("sq", at("2027-02-17T09:30"))
    assert found.is_open("sq", at("2027-02-18T09:30"))
    [first, *_] = found.holidays("sq", at("2026-11-26T12:00"), 10)
    assert first.day == date(2026, 11, 28)
    assert first.names[0].startswith("AL: ")
    # A day of its own is kept whatever else it is.
    own = changed(holidays_of="[AL]", days="{2026-11-28: 18:00-20:00}")
    assert hours(written, own).is_open("sq", at("2026-11-28T19:00"))


def test_every_language_keeps_the_holidays_where_it_is_spoken(written: Path) -> None:
    assert HOLIDAYS_OF == {"sq": ("AL", "XK"), "bcms": ("RS", "HR", "BA", "ME"), "ro": ("RO",), "en": ()}
    text = "".join(f"{code}:\n  zone: Europe/Belgrade\n{WEEK}" for code in HOLIDAYS_OF)
    found = hours(written, text)
    holidays = {"sq": "2026-11-28", "bcms": "2026-05-30", "ro": "2027-01-24"}  # Albania, Croatia, Romania
    for language, day in holidays.items():
        assert [code for code in HOLIDAYS_OF if not found.is_open(code, at(f"{day}T12:00"))] == [language]


def test_an_edit_is_there_at_once_and_a_broken_one_closes_nothing(written: Path) -> None:
    found = Hours(str(written))
    assert not found.is_open("sq", at("2026-11-26T18:00"))
    written.write_text(changed(thu="09:00-19:00"), encoding="utf-8")
    os.utime(written, ns=(1, 1))
    assert found.is_open("sq", at("2026-11-26T18:00"))
    written.write_text("sq: [", encoding="utf-8")
    assert found.is_open("sq", at("2026-11-26T03:00"))
    written.unlink()
    assert found.is_open("sq", at("2026-11-26T03:00"))


BROKEN = {
    "sq: [\n": (1, "cannot be read"),
    "": (1, "no languages"),
    "sq: always\n": (1, "en is missing"),
    f"{PLAIN}de: always\n": (14, "de is no language"),
    f"sq: 9-17\n{REST}": (1, "has no hours"),
    changed(mon="9:00"): (2, "no time of day"),
    changed(mon="09:00-25:00"): (2, "no time of day"),
    changed(mon="09:60-10:00"): (2, "no time of day"),
    changed(mon="09:00-09:00"): (2, "no time of day"),
    changed(mon="at noon"): (2, "no time of day"),
    changed(mon="09:00-13:00, 12:00-15:00"): (2, "overlap"),
    changed(zone="Europe/Tirana"): (2, "no time zone"),
    changed(zone="../../etc/passwd"): (2, "no time zone"),
    changed(holidays_of="[AL, ZZ]"): (2, "unknown country"),
    changed(holidays_of="AL"): (2, "unknown country"),
    changed(days="[2026-12-24]"): (2, "no list of dates"),
    changed(days="{24.12.: closed}"): (2, "no date"),
    changed(monday="09:00-17:00"): (2, "monday means nothing"),
    PLAIN.replace("  wed: 09:00-17:00\n", ""): (1, "wed missing"),
    PLAIN.replace("09:00-17:00", "closed"): (1, "never open"),
}


@pytest.mark.parametrize("text", BROKEN, ids=range(len(BROKEN)))
def test_each_mistake_is_found_where_it_is_with_its_mend(written: Path, text: str) -> None:
    written.write_text(text, encoding="utf-8")
    [finding, *_] = opening.findings(str(written))
    line, says = BROKEN[text]
    assert (finding.path, finding.line) == (written, line)
    assert says in finding.problem
    assert finding.mend
    assert not finding.soon
    Hours(str(written)).is_open("sq", at("2026-11-26T03:00"))  # and nothing falls over


def test_the_example_is_in_order_and_a_file_that_is_not_there_is_found(tmp_path: Path) -> None:
    assert list(opening.findings("")) == []
    [finding] = opening.findings(str(tmp_path / "nowhere.yml"))
    assert "cannot be opened" in finding.problem
    assert set(read(opening.EXAMPLE)[0]) == {"sq", "bcms", "ro"}


async def test_doctor_says_when_hours_are_not_set_or_broken(whole: Hotline, written: Path) -> None:
    with pytest.raises(Wrong, match="always open") as found:
        await here.opening_hours(whole)
    assert found.value.soon
    whole.settings = Settings(secret=whole.settings.secret, hours_file=str(written))
    whole.__dict__.pop("hours")
    assert await here.opening_hours(whole) == "set for sq"
    hours(written, changed(mon="noon"))
    with pytest.raises(Wrong, match="no time of day") as found:
        await here.opening_hours(whole)
    assert not found.value.soon
