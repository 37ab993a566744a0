"""What a person who waits is told: place and rough time from real rates; when closed, when we are back."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot import keys
from bot.bootstrap import Hotline
from bot.clock import SetClock
from bot.converse import Stage
from bot.outlook import when
from bot.private import Address
from bot.settings import Settings
from bot.wording import LANGUAGES, fixed, wording
from escalation.cases.alarm import alarm, expected
from escalation.cases.hours_file import DAYS
from tests.stand_ins.parts import PHONE
from tests.unit.cases.test_desk import called, sent

HOURS = "".join(
    f"{code}:\n  zone: Europe/Tirane\n  holidays_of: []\n  sat: closed\n  sun: closed\n"
    + "".join(f"  {day}: 09:00-17:00\n" for day in DAYS[:5])
    for code in LANGUAGES
)
TUESDAY_NIGHT = datetime(2026, 11, 24, 22, 0, tzinfo=ZoneInfo("Europe/Tirane")).timestamp()
FRIDAY_NIGHT = datetime(2026, 11, 27, 22, 0, tzinfo=ZoneInfo("Europe/Tirane")).timestamp()
HOUR = keys.HOUR


def phone(number: int) -> Address:
    return Address(f"+35569{number:07d}")


@pytest.fixture
def keeps_hours(whole: Hotline, tmp_path: Path) -> Hotline:
    """A house with opening hours."""
    path = tmp_path / "hours.yml"
    path.write_text(HOURS, encoding="utf-8")
    whole.settings = Settings(secret=whole.settings.secret, hours_file=str(path))
    assert "hours" not in whole.__dict__
    return whole


async def take(whole: Hotline, case: str, by: str = "anna") -> None:
    assert await whole.desk.claim(case, by) == "done"


async def test_place_and_time_come_from_how_fast_people_are_taken(
    talk: Stage, whole: Hotline, clock: SetClock
) -> None:
    await whole.desk.present("anna", ("en",))
    # Lately each person waited ten minutes for the one counsellor, from when they were first in line.
    for number in range(5):
        case = await called(talk, whole, address=phone(number))
        clock.move(600)
        await whole.desk.present("anna", ("en",))
        await take(whole, case, f"other {number}")

    async def told(number: int) -> str:
        clock.move(1)
        return " ".join((await talk.say("sms", phone(number), "he hits me", "en")).replies)

    assert "You are number 1, waiting time: about 10 minutes." in await told(11)
    assert "You are number 2, waiting time: about 20 minutes." in await told(12)
    assert "You are number 3, waiting time: about half an hour." in await told(13)
    assert "You are number 4, waiting time: about half an hour." in await told(14)
    assert "You are number 5, waiting time: more than half an hour." in await told(15)
    # With three counsellors on it is a third of that.
    for name in ("ben", "carla"):
        await whole.desk.present(name, ("en",))
    assert "You are number 6, waiting time: about 20 minutes." in await told(16)


async def test_a_quiet_hour_is_no_slow_one(talk: Stage, whole: Hotline, clock: SetClock) -> None:
    for number in range(4):
        await whole.desk.present("anna", ())
        await take(whole, await called(talk, whole, address=phone(number)))
        clock.move(14 * 60)  # nobody comes
    await whole.desk.present("anna", ())
    told = await talk.say("sms", phone(9), "he hits me", "en")
    assert "You are number 1, waiting time: a few minutes." in " ".join(told.replies)


async def test_only_who_waits_in_the_same_language_is_ahead(talk: Stage, whole: Hotline) -> None:
    await whole.desk.present("anna", ("sq", "en"))
    for number in range(3):
        await talk.say("sms", phone(number), "më rreh hits çdo natë në shtëpi", "sq")
    told = await talk.say("sms", phone(8), "he hits me", "en")
    assert "You are number 1, " in told.replies[0]
    assert len(await whole.cases.rows()) == 4


async def test_where_nobody_on_duty_speaks_it_no_time_is_made_up(talk: Stage, whole: Hotline) -> None:
    await whole.desk.present("anna", ("sq",))
    told = await talk.say("sms", PHONE, "he hits me", "en")
    assert "waiting time: nobody can say yet." in told.replies[0]
    assert told.replies[0].endswith("Dangerous now? Do not wait: 112, say where you are.")


async def test_rates_are_of_nobody_and_last_an_hour(talk: Stage, whole: Hotline, clock: SetClock) -> None:
    await whole.desk.present("anna", ())
    case = await called(talk, whole)
    await take(whole, case)
    [raw] = await whole.store.lrange(keys.took("en"), 0, -1)
    assert all(part.isdigit() for part in raw.decode().split())
    assert 0 < await whole.store.ttl(keys.took("en")) <= HOUR
    await whole.desk.hand_on(case, "anna")
    await take(whole, case, "ben")  # handed on is not taken anew
    assert await whole.store.llen(keys.took("en")) == 1


@pytest.mark.parametrize(
    ("minutes", "step"),
    [(0, "few"), (6, "few"), (7, "10"), (14, "10"), (15, "20"), (26, "30"), (41, "more"), (600, "more")],
)
async def test_times_are_told_in_steps(whole: Hotline, clock: SetClock, minutes: int, step: str) -> None:
    await whole.desk.present("anna", ())
    for _ in range(3):
        await whole.store.rpush(keys.took("ro"), f"{clock.now():.0f} {minutes * 60}")
    assert await whole.waiting.rough("ro", 1) == f"time_{step}"


async def test_closed_the_person_is_told_when_we_are_back_and_their_danger_is_queued(
    keeps_hours: Hotline, talk: Stage, clock: SetClock
) -> None:
    clock.move(TUESDAY_NIGHT - clock.now())
    await keeps_hours.desk.present("anna", ("en",))  # on anyway
    [told] = (await talk.say("sms", PHONE, "he hits me", "en")).replies
    assert "We are here again tomorrow at 9:00, and your message waits for a person." in told
    assert told.endswith("Dangerous now? Do not wait: 112")
    [row] = await keeps_hours.cases.rows()
    assert (row.risk, row.state) == ("danger", "waiting")
    await take(keeps_hours, row.id)  # and anna may come
    assert await sent(talk) == [fixed("joined", "en", "latin", "sms")]


async def test_what_is_not_kept_until_we_are_back_is_not_promised(
    keeps_hours: Hotline, talk: Stage, clock: SetClock
) -> None:
    clock.move(FRIDAY_NIGHT - clock.now())
    [told] = (await talk.say("sms", PHONE, "he hits me", "en")).replies
    assert "We are here again on Monday at 9:00." in told
    assert "please write again then" in told
    [row] = await keeps_hours.cases.rows()
    # And so it is: the key of the talk does not outlive the day, as the table says.
    assert 0 < await keeps_hours.store.ttl(keys.of(row.id, "key")) <= keys.CAP


async def test_while_closed_nobody_is_told_that_it_takes_long_and_at_opening_they_are(
    keeps_hours: Hotline, talk: Stage, clock: SetClock
) -> None:
    clock.move(TUESDAY_NIGHT - clock.now())
    await talk.say("sms", PHONE, "he hits me", "en")
    for hours in (1, 5, 4.9):
        clock.move(hours * HOUR)
        await keeps_hours.desk.present("anna", ())
        await keeps_hours.sweep.run()
        assert await sent(talk) == []
    clock.move(HOUR)
    await keeps_hours.desk.present("anna", ())
    await keeps_hours.sweep.run()
    [note] = await sent(talk)
    assert note.startswith("Still waiting, sorry it takes so long. You are number 1, ")


async def test_outside_hours_only_danger_wakes_the_team(
    keeps_hours: Hotline, talk: Stage, clock: SetClock
) -> None:
    clock.move(TUESDAY_NIGHT - clock.now())
    await called(talk, keeps_hours, "human please", phone(1))
    clock.move(HOUR)
    rows, now = await keeps_hours.cases.rows(), clock.now()
    assert alarm(rows, now) == 3
    assert expected(rows, keeps_hours.hours, now) == []
    await called(talk, keeps_hours, "he hits me", phone(2))
    [row] = expected(await keeps_hours.cases.rows(), keeps_hours.hours, now)
    assert row.risk == "danger"
    clock.move(11 * HOUR)
    assert len(expected(await keeps_hours.cases.rows(), keeps_hours.hours, clock.now())) == 2


async def test_the_hour_is_that_of_the_country_they_are_in(keeps_hours: Hotline) -> None:
    opens = keeps_hours.hours.opens("ro", TUESDAY_NIGHT)
    assert opens is not None
    hours = [keeps_hours.hours.local("ro", opens, country).hour for country in (None, "IT", "RO", "XX")]
    assert hours == [9, 9, 10, 9]


def test_a_time_to_come_is_said_as_people_say_it() -> None:
    now = datetime(2026, 11, 24, 22, 0, tzinfo=ZoneInfo("Europe/Tirane"))
    said = {
        language: [
            when(now.replace(day=day, month=month, hour=9), now, language)
            for month, day in ((11, 24), (11, 25), (11, 30), (12, 2))
        ]
        for language in LANGUAGES
    }
    assert said["en"] == [
        "today at 9:00",
        "tomorrow at 9:00",
        "on Monday at 9:00",
        "on Wednesday (2.12.) at 9:00",
    ]
    assert said["sq"][2] == "të hënën në orën 9:00"
    assert said["bcms"][3] == "u srijedu (2.12.) u 9:00"
    assert said["ro"][1] == "mâine la 9:00"
    assert all("{" not in text for texts in said.values() for text in texts)


def test_when_we_are_back_is_told_in_their_alphabet() -> None:
    back = wording("bcms").texts["back_day"].format(day=wording("bcms").texts["day_3"], hour="9:00")
    told = fixed("handed_over_back", "bcms", "cyrillic", "sms", back=back, numbers="116 111", emergency="112")
    assert told.startswith("Опет смо ту у среду у 9:00, ")
