"""What to do with which error of Twilio's: one table. https://www.twilio.com/docs/api/errors/<code>

`bot/sender.py` and `bot/deletions.py` act on the class alone. A code that is not here goes by its HTTP
status: Twilio says that codes change, so what is unknown is for now, and ends with its conversation.
"""

import aiohttp
from twilio.base.exceptions import TwilioRestException

from bot.errors import ChannelError, NeverAgain, OperatorNeeded, OutcomeUnknown, PersonLeft, TryLater

GONE = 20404
CODES: dict[int, type[ChannelError]] = {
    20003: OperatorNeeded,  # wrong credentials
    20005: OperatorNeeded,  # the account is not active
    20009: TryLater,  # cannot be deleted yet
    GONE: NeverAgain,  # there is no such record (any more)
    20429: TryLater,  # too many requests at once: not processed, safe to repeat
    21211: NeverAgain,  # no such number
    21214: NeverAgain,  # the same, in other words
    21217: NeverAgain,
    21408: OperatorNeeded,  # sending to that country is switched off in the provider's console
    21606: OperatorNeeded,  # our number cannot send SMS
    21610: PersonLeft,  # they opted out at the provider; it keeps the list of numbers, we keep none
    21611: TryLater,  # more than 10 h of messages wait for our number
    21612: OperatorNeeded,  # our number cannot reach theirs
    21614: NeverAgain,  # no mobile phone
    21617: NeverAgain,  # longer than 1600 characters
    21635: NeverAgain,  # a landline
    21659: OperatorNeeded,  # not our number
    30001: TryLater,  # the queue is full
    30003: TryLater,  # the phone is off or out of reach
    30004: NeverAgain,  # blocked
    30005: NeverAgain,  # no such phone
    30006: NeverAgain,  # a landline, or a network that cannot be reached
    30007: NeverAgain,  # filtered as spam: the same words again make it worse
    30008: TryLater,  # unknown to Twilio too
    30029: OperatorNeeded,  # redaction is asked for, and the account has none
    30030: OperatorNeeded,
    30036: NeverAgain,  # it waited longer than its validity
}
EVERYBODY = frozenset({20003, 20005, 20429, 21606, 21611, 21659, 30001, 30029, 30030})
"""Of the codes above those that are about us and not about one message: all others fare alike just now."""


def meaning(error: Exception, *, repeats_safely: bool) -> ChannelError:
    """A reply of Twilio's in our own words; its own text can hold a phone number and is dropped here."""
    if isinstance(error, TwilioRestException):
        return of(int(error.code or 0), int(error.status or 0), repeats_safely)
    if isinstance(error, aiohttp.ClientConnectorError):
        return TryLater(everybody=True)  # never reached them
    # Time-outs, broken connections, answers that cannot be read, and whatever else a client library raises.
    return TryLater(everybody=True) if repeats_safely else OutcomeUnknown(everybody=True)


def of(code: int, status: int, repeats_safely: bool) -> ChannelError:
    shown = code or status
    if code in CODES:
        return CODES[code](code, everybody=code in EVERYBODY)
    if status in (401, 403):
        return OperatorNeeded(shown, everybody=True)
    if status == 404:
        return NeverAgain(GONE)
    if status == 429:
        return TryLater(shown, everybody=True)
    if status >= 500:
        # It may have been carried out: https://www.twilio.com/docs/api/errors/20500
        kind = TryLater if repeats_safely else OutcomeUnknown
        return kind(shown, everybody=True)
    return NeverAgain(shown) if status == 400 else TryLater(shown)
