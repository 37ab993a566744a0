"""The team is told that somebody waits: by Telegram or mail, once for all workers, without a word of whom."""

import io
import smtplib
from dataclasses import replace
from typing import Any

import pytest

from bot import logs
from bot.alert import Alert, send_mail
from bot.bootstrap import Hotline
from bot.clock import SetClock
from bot.converse import Stage
from bot.errors import SettingsError, TryLater
from bot.loopback import Loopback
from bot.settings import load
from tests.stand_ins.parts import PHONE

CHAT = "424242"


@pytest.fixture
def alert(whole: Hotline) -> Alert:
    settings = replace(whole.settings, alert_telegram_chat=CHAT)
    return Alert(whole.store, whole.cases, whole.channels, settings, whole.clock, whole.hours)


def told(whole: Hotline) -> list[str]:
    channel = whole.channels["telegram"]
    assert isinstance(channel, Loopback)
    return [sent.text.reveal() for sent in channel.taken() if sent.address.reveal() == CHAT]


async def test_the_team_is_told_when_nobody_comes_and_only_then(
    talk: Stage, whole: Hotline, alert: Alert, clock: SetClock
) -> None:
    await talk.say("sms", PHONE, "he hits me in zanzibar", "en")
    await alert.run()
    assert told(whole) == []
    clock.move(150)
    for _ in range(3):
        await alert.run()
    [text] = told(whole)
    assert text.splitlines()[0] == "Hotline: somebody has been waiting too long. Please open the console."
    assert len(text.splitlines()) == 4
    assert "zanzibar" not in text
    # It is told again while it stays so; not once somebody came.
    await whole.store.delete("hl:{cases}:alerted")
    await alert.run()
    assert len(told(whole)) == 1
    await whole.store.delete("hl:{cases}:alerted")
    [row] = await whole.cases.rows()
    await whole.desk.claim(row.id, "anna")
    await alert.run()
    assert told(whole) == []


async def test_an_alert_that_failed_is_tried_again_and_breaks_nothing(
    talk: Stage, whole: Hotline, alert: Alert, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def send(message: Any) -> Any:
        raise TryLater(502)

    await talk.say("sms", PHONE, "he hits me", "en")
    clock.move(150)
    monkeypatch.setattr(whole.channels["telegram"], "send", send)
    out = io.StringIO()
    monkeypatch.setattr(logs, "_out", out)
    await alert.run()
    assert '"event": "alert_failed", "way": "telegram", "error": "TryLater"' in out.getvalue()
    assert CHAT not in out.getvalue()
    assert 0 < await whole.store.ttl("hl:{cases}:alerted") <= 60


async def test_without_a_way_nothing_is_asked_of_the_store(whole: Hotline) -> None:
    await whole.alert.run()
    assert [name async for name in whole.store.scan_iter()] == []


def test_mail_goes_encrypted_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[object] = []

    class Server:
        def __init__(self, host: str, port: int, **_: object) -> None:
            done.append((type(self).__name__, host, port))

        def __enter__(self) -> "Server":
            return self

        def __exit__(self, *_: object) -> None:
            done.append("bye")

        def starttls(self, **_: object) -> None:
            done.append("starttls")

        def login(self, user: str, password: str) -> None:
            done.append((user, password))

        def send_message(self, message: Any) -> None:
            done.append((message["To"], message.get_content().strip()))

    monkeypatch.setattr(smtplib, "SMTP", Server)
    send_mail("smtp://us%40x.org:p%2Fw@mail.x.org", "team@x.org", "somebody waits")
    assert done == [
        ("Server", "mail.x.org", 587),
        "starttls",
        ("us@x.org", "p/w"),
        ("team@x.org", "somebody waits"),
        "bye",
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"HOTLINE_ALERT_MAIL_TO": "team@x.org"},
        {"HOTLINE_ALERT_MAIL_TO": "team@x.org", "HOTLINE_ALERT_MAIL_SERVER": "http://x.org"},
        {"HOTLINE_ALERT_TELEGRAM_CHAT": "@team"},
        {"HOTLINE_MOST_HELD": "0"},
        {"HOTLINE_SMS_PRICE": "7 cents"},
    ],
)
def test_a_wrong_setting_is_named_and_its_value_is_not(wrong: dict[str, str]) -> None:
    with pytest.raises(SettingsError) as refused:
        load(wrong)
    assert str(refused.value).startswith("HOTLINE_")
    assert "team" not in str(refused.value)
