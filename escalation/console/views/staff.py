"""The administrator's pages: who may sign in, as what, and the trail of who did. No talk is near them."""

import asyncio
from collections.abc import Callable
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from escalation.console.catalogue import LANGUAGES
from escalation.console.proof import confirmed
from escalation.console.staff import ROLES, Account, Invitation, StaffError
from escalation.console.visit import Visit

_TRAIL_SHOWN: Final = 300
_TRAIL_OF_ONE: Final = 40


async def page(visit: Visit) -> Response:
    return await _list(visit)


async def add(visit: Visit) -> Response:
    """Make an account; the answer shows the password to begin with, once."""
    form, staff = visit.form, visit.console.staff
    if problem := await confirmed(visit):
        return await _list(visit, 422, problem)
    try:
        invited = await asyncio.to_thread(
            staff.invite, form.get("name", ""), form.get("role", ""), _spoken(visit), visit.account.id
        )
    except StaffError as error:
        return await _list(visit, 422, f"staff.no_{error.key}")
    return _invited(visit, invited)


async def trail(visit: Visit) -> Response:
    """Every event of every account, the latest first."""
    return await visit.whole(
        "trail.html",
        trail=await asyncio.to_thread(visit.console.staff.trail, None, _TRAIL_SHOWN),
        names=await visit.names(),
    )


async def one(visit: Visit) -> Response:
    return await _one(visit, await _account(visit))


async def role(visit: Visit) -> Response:
    staff, wanted = visit.console.staff, visit.form.get("role", "")
    account = await _account(visit)
    if account.role == wanted:
        return await visit.leave("saved", f"/staff/{account.id}")
    if problem := _own(visit, account) or await confirmed(visit):
        return await _one(visit, account, 422, problem)
    return await _done(
        visit, account, lambda: staff.set_role(account.name, wanted, visit.account.id), ends=True
    )


async def languages(visit: Visit) -> Response:
    staff, account, spoken = visit.console.staff, await _account(visit), _spoken(visit)
    return await _done(visit, account, lambda: staff.set_languages(account.name, spoken, visit.account.id))


async def disable(visit: Visit) -> Response:
    staff, account = visit.console.staff, await _account(visit)
    if problem := _own(visit, account):
        return await _one(visit, account, 422, problem)
    return await _done(visit, account, lambda: staff.disable(account.name, visit.account.id), ends=True)


async def enable(visit: Visit) -> Response:
    staff, account = visit.console.staff, await _account(visit)
    return await _done(visit, account, lambda: staff.enable(account.name, visit.account.id))


async def unlock(visit: Visit) -> Response:
    staff, account = visit.console.staff, await _account(visit)
    return await _done(visit, account, lambda: staff.unlock(account.name, visit.account.id))


async def end_sessions(visit: Visit) -> Response:
    staff, account = visit.console.staff, await _account(visit)
    keep = visit.session if account.id == visit.account.id else None
    await visit.console.sessions.drop_all(account.id, keep=keep)
    await asyncio.to_thread(staff.trace, account.id, "sessions_ended", "", visit.account.id)
    return await visit.leave("saved", f"/staff/{account.id}")


async def reset(visit: Visit) -> Response:
    """All factors of somebody go; the answer shows the password to begin anew with, once."""
    staff, account = visit.console.staff, await _account(visit)
    if problem := _own(visit, account) or await confirmed(visit):
        return await _one(visit, account, 422, problem)
    try:
        invited = await asyncio.to_thread(staff.reset, account.name, visit.account.id)
    except StaffError as error:
        return await _one(visit, account, 422, f"staff.no_{error.key}")
    await _end(visit, account)
    return _invited(visit, invited)


async def _done(
    visit: Visit, account: Account, change: Callable[[], Account], *, ends: bool = False
) -> Response:
    try:
        await asyncio.to_thread(change)
    except StaffError as error:
        return await _one(visit, account, 422, f"staff.no_{error.key}")
    if ends:
        await _end(visit, account)
    return await visit.leave("saved", f"/staff/{account.id}")


async def _end(visit: Visit, account: Account) -> None:
    """Sessions would end at their next request; now they are gone, and whoever had them is off duty."""
    await visit.console.sessions.drop_all(account.id)
    if account.at_desk:
        await visit.console.desk.absent(account.id)


def _own(visit: Visit, account: Account) -> str:
    """Nobody takes their own role, factors or account away: a colleague does, or the command line."""
    return "staff.no_own" if account.id == visit.account.id else ""


def _spoken(visit: Visit) -> list[str]:
    return [language for language in LANGUAGES if f"speaks-{language}" in visit.form]


async def _account(visit: Visit) -> Account:
    account = await asyncio.to_thread(visit.console.staff.get, str(visit.request.path_params["id"]))
    if account is None:
        raise HTTPException(404)
    return account


def _state(account: Account, now: float) -> str:
    if account.disabled:
        return "disabled"
    if account.renew_until:
        return "expired" if account.renew_until <= now else "invited"
    return "resting" if max(account.locked_until, account.code_until) > now else "active"


async def _list(visit: Visit, status: int = 200, problem: str = "") -> Response:
    staff = visit.console.staff
    accounts = await asyncio.to_thread(staff.list)
    return await visit.whole(
        "staff.html",
        status,
        problem=problem,
        accounts=[(account, _state(account, visit.now)) for account in accounts],
        seen=await asyncio.to_thread(staff.last_sign_ins),
        roles=ROLES,
        languages=LANGUAGES,
        typed=visit.form.get("name", ""),
    )


async def _one(visit: Visit, account: Account, status: int = 200, problem: str = "") -> Response:
    staff, sessions = visit.console.staff, visit.console.sessions
    return await visit.whole(
        "staff_one.html",
        status,
        problem=problem,
        person=account,
        state=_state(account, visit.now),
        own=account.id == visit.account.id,
        open_sessions=await sessions.open_sessions(account.id),
        passkeys=len(await asyncio.to_thread(staff.passkeys.of, account.id)),
        recovery_left=await asyncio.to_thread(staff.recovery_left, account.id),
        trail=await asyncio.to_thread(staff.trail, account.id, _TRAIL_OF_ONE),
        names=await visit.names(),
        roles=ROLES,
        languages=LANGUAGES,
    )


def _invited(visit: Visit, invited: Invitation) -> Response:
    return visit.page("invited.html", person=invited.account, password=invited.password)
