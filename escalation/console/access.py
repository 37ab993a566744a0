"""Who may open what: every route is in this table, with the visitors it is for; there is no other."""

from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from escalation.console.staff import DESK_ROLES, ROLES
from escalation.console.views import account, answer, case, events, files, hand, home, queue, shift, sign_in
from escalation.console.visit import Console, Visit

type View = Callable[[Visit], Awaitable[Response]]

EVERYBODY: Final = frozenset({"anyone", "halfway", *ROLES})
ONLY_HALFWAY: Final = frozenset({"halfway"})
STAFF: Final = frozenset(ROLES)
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
    Entry("POST", "/logout", sign_in.sign_out, STAFF),
    Entry("GET", "/", home.home, STAFF),
    Entry("GET", "/account", account.page, STAFF),
    Entry("POST", "/account/password", account.password, STAFF),
    Entry("POST", "/account/interface", account.interface, STAFF),
    Entry("POST", "/account/sessions", account.sessions, STAFF),
    Entry("GET", "/queue", queue.page, DESK),
    Entry("GET", "/queue/live", queue.live, DESK, passive=True),
    Entry("POST", "/queue/take", queue.take, DESK),
    Entry("GET", "/events", events.stream, DESK, passive=True),
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
