"""A counsellor at the console, over HTTP as a browser without scripts would."""

import html
import re
import secrets
from collections.abc import Sequence

import httpx
import pyotp

from bot.audit.house import Counsellor, House, until
from bot.audit.marks import Marks
from bot.audit.phones import Phones
from bot.audit.talks import Talk


class Desk:
    """Takes the most urgent case, reads, answers, hands on with a note where that exists, closes."""

    def __init__(self, house: House, phones: Phones, marks: Marks, who: Counsellor) -> None:
        self._house, self._phones, self._marks, self._who = house, phones, marks, who
        self._token = ""
        self.notes = 0
        """How many notes were left for the next counsellor."""

    def sign_in(self) -> None:
        self._get("/login")
        self._post("/login", name=self._who.name, password=self._who.password)
        self._post("/login/code", code=pyotp.TOTP(self._who.seed).now())
        self._get("/queue")

    def close(self, talks: Sequence[Talk]) -> None:
        """Read, answer and close the cases of all these, the last one by a mute; their chats are wiped."""
        left = {talk.name: talk for talk in talks}
        while left:
            page, case = until(self._take, "a case to take")
            there = [talk for name, talk in left.items() if any(name in p for p in self._marks.named(page))]
            if not there:
                # Somebody's whose talk ends in another way: back in line, behind those.
                self._post(f"/cases/{case}/close", wipe="yes")
                continue
            talk = there[0]
            if not self.notes:
                page, case = self._hand_on(case, page)
            self._answer(case, talk)
            if len(left) == 1:
                self._post(f"/cases/{case}/mute", wipe="yes", hours="24")
            else:
                self._post(f"/cases/{case}/close", wipe="yes")
            del left[talk.name]

    def _take(self) -> tuple[str, str] | None:
        self._get("/queue")
        page = self._post("/queue/take")
        found = re.search(r"/cases/([0-9A-Za-z-]+)/answer", page)
        return (page, found[1]) if found else None

    def _answer(self, case: str, talk: Talk) -> None:
        """They read the answer on their phone; a second has more than fits, and is not sent."""
        place = f"counsellor's answer ({talk.name})"
        words = self._marks.word(place, talk.spoken.alphabet)
        self._post(f"/cases/{case}/answer", text=words, once=secrets.token_hex(8))
        until(lambda: place in self._marks.named(" ".join(self._phones.answers(talk))), place)
        refused = self._marks.word(f"counsellor's answer too long ({talk.name})") + " x" * 3000
        self._post(f"/cases/{case}/answer", text=refused, once=secrets.token_hex(8))

    def _hand_on(self, case: str, page: str) -> tuple[str, str]:
        """Give the case back with a note, where the desk has notes, and take it again."""
        form = self._get(f"/cases/{case}/release")
        if 'name="note"' not in form:
            return page, case
        to = re.search(r'<option value="([^"]*)"', form)
        note = self._marks.word("note for the next counsellor")
        self._post(f"/cases/{case}/release", note=note, to=html.unescape(to[1]) if to else "")
        self.notes += 1
        return until(self._take, "the case that was handed on")

    def _get(self, path: str) -> str:
        return self._read(self._house.web.get(self._house.url("console", path), follow_redirects=True))

    def _post(self, path: str, **fields: str) -> str:
        origin = self._house.url("console", "")
        headers = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate", "Origin": origin}
        return self._read(
            self._house.web.post(
                origin + path, data={"token": self._token, **fields}, headers=headers, follow_redirects=True
            )
        )

    def _read(self, page: httpx.Response) -> str:
        if found := re.search(r'data-token="([^"]+)"', page.text):
            self._token = found[1]
        return html.unescape(page.text)
