"""The play: every talk is led to its end, and after each it is looked whether what should be gone is gone."""

from collections.abc import Sequence
from contextlib import suppress

from bot import keys
from bot.audit import browser, hostile, places
from bot.audit.desk import Desk
from bot.audit.house import House, NotInTime, until
from bot.audit.phones import Phones
from bot.audit.searched import Searched
from bot.audit.talks import TONGUES, Talk, all_talks

SETTLES_S = 60.0
LEAKS_S = 10.0
"""How long what leaks has to settle: it never does."""
SILENCE = 61 * keys.MINUTE
AGE = 24 * keys.HOUR
"""How far the clock is moved for those ends."""


class Play:
    """One run of all talks through one house."""

    def __init__(self, house: House, searched: Searched, *, small: bool, leaks: Sequence[str]) -> None:
        self._house, self._searched, self._leaks = house, searched, leaks
        self._marks = searched.marks
        self.phones = Phones(house, self._marks)
        self.talks = all_talks(self._marks, small=small)
        self._ahead = 0.0
        self._alphabets = ["bcms, Cyrillic"] if small else list(TONGUES)

    def run(self) -> None:
        self.phones.meet(self.talks)
        self._ask_and_tell(self._of("DELETE", "STOP", "closed", "left"))
        self._refused()
        places.look_in_store(self._house, self._searched)  # Sealed already while it lasts.
        self._delete_and_stop()
        self._close()
        self._look("DELETE", "STOP", "closed", "left")
        if not self._leaks:  # Those are about places, and all places are searched by now.
            self._silence()
            self._age()

    def _of(self, *ends: str) -> list[Talk]:
        return [talk for talk in self.talks if talk.end in ends]

    def _ask_and_tell(self, talks: list[Talk]) -> None:
        """A question, messages with more than words in them, then what calls a counsellor."""
        self.phones.say(talks, "question")
        for talk in talks:
            self.phones.pictures(talk)
        self.phones.say(talks, "danger")

    def _refused(self) -> None:
        refused = 0
        for tongue in self._alphabets:
            alphabet = TONGUES[tongue].alphabet
            refused += hostile.refused(self._house, self.phones, self._marks, alphabet)
            hostile.in_a_group(self._house, self._marks, alphabet)
        if not refused:
            raise NotInTime("The audit sent requests that should have been refused, and none was.")
        self._searched.tell(f"{refused} requests with marks in them were refused")

    def _delete_and_stop(self) -> None:
        """Those who DELETE have somebody looking on: first they are a wrong number for a while."""
        deleting = self._of("DELETE")
        self.phones.say(deleting, "cover")
        self.phones.say(deleting, "question")
        self.phones.say(deleting, "delete")
        self.phones.say(self._of("STOP"), "stop")
        until(self._quiet, "what was written to be taken and answered")
        for talk in self._of("left"):
            self.phones.leave(talk)

    def _close(self) -> None:
        """A counsellor closes all cases, the first in a browser where there is one."""
        talks = self._of("closed")
        until(lambda: self._cases() <= len(talks), "the other talks' cases to leave the queue")
        why = browser.missing()
        if why:
            self._searched.unreachable |= dict.fromkeys((browser.PAGES, browser.STORAGE, browser.COOKIE), why)
        else:
            done = browser.one_case(
                self._house,
                self.phones,
                self._searched,
                self._house.counsellors[1],
                talks,
                leak="browser" in self._leaks,
            )
            talks = [talk for talk in talks if talk is not done]
        desk = Desk(self._house, self.phones, self._marks, self._house.counsellors[0])
        desk.sign_in()
        desk.close(talks)
        self._searched.tell(f"notes for the next counsellor: {desk.notes or 'the desk has none'}")

    def _cases(self) -> int:
        with self._house.store() as store:
            return int(store.zcard(keys.WAITING))

    def _silence(self) -> None:
        """Two of them ask first while the engine hangs; then nobody writes for an hour."""
        talks = self._of("silence")
        hostile.while_the_engine_hangs(self._house, self.phones, self._marks, talks[:1] + talks[-1:])
        self.phones.say(talks, "question")
        self._later(SILENCE)
        self._look("silence")

    def _age(self) -> None:
        """They wait for a counsellor who never comes: a day later it ends all the same."""
        talks = self._of("age")
        self._ask_and_tell(talks)
        self._later(AGE)
        self._look("age")

    def _later(self, seconds: float) -> None:
        """Move the clock once all is taken and sent: what is taken after an end rightly begins a new talk."""
        until(self._quiet, "what was written to be taken and answered")
        self._ahead += seconds
        self._house.move_clock(self._ahead)

    def _quiet(self) -> bool:
        lines = [line(number) for number in range(keys.PARTITIONS) for line in (keys.inbox, keys.outbox)]
        with self._house.store() as store:
            return not any(store.xlen(line) for line in lines)

    def _look(self, *ends: str) -> None:
        """Once all has settled, or after a while that is long enough: what should be gone, is it?"""
        with suppress(NotInTime):
            until(self._settled, "the end to settle", LEAKS_S if self._leaks else SETTLES_S)
        places.judge_what_is_left(self._house, self._searched)
        places.look_in_store(self._house, self._searched)
        places.look_in_chats(self.phones, self._searched, self._of(*ends))

    def _settled(self) -> bool:
        """Nothing is left to do, and the chats that are wiped show a last text."""
        wiped = [t for t in self.talks if t.channel == "telegram" and t.end in places.WIPED]
        return (
            not places.left_in_store(self._house)
            and not places.in_provider_log(self._house)
            and all(len(self.phones.shown(talk)) <= 1 for talk in wiped)
        )
