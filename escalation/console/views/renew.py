"""Setting up factors: after an invitation or a reset, and a new code app for somebody who has a new phone."""

import asyncio

import segno
from markupsafe import Markup
from starlette.responses import Response

from escalation.console.factors import uri_of
from escalation.console.proof import CHECKS, confirmed, signed_in
from escalation.console.staff import StaffError
from escalation.console.views.account import show
from escalation.console.visit import Visit


async def page(visit: Visit) -> Response:
    return await _renew_page(visit)


async def renew(visit: Visit) -> Response:
    """A password of their own and a code app: then the account is whole, and they are signed in."""
    staff, sessions, who = visit.console.staff, visit.console.sessions, visit.account.id
    new = visit.form.get("new", "")
    if new != visit.form.get("again", ""):
        return await _renew_page(visit, 422, "account.differ")
    try:
        async with CHECKS:
            done = await asyncio.to_thread(staff.renew, who, new, visit.form.get("code", "")[:20])
    except StaffError:
        return await _renew_page(visit, 422, "account.weak")
    if not done:
        if await sessions.wrong_code(visit.signed):
            return visit.go("/login")
        return await _renew_page(visit, 422, "renew.wrong")
    await sessions.drop_all(who)
    account = await asyncio.to_thread(staff.get, who)
    assert account is not None
    codes = await asyncio.to_thread(staff.new_recovery, who)
    return await signed_in(visit, account, visit.page("recovery.html", codes=codes))


async def begin_app(visit: Visit) -> Response:
    if problem := await confirmed(visit):
        return await show(visit, 422, problem)
    await asyncio.to_thread(visit.console.staff.begin_app, visit.account.id)
    return visit.go("/account/app")


async def app_page(visit: Visit) -> Response:
    return await _app_page(visit)


async def app(visit: Visit) -> Response:
    """The first code of the new app: from now on the old one's are no good."""
    limits, who = visit.console.sessions.limits, visit.account.id
    if not await limits.may_try("confirm", who):
        return await _app_page(visit, 429, "login.wait")
    given = visit.form.get("code", "")[:20]
    if not await asyncio.to_thread(visit.console.staff.finish_app, who, given):
        await limits.wrong_try("confirm", who)
        return await _app_page(visit, 422, "renew.wrong")
    await visit.console.sessions.drop_all(who, keep=visit.session)
    return await visit.leave("renew.app_done", "/account")


async def _renew_page(visit: Visit, status: int = 200, problem: str = "") -> Response:
    secret = await asyncio.to_thread(visit.console.staff.pending_app, visit.account.id)
    if secret is None:
        await visit.console.sessions.drop(visit.signed)
        return visit.go("/login")
    return visit.page("renew.html", status, problem=problem, name=visit.account.name, **_shown(visit, secret))


async def _app_page(visit: Visit, status: int = 200, problem: str = "") -> Response:
    secret = await asyncio.to_thread(visit.console.staff.pending_app, visit.account.id)
    if secret is None:
        return visit.go("/account")
    return await visit.whole("app.html", status, problem=problem, **_shown(visit, secret))


def _shown(visit: Visit, secret: str) -> dict[str, object]:
    """The secret for a camera, and for typing."""
    square = segno.make(uri_of(visit.account.name, secret), error="m", micro=False)
    picture = square.svg_inline(border=4, omitsize=True, svgclass=None, lineclass=None)
    # Drawn by the library from a name of letters and a secret of ours; no word of anybody else's is in it.
    return {
        "picture": Markup(picture),  # noqa: S704
        "secret": " ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
    }
