"""One request of somebody: who they are, what they sent, and how they are answered."""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from escalation.console.catalogue import LANGUAGES, Words, asked, words
from escalation.console.ceremony import Place, place
from escalation.console.desk import Desk
from escalation.console.endings import Endings
from escalation.console.live import Hub
from escalation.console.pages import Pages
from escalation.console.roster import Roster
from escalation.console.sessions import Session, SessionStore
from escalation.console.settings import ConsoleSettings, Directory
from escalation.console.staff import Account, Staff

LARGEST_FORM = 64 * 1024
FORM_ID = re.compile(r"[0-9A-Za-z-]{1,64}")
"""What an id of a case or a form may look like."""
LIVE_HEADER = "x-live"
"""Set by the console's own script: answer with a fragment or a status, not with a page."""


@dataclass(frozen=True, slots=True, repr=False)
class Console:
    """The parts every view works with."""

    desk: Desk
    staff: Staff
    roster: Roster
    sessions: SessionStore
    settings: ConsoleSettings
    directory: Directory | None
    pages: Pages
    hub: Hub
    endings: Endings


@dataclass(slots=True, repr=False)
class Visit:
    """A request with its session and account, as far as there are any."""

    request: Request
    console: Console
    form: Mapping[str, str] = field(default_factory=dict)

    @property
    def session(self) -> Session | None:
        found: Session | None = self.request.scope["state"].get("session")
        return found

    @property
    def visitor(self) -> Account | None:
        found: Account | None = self.request.scope["state"].get("account")
        return found

    @property
    def agent(self) -> str:
        return self.request.headers.get("user-agent", "")

    @property
    def place(self) -> Place | None:
        """Where passkeys are good, if they can be used under this address."""
        return place(self.console.settings.url, self.request.headers.get("host", ""))

    @property
    def kind(self) -> str:
        """What the role table knows this visitor as."""
        return kind_of(self.session, self.visitor)

    @property
    def account(self) -> Account:
        """The signed-in account; only in views that the role table keeps for accounts."""
        assert self.visitor is not None
        return self.visitor

    @property
    def signed(self) -> Session:
        """The session; only in views that the role table keeps from strangers."""
        assert self.session is not None
        return self.session

    @property
    def live(self) -> bool:
        return LIVE_HEADER in self.request.headers

    @property
    def words(self) -> Words:
        return words_for(self.request, self.visitor)

    @property
    def now(self) -> float:
        return self.console.settings.clock.now()

    def page(self, template: str, status: int = 200, /, **context: object) -> HTMLResponse:
        form = "" if self.session is None else self.session.form
        account = self.visitor if self.session and self.session.step == "in" else None
        html = self.console.pages.render(template, self.words, form=form, account=account, **context)
        return HTMLResponse(html, status)

    async def whole(self, template: str, status: int = 200, /, **context: object) -> HTMLResponse:
        """A page of its own, with the word that the last action left for it."""
        note = await self.console.sessions.take_note(self.signed)
        return self.page(template, status, note=note, **context)

    def go(self, path: str) -> Response:
        return RedirectResponse(path, 303)

    async def leave(self, word: str, path: str) -> Response:
        """Go to another page, which says this word of the catalogue (alone: of its `note` section)."""
        await self.console.sessions.note(self.signed, word)
        return self.go(path)

    def say(self, key: str, status: int) -> Response:
        """One sentence for the script that asked."""
        return PlainTextResponse(self.words(key), status)

    async def on_duty(self) -> None:
        await self.console.desk.present(self.account.id, self.account.languages)

    async def read_form(self) -> None:
        self.form = await form_of(self.request)

    def check_token(self) -> None:
        """The form must come from a page of this session."""
        given = self.form.get("token", "")
        if self.session and not hmac.compare_digest(given.encode(), self.session.form.encode()):
            raise HTTPException(403, "stale")

    async def names(self) -> dict[str, str]:
        return await self.console.roster.names()


def kind_of(session: Session | None, account: Account | None) -> str:
    if session is None or account is None:
        return "anyone"
    return account.role if session.step == "in" else {"code": "halfway", "renew": "renewing"}[session.step]


def words_for(request: Request, account: Account | None) -> Words:
    if account is not None and account.interface in LANGUAGES:
        return words(account.interface)
    return words(asked(request.headers.get("accept-language", "")))


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a form; raises HTTPException for anything that is none, or too big."""
    if request.headers.get("content-type", "").split(";")[0].strip() != "application/x-www-form-urlencoded":
        raise HTTPException(415, "form")
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_FORM:
            raise HTTPException(413, "large")
    try:
        fields = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=20, errors="strict")
    except ValueError:
        raise HTTPException(400, "form") from None
    return dict(fields)
