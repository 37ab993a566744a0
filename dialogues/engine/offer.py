"""The five questions about an offer: which answer is good, and what the answers add up to."""

from __future__ import annotations

from collections.abc import Mapping

FORM = "offer_check"
GOOD = {
    "offer_employer": "yes",
    "offer_contract": "yes",
    "offer_money": "no",
    "offer_passport": "no",
    "offer_secret": "no",
}
MANY = 3  # from so many red flags on: do not go with them


def flags(answers: Mapping[str, str | None]) -> list[str]:
    """The questions whose answer is not the good one; not to know is no good answer either."""
    return [slot for slot, good in GOOD.items() if answers.get(slot) != good]


def red(slot: str) -> str:
    """The text that names a red flag."""
    return f"utter_check_red_{slot.removeprefix('offer_')}"


def verdict(count: int) -> str:
    """The text for so many red flags."""
    if count == 0:
        return "utter_check_verdict_good"
    return "utter_check_verdict_many" if count >= MANY else "utter_check_verdict_some"
