"""Signing in: name and password, then a one-time code. And out.

A wrong name, a wrong password, a locked and a disabled account all get the same sentence.
"""

import asyncio
from typing import Final

from starlette.responses import Response

from escalation.console.staff import Account
from escalation.console.staff_file import folded
from escalation.console.visit import Visit

# A password check takes 32 MB and a core for a while: more at once would slow the ones who have work.
_CHECKS: Final = asyncio.Semaphore(2)
_LONGEST = 200


async def page(visit: Visit) -> Response:
    if visit.kind == "halfway":
        return visit.go("/login/code")
    return visit.page("login.html", problem="") if visit.kind == "anyone" else visit.go("/")


async def password(visit: Visit) -> Response:
    """First step. A right password opens no page but the next step's."""
    sessions, name = visit.console.sessions, visit.form.get("name", "")[:_LONGEST]
    if not await _may_try(visit, name):
        return visit.page("login.html", 429, problem="login.wait")
    async with _CHECKS:
        account = await asyncio.to_thread(
            visit.console.staff.verify_password, name, visit.form.get("password", "")
        )
    if account is None:
        await sessions.wrong_try("name", folded(name))
        await sessions.wrong_try("source", _source(visit))
        return visit.page("login.html", 401, problem="login.wrong")
    if visit.session is not None:
        await sessions.drop(visit.session)
    return _with_cookie(visit, await sessions.open(account.id, "code"), "/login/code")


async def code_page(visit: Visit) -> Response:
    return visit.page("code.html", problem="")


async def code(visit: Visit) -> Response:
    """Second step. The session begins here, under a token that did not exist before."""
    sessions = visit.console.sessions
    if not await _may_try(visit, visit.account.name):
        return visit.page("code.html", 429, problem="login.wait")
    given = visit.form.get("code", "")[:20]
    account = await asyncio.to_thread(visit.console.staff.verify_code, visit.account.id, given)
    if account is None:
        await sessions.wrong_try("name", folded(visit.account.name))
        await sessions.wrong_try("source", _source(visit))
        if await sessions.wrong_code(visit.signed):
            return visit.go("/login")
        return visit.page("code.html", 401, problem="code.wrong")
    return await _begin(visit, account)


async def _begin(visit: Visit, account: Account) -> Response:
    sessions = visit.console.sessions
    await sessions.drop(visit.signed)
    await sessions.forget_tries("name", folded(account.name))
    token = await sessions.open(account.id, "in")
    return _with_cookie(visit, token, "/")


async def sign_out(visit: Visit) -> Response:
    """Ends this session; off duty when it was the last one."""
    console, account = visit.console, visit.account
    await console.sessions.drop(visit.signed)
    await asyncio.to_thread(console.staff.trace, account.id, "signed_out")
    if account.at_desk and not await console.sessions.open_sessions(account.id):
        await console.desk.absent(account.id)
    response = visit.go("/login")
    response.delete_cookie(
        console.settings.cookie,
        path="/",
        secure=console.settings.https,
        httponly=True,
        samesite="strict",
    )
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


async def _may_try(visit: Visit, name: str) -> bool:
    sessions = visit.console.sessions
    return await sessions.may_try("name", folded(name)) and await sessions.may_try("source", _source(visit))


def _source(visit: Visit) -> str:
    return visit.request.client.host if visit.request.client else ""


def _with_cookie(visit: Visit, token: str, path: str) -> Response:
    settings, response = visit.console.settings, visit.go(path)
    # No lifetime: the browser forgets it when it is closed; the store forgets it sooner.
    response.set_cookie(
        settings.cookie, token, path="/", secure=settings.https, httponly=True, samesite="strict"
    )
    return response
