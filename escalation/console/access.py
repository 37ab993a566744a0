"""Who may open what: every route is in this table, with the visitors it is for; there is no other."""

from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from escalation.console.staff import DESK_ROLES, ROLES
from escalation.console.views import (
    account,
    answer,
    case,
    events,
    files,
    hand,
    home,
    mute,
    passkeys,
    queue,
    renew,
    shift,
    sign_in,
    staff,
)
from escalation.console.visit import Console, Visit

type View = Callable[[Visit], Awaitable[Response]]

EVERYBODY: Final = frozenset({"anyone", "halfway", "renewing", *ROLES})
ONLY_HALFWAY: Final = frozenset({"halfway"})
ONLY_RENEWING: Final = frozenset({"renewing"})
NOT_IN: Final = frozenset({"anyone", "halfway", "renewing"})
STAFF: Final = frozenset(ROLES)
SESSION: Final = STAFF | {"halfway", "renewing"}
ADMINISTRATORS: Final = frozenset({"administrator"})
DESK: Final = DESK_ROLES
SUPERVISORS: Final = frozenset({"supervisor"})


class Entry(NamedTuple):
    method: str
    path: str
    view: View
    who: frozenset[str]
    passive: bool = False
    """Asked for by the page itself: does not count as somebody being there."""


TABLE: Final = (
    Entry("GET", "/health/live", home.alive, EVERYBODY, passive=True),
    Entry("GET", "/static/{name}", files.static, EVERYBODY, passive=True),
    Entry("GET", "/login", sign_in.page, EVERYBODY, passive=True),
    Entry("POST", "/login", sign_in.password, EVERYBODY),
    Entry("GET", "/login/code", sign_in.code_page, ONLY_HALFWAY),
    Entry("POST", "/login/code", sign_in.code, ONLY_HALFWAY),
    Entry("POST", "/login/recovery", sign_in.recovery, ONLY_HALFWAY),
    Entry("POST", "/login/code/passkey/ask", passkeys.ask_second, ONLY_HALFWAY),
    Entry("POST", "/login/code/passkey", passkeys.as_second, ONLY_HALFWAY),
    Entry("POST", "/login/passkey/ask", passkeys.ask_alone, NOT_IN),
    Entry("POST", "/login/passkey", passkeys.alone, NOT_IN),
    Entry("GET", "/login/renew", renew.page, ONLY_RENEWING),
    Entry("POST", "/login/renew", renew.renew, ONLY_RENEWING),
    Entry("POST", "/logout", sign_in.sign_out, SESSION),
    Entry("GET", "/", home.home, STAFF),
    Entry("GET", "/account", account.page, STAFF),
    Entry("POST", "/account/password", account.password, STAFF),
    Entry("POST", "/account/interface", account.interface, STAFF),
    Entry("POST", "/account/sessions", account.sessions, STAFF),
    Entry("POST", "/account/sessions/end", account.end_session, STAFF),
    Entry("POST", "/account/recovery", account.recovery, STAFF),
    Entry("GET", "/account/app", renew.app_page, STAFF),
    Entry("POST", "/account/app", renew.begin_app, STAFF),
    Entry("POST", "/account/app/code", renew.app, STAFF),
    Entry("POST", "/account/passkeys/ask", passkeys.ask_make, STAFF),
    Entry("POST", "/account/passkeys", passkeys.make, STAFF),
    Entry("POST", "/account/passkeys/remove", passkeys.remove, STAFF),
    Entry("GET", "/staff", staff.page, ADMINISTRATORS),
    Entry("POST", "/staff", staff.add, ADMINISTRATORS),
    Entry("GET", "/staff/trail", staff.trail, ADMINISTRATORS),
    Entry("GET", "/staff/{id}", staff.one, ADMINISTRATORS),
    Entry("POST", "/staff/{id}/role", staff.role, ADMINISTRATORS),
    Entry("POST", "/staff/{id}/languages", staff.languages, ADMINISTRATORS),
    Entry("POST", "/staff/{id}/disable", staff.disable, ADMINISTRATORS),
    Entry("POST", "/staff/{id}/enable", staff.enable, ADMINISTRATORS),
    Entry("POST", "/staff/{id}/unlock", staff.unlock, ADMINISTRATORS),
    Entry("POST", "/staff/{id}/reset", staff.reset, ADMINISTRATORS),
    Entry("POST", "/staff/{id}/sessions", staff.end_sessions, ADMINISTRATORS),
    Entry("GET", "/queue", queue.page, DESK),
    Entry("GET", "/queue/live", queue.live, DESK, passive=True),
    Entry("POST", "/queue/take", queue.take, DESK),
    Entry("GET", "/events", events.stream, DESK, passive=True),
    Entry("POST", "/beat", home.beat, DESK, passive=True),
    Entry("POST", "/present", home.present, DESK),
    Entry("POST", "/measure", answer.measure, DESK),
    Entry("GET", "/cases/{id}", case.page, DESK),
    Entry("GET", "/cases/{id}/live", case.live, DESK, passive=True),
    Entry("POST", "/cases/{id}/claim", case.claim, DESK),
    Entry("POST", "/cases/{id}/answer", answer.answer, DESK),
    Entry("POST", "/cases/{id}/release", hand.hand_on, DESK),
    Entry("GET", "/cases/{id}/bot", case.bot_page, DESK),
    Entry("POST", "/cases/{id}/bot", case.to_bot, DESK),
    Entry("GET", "/cases/{id}/close", case.close_page, DESK),
    Entry("POST", "/cases/{id}/close", case.close, DESK),
    Entry("GET", "/cases/{id}/mute", mute.page, DESK),
    Entry("POST", "/cases/{id}/mute", mute.mute, DESK),
    Entry("GET", "/muted", mute.listed, DESK),
    Entry("POST", "/muted/lift", mute.lift, DESK),
    Entry("GET", "/shift", shift.page, DESK),
    Entry("POST", "/shift", shift.change, DESK),
    Entry("GET", "/board", shift.board_page, SUPERVISORS),
    Entry("GET", "/board/live", shift.board_live, SUPERVISORS, passive=True),
    Entry("GET", "/cases/{id}/pick", case.pick, DESK),
    Entry("POST", "/cases/{id}/typing", answer.typing, DESK),
    Entry("POST", "/cases/{id}/safe", answer.safe, DESK),
    Entry("GET", "/cases/{id}/release", hand.page, DESK),
    Entry("POST", "/cases/{id}/join", hand.join, SUPERVISORS),
    Entry("POST", "/cases/{id}/leave", hand.leave, SUPERVISORS),
)


def routes(console: Console) -> list[Route]:
    return [
        Route(
            entry.path, _guarded(console, entry), methods=[entry.method], name=f"{entry.method} {entry.path}"
        )
        for entry in TABLE
    ]


def _guarded(console: Console, entry: Entry) -> Callable[[Request], Awaitable[Response]]:
    """The view behind its checks: role, then form token, then the idle time begins again."""

    async def endpoint(request: Request) -> Response:
        visit = Visit(request, console)
        if visit.kind not in entry.who:
            raise HTTPException(403, "role")
        if entry.method == "POST":
            await visit.read_form()
            visit.check_token()
        if visit.session is not None and not entry.passive and "auto" not in request.query_params:
            await console.sessions.touch(visit.session)
        return await entry.view(visit)

    return endpoint
