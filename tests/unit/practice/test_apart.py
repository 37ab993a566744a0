"""Practice cannot mix with the real deployment: it refuses to know it, and leaves its sign-ins alone."""

from dataclasses import replace

import pytest

from bot.errors import SettingsError
from bot.practice import REAL, practise, refuse_real
from bot.settings import Settings, load, name_of
from escalation.console.settings import ConsoleSettings
from escalation.practice.look_back import LookBack


@pytest.mark.parametrize("setting", REAL)
def test_practice_does_not_start_where_anything_real_is_set(setting: str) -> None:
    with pytest.raises(SettingsError, match=name_of(setting)) as refused:
        refuse_real(replace(Settings(), **{setting: "redis://a-real-one-of-32-letters-or-more"}))  # type: ignore[arg-type]
    assert "a-real-one" not in str(refused.value)


def test_the_command_refuses_before_it_starts_anything() -> None:
    given = {"HOTLINE_STORE_URL": "redis://127.0.0.1:6379", "HOTLINE_TELEGRAM_TOKEN": "42:token"}
    with pytest.raises(SettingsError, match="HOTLINE_STORE_URL, HOTLINE_TELEGRAM_TOKEN"):
        practise(load(given), (), ())


def test_a_browser_signed_in_for_real_stays_so() -> None:
    """Cookies are shared by all ports of a host: practice has its own."""
    real, practised = ConsoleSettings(), ConsoleSettings(practice=Nothing())
    assert {real.cookie, real.mark, real.knock}.isdisjoint(
        {practised.cookie, practised.mark, practised.knock}
    )


class Nothing:
    def look_back(self, conversation: str, account: str) -> LookBack | None:
        return None
