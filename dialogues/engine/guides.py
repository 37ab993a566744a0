"""The guided talks: yes-or-no questions in a row, which answer is good, and what the answers add up to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

UNKNOWN = "dont_know"
MANY = 3  # from so many red flags of an offer on: do not go with them


@dataclass(frozen=True)
class Guide:
    """One guided talk: the form in domain/, the good answer to each of its questions."""

    form: str
    good: Mapping[str, str]
    remark: str  # begins the key of the text about a question whose answer was not the good one
    verdicts: tuple[str, str, str]  # keys: nothing to remark, something, much
    many: int

    def remarks(self, answers: Mapping[str, str | None]) -> list[str]:
        """The keys of the texts about answers that are not good; not to know is no good answer either."""
        return [
            f"{self.remark}{slot.partition('_')[2]}"
            for slot, good in self.good.items()
            if answers.get(slot) != good
        ]

    def verdict(self, answers: Mapping[str, str | None]) -> str:
        """The text for all answers; who only does not know yet is told to find out, not to stay away."""
        count = len(self.remarks(answers))
        if count == 0:
            return self.verdicts[0]
        known = any(answers.get(slot) not in (good, UNKNOWN, None) for slot, good in self.good.items())
        return self.verdicts[2] if known and count >= self.many else self.verdicts[1]


OFFER = Guide(
    form="offer_check",
    good={
        "offer_employer": "yes",
        "offer_contract": "yes",
        "offer_money": "no",
        "offer_passport": "no",
        "offer_secret": "no",
    },
    remark="utter_check_red_",
    verdicts=("utter_check_verdict_good", "utter_check_verdict_some", "utter_check_verdict_many"),
    many=MANY,
)
TRIP = Guide(
    form="safe_trip",
    good=dict.fromkeys(("trip_copies", "trip_address", "trip_word", "trip_numbers", "trip_money"), "yes"),
    remark="utter_trip_todo_",
    verdicts=("utter_trip_ready", "utter_trip_todo", "utter_trip_todo"),
    many=MANY,
)
GUIDES = {guide.form: guide for guide in (OFFER, TRIP)}
QUESTIONS = {slot: guide for guide in GUIDES.values() for slot in guide.good}
