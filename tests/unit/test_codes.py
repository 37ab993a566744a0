"""What Twilio's errors mean to us, and which senders can be written back to."""

import aiohttp
import pytest
from twilio.base.exceptions import TwilioException, TwilioRestException

from bot.channels.sms.codes import CODES, EVERYBODY, meaning, of
from bot.channels.sms.number import normalised
from bot.errors import ChannelError, NeverAgain, OperatorNeeded, OutcomeUnknown, PersonLeft, Refused, TryLater


@pytest.mark.parametrize(
    ("code", "status", "kind", "everybody"),
    [
        (21211, 400, NeverAgain, False),
        (21614, 400, NeverAgain, False),
        (21635, 400, NeverAgain, False),
        (21408, 400, OperatorNeeded, False),
        (21612, 400, OperatorNeeded, False),
        (21610, 400, PersonLeft, False),
        (21611, 429, TryLater, True),
        (20429, 429, TryLater, True),
        (0, 429, TryLater, True),
        (20003, 401, OperatorNeeded, True),
        (0, 403, OperatorNeeded, True),
        (20500, 500, OutcomeUnknown, True),
        (0, 503, OutcomeUnknown, True),
        (20009, 409, TryLater, False),
        (30007, 400, NeverAgain, False),
        (99999, 400, NeverAgain, False),
        (99999, 409, TryLater, False),
    ],
)
def test_an_error_is_of_one_class(code: int, status: int, kind: type[ChannelError], everybody: bool) -> None:
    found = meaning(TwilioRestException(status, "uri", "+355691234567", code or None), repeats_safely=False)
    assert type(found) is kind
    assert found.everybody is everybody
    assert "355" not in str(found)


def test_what_is_asked_again_without_harm_is_never_unknown() -> None:
    assert type(of(20500, 500, True)) is TryLater
    assert type(meaning(TimeoutError(), repeats_safely=False)) is OutcomeUnknown
    assert type(meaning(TwilioException("Unable to fetch page", "+355"), repeats_safely=True)) is TryLater
    refused = aiohttp.ClientConnectorError(None, OSError())  # type: ignore[arg-type]
    assert type(meaning(refused, repeats_safely=False)) is TryLater


def test_what_is_about_us_is_retried() -> None:
    assert all(CODES[code].retry for code in EVERYBODY)


@pytest.mark.parametrize("number", ["+355691234567", "+355 69 123 4567", "0691234567", "069 123 4567"])
def test_a_number_is_kept_in_one_form(number: str) -> None:
    assert normalised(number, "AL").reveal() == "+355691234567"


@pytest.mark.parametrize(
    "sender", ["BANK691234567", "Vodafone", "INFO", "50123", "116111", "", "+", "+1", "123456789012345678"]
)
def test_what_cannot_be_written_back_to_is_refused(sender: str) -> None:
    with pytest.raises(Refused):
        normalised(sender, "AL")
