"""What every proof of identity on a page goes through: limits before it, and a session after it."""

import asyncio
from typing import Final

from starlette.responses import Response

from escalation.console.familiar import MARK_SECONDS
from escalation.console.limits import Counter, source_of
from escalation.console.staff_account import Account
from escalation.console.staff_rows import folded
from escalation.console.visit import Visit

# A password check takes 32 MB and a core for a while: more at once would slow the ones who have work.
CHECKS: Final = asyncio.Semaphore(2)


def source(visit: Visit) -> str:
    return source_of(visit.request, behind_proxy=visit.console.settings.https)


async def counters(visit: Visit, name: str) -> tuple[Counter, ...]:
    """What counts somebody's wrong tries as `name`: their own browser, or else the place they come from."""
    console, mark = visit.console, visit.request.cookies.get(visit.console.settings.mark, "")
    if mark:
        account = await asyncio.to_thread(console.staff.named, name)
        if browser := console.sessions.familiar.browser(mark, account):
            return (("browser", browser),)
    place = source(visit)
    return (("pair", f"{folded(name)}\0{place}"), ("source", place))


def is_familiar(counted: tuple[Counter, ...]) -> bool:
    return counted[0][0] == "browser"


async def confirmed(visit: Visit) -> str:
    """Empty if the form holds the password of whoever is signed in; else what to say."""
    limits, who = visit.console.sessions.limits, visit.account.id
    if not await limits.may_try("confirm", who):
        return "login.wait"
    async with CHECKS:
        right = await asyncio.to_thread(visit.console.staff.confirms, who, visit.form.get("password", ""))
    if right:
        return ""
    await limits.wrong_try("confirm", who)
    return "account.wrong"


async def signed_in(visit: Visit, account: Account, response: Response, word: str = "") -> Response:
    """The session begins here, under a token that did not exist before; the one until now is over."""
    console, sessions = visit.console, visit.console.sessions
    if visit.session is not None:
        await sessions.drop(visit.session)
    counted = await counters(visit, account.name)
    await sessions.limits.forget_tries(*counted[0])
    token = await sessions.open(account.id, "in", account.version, visit.agent)
    if word and (session := await sessions.load(token, visit.agent)):
        await sessions.note(session, word)
    give(visit, response, console.settings.cookie, token)
    if not is_familiar(counted):
        give(visit, response, console.settings.mark, sessions.familiar.mark(account), MARK_SECONDS)
    return response


def give(visit: Visit, response: Response, name: str, value: str, seconds: int | None = None) -> None:
    """A cookie for this host only, out of scripts' reach; without `seconds` it ends with the browser."""
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        path="/",
        secure=visit.console.settings.https,
        httponly=True,
        samesite="strict",
    )


def take_back(visit: Visit, response: Response, name: str) -> None:
    response.delete_cookie(
        name, path="/", secure=visit.console.settings.https, httponly=True, samesite="strict"
    )
