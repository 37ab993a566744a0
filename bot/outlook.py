"""What a person who waits can honestly be told: their place and roughly how long, or when we are back."""

from datetime import datetime, timedelta

from bot import keys
from bot.clock import Clock
from bot.sessions import Card
from bot.wording import wording
from escalation.cases.hours import Hours
from escalation.cases.queue import Cases
from escalation.cases.waiting import Waiting

type Filled = dict[str, str | int]
A_WEEK = 6
"""Days ahead in which the name of a day says which one is meant."""


class Outlook:
    def __init__(self, cases: Cases, waiting: Waiting, hours: Hours, clock: Clock) -> None:
        self._cases = cases
        self._waiting = waiting
        self._hours = hours
        self._clock = clock

    def is_open(self, language: str) -> bool:
        """Whether somebody should be here for this language now."""
        return self._hours.is_open(language, self._clock.now())

    async def told(self, name: str, conversation: str, card: Card) -> tuple[str, Filled]:
        """The fixed text to say, and what fills it: `name`, or where nobody is here, what says so."""
        now, language = self._clock.now(), card.language
        if not self.is_open(language):
            opens = self._hours.opens(language, now)
            if opens is None:
                return "handed_over_closed", {}
            # What waits goes with the talk, a day after it began: then they are told to write again.
            kept = opens < card.began + keys.CAP - keys.GRACE
            here, today = (self._hours.local(language, at, card.country) for at in (opens, now))
            return (
                "handed_over_back" if kept else "handed_over_write_again",
                {"back": when(here, today, language)},
            )
        if await self._cases.on_duty() == 0:
            return "handed_over_closed", {}
        place = await self._waiting.place(conversation, language)
        step = await self._waiting.rough(language, place)
        return name, {"place": place, "time": wording(language).texts[step]}


def when(at: datetime, now: datetime, language: str) -> str:
    """A time to come as people say it: today, tomorrow, on Monday; with the date, if it is far."""
    texts, ahead = wording(language).texts, (at.date() - now.date()) // timedelta(days=1)
    name = {0: "back_today", 1: "back_tomorrow"}.get(ahead, "back_day" if ahead <= A_WEEK else "back_date")
    return texts[name].format(
        hour=f"{at.hour}:{at.minute:02}", day=texts[f"day_{at.isoweekday()}"], date=f"{at.day}.{at.month}."
    )
