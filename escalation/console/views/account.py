"""Somebody's own account: password, second factors, language of the pages, open sessions, last events."""

import asyncio

from starlette.responses import Response

from escalation.console.catalogue import LANGUAGES
from escalation.console.proof import CHECKS, confirmed, signed_in
from escalation.console.staff import StaffError
from escalation.console.visit import Visit

_SHOWN = 15


async def page(visit: Visit) -> Response:
    return await show(visit)


async def password(visit: Visit) -> Response:
    """A new password ends every session; this one goes on under a token of its own."""
    staff, limits, who = visit.console.staff, visit.console.sessions.limits, visit.account.id
    old, new = visit.form.get("old", ""), visit.form.get("new", "")
    if new != visit.form.get("again", ""):
        return await show(visit, 422, "account.differ")
    if not await limits.may_try("confirm", who):
        return await show(visit, 429, "login.wait")
    try:
        async with CHECKS:
            changed = await asyncio.to_thread(staff.change_password, who, old, new)
    except StaffError:
        return await show(visit, 422, "account.weak")
    if not changed:
        await limits.wrong_try("confirm", who)
        return await show(visit, 422, "account.wrong")
    await visit.console.sessions.drop_all(who)
    account = await asyncio.to_thread(staff.get, who)
    assert account is not None
    return await signed_in(visit, account, visit.go("/account"), "password")


async def interface(visit: Visit) -> Response:
    language = visit.form.get("language", "")
    if language in ("", *LANGUAGES):
        await asyncio.to_thread(visit.console.staff.set_interface, visit.account.id, language)
    return await visit.leave("saved", "/account")


async def sessions(visit: Visit) -> Response:
    """Sign out everywhere else."""
    await visit.console.sessions.drop_all(visit.account.id, keep=visit.session)
    await asyncio.to_thread(visit.console.staff.trace, visit.account.id, "sessions_ended")
    return await visit.leave("elsewhere", "/account")


async def end_session(visit: Visit) -> Response:
    """Sign out in one other place."""
    for session in await visit.console.sessions.all_of(visit.account.id):
        if session.id == visit.form.get("id") and session.key != visit.signed.key:
            await visit.console.sessions.drop(session)
            await asyncio.to_thread(visit.console.staff.trace, visit.account.id, "sessions_ended")
    return await visit.leave("saved", "/account")


async def recovery(visit: Visit) -> Response:
    """Fresh recovery codes, on a page that is shown once."""
    if problem := await confirmed(visit):
        return await show(visit, 422, problem)
    codes = await asyncio.to_thread(visit.console.staff.new_recovery, visit.account.id)
    return visit.page("recovery.html", codes=codes)


async def show(visit: Visit, status: int = 200, problem: str = "") -> Response:
    staff, who = visit.console.staff, visit.account.id
    open_sessions = await visit.console.sessions.all_of(who)
    return await visit.whole(
        "account.html",
        status,
        problem=problem,
        trail=await asyncio.to_thread(staff.trail, who, _SHOWN),
        languages=LANGUAGES,
        sessions=open_sessions,
        here_id=visit.signed.id,
        others=len(open_sessions) - 1,
        passkeys=await asyncio.to_thread(staff.passkeys.of, who),
        place=visit.place,
        recovery_left=await asyncio.to_thread(staff.recovery_left, who),
    )
