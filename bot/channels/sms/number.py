"""Phone numbers as providers write them, and as they are kept."""

import phonenumbers

from bot.errors import Refused
from bot.private import Address

LONGEST_SHORT_CODE = 6


def normalised(number: str, region: str) -> Address:
    """A number in E.164; raises Refused for what cannot be written back to (a short code, a name).

    A sender's name with digits in it is not spelled out as a number on a keypad: it would be a stranger's.
    """
    short = len(number.strip()) <= LONGEST_SHORT_CODE
    if short or any(character.isalpha() for character in number):
        raise Refused("sender cannot be answered", 400)
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        raise Refused("sender cannot be answered", 400) from None
    if not phonenumbers.is_possible_number(parsed):
        raise Refused("sender cannot be answered", 400)
    return Address(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))
