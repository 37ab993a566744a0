"""Signing in: name and password, then a one-time or recovery code. And out.

A wrong name, a wrong password, a locked and a disabled account all get the same sentence.
"""

import asyncio
from collections.abc import Callable

from starlette.responses import Response

from escalation.console.proof import CHECKS, counters, give, is_familiar, signed_in, take_back
from escalation.console.staff import Account
from escalation.console.visit import Visit

type Check = Callable[[str], Account | None]

_LONGEST = 200
_NEXT = {"halfway": "/login/code", "renewing": "/login/renew"}


async def page(visit: Visit) -> Response:
    if visit.kind in _NEXT:
        return visit.go(_NEXT[visit.kind])
    return _first(visit) if visit.kind == "anyone" else visit.go("/")


async def password(visit: Visit) -> Response:
    """First step. A right password opens no page but the next step's."""
    staff, sessions = visit.console.staff, visit.console.sessions
    name = visit.form.get("name", "")[:_LONGEST]
    counted = await counters(visit, name)
    if not await sessions.limits.all_may(counted):
        return _first(visit, 429, "login.wait")
    async with CHECKS:
        account = await asyncio.to_thread(
            staff.verify_password, name, visit.form.get("password", ""), familiar=is_familiar(counted)
        )
    if account is None:
        await sessions.limits.all_wrong(counted)
        return _first(visit, 401, "login.wrong")
    if visit.session is not None:
        await sessions.drop(visit.session)
    if account.renew_until:
        await asyncio.to_thread(staff.begin_app, account.id)
    token = await sessions.open(
        account.id, "renew" if account.renew_until else "code", account.version, visit.agent
    )
    response = visit.go(_NEXT["renewing" if account.renew_until else "halfway"])
    give(visit, response, visit.console.settings.cookie, token)
    return response


async def code_page(visit: Visit) -> Response:
    return await second(visit)


async def code(visit: Visit) -> Response:
    """Second step, with the code of the phone."""
    staff = visit.console.staff
    return await _second_step(visit, "code.wrong", lambda given: staff.verify_code(visit.account.id, given))


async def recovery(visit: Visit) -> Response:
    """Second step, with one of the codes kept for a lost phone."""
    staff = visit.console.staff
    return await _second_step(
        visit, "recovery.wrong", lambda given: staff.verify_recovery(visit.account.id, given)
    )


async def second(visit: Visit, status: int = 200, problem: str = "") -> Response:
    """The page of the second step, with the ways this account has."""
    passkeys = await asyncio.to_thread(visit.console.staff.passkeys.of, visit.account.id)
    return visit.page(
        "code.html",
        status,
        problem=problem,
        passkeys=bool(passkeys) and visit.place is not None,
        recovery=await asyncio.to_thread(visit.console.staff.recovery_left, visit.account.id),
    )


async def refuse_second(visit: Visit, problem: str) -> Response:
    """Count a wrong second step; after a few of them the first begins again."""
    sessions = visit.console.sessions
    await sessions.limits.all_wrong(await counters(visit, visit.account.name))
    if await sessions.wrong_code(visit.signed):
        return visit.go("/login")
    return await second(visit, 401, problem)


async def sign_out(visit: Visit) -> Response:
    """Ends this session; off duty when it was the last one."""
    console, account = visit.console, visit.account
    await console.sessions.drop(visit.signed)
    if visit.signed.step == "in":
        await asyncio.to_thread(console.staff.trace, account.id, "signed_out")
        if account.at_desk and not await console.sessions.open_sessions(account.id):
            await console.desk.absent(account.id)
    response = visit.go("/login")
    take_back(visit, response, console.settings.cookie)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


async def _second_step(visit: Visit, problem: str, check: Check) -> Response:
    counted = await counters(visit, visit.account.name)
    if not await visit.console.sessions.limits.all_may(counted):
        return await second(visit, 429, "login.wait")
    account = await asyncio.to_thread(check, visit.form.get("code", "")[:20])
    if account is None:
        return await refuse_second(visit, problem)
    return await signed_in(visit, account, visit.go("/"))


def _first(visit: Visit, status: int = 200, problem: str = "") -> Response:
    return visit.page("login.html", status, problem=problem, passkeys=visit.place is not None)
