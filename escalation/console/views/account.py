"""A counsellor's own account: password, language of the pages, open sessions, last sign-ins."""

import asyncio

from starlette.responses import Response

from escalation.console.catalogue import LANGUAGES
from escalation.console.staff import StaffError
from escalation.console.visit import Visit

_SHOWN = 15


async def page(visit: Visit) -> Response:
    return await _page(visit)


async def password(visit: Visit) -> Response:
    staff, old, new = visit.console.staff, visit.form.get("old", ""), visit.form.get("new", "")
    if new != visit.form.get("again", ""):
        return await _page(visit, 422, "account.differ")
    try:
        changed = await asyncio.to_thread(staff.change_password, visit.account.id, old, new)
    except StaffError:
        return await _page(visit, 422, "account.weak")
    if not changed:
        return await _page(visit, 422, "account.wrong")
    await visit.console.sessions.drop_all(visit.account.id, keep=visit.session)
    return await visit.leave("password", "/account")


async def interface(visit: Visit) -> Response:
    language = visit.form.get("language", "")
    if language in ("", *LANGUAGES):
        await asyncio.to_thread(visit.console.staff.set_interface, visit.account.id, language)
    return await visit.leave("saved", "/account")


async def sessions(visit: Visit) -> Response:
    """Sign out everywhere else."""
    await visit.console.sessions.drop_all(visit.account.id, keep=visit.session)
    return await visit.leave("elsewhere", "/account")


async def _page(visit: Visit, status: int = 200, problem: str = "") -> Response:
    trail = await asyncio.to_thread(visit.console.staff.trail, visit.account.id, _SHOWN)
    return await visit.whole(
        "account.html",
        status,
        problem=problem,
        trail=trail,
        languages=LANGUAGES,
        others=await visit.console.sessions.open_sessions(visit.account.id) - 1,
    )
