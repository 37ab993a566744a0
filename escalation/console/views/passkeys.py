"""Passkeys: as the only step of signing in, as the second one, and adding and removing them.

Each way has two requests: `ask` hands out what the device is to sign, the other brings what it signed. The
number in it is kept for one use of one browser, for minutes.
"""

import asyncio
import secrets
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from escalation.console import ceremony
from escalation.console.ceremony import Place
from escalation.console.limits import CHALLENGE_SECONDS
from escalation.console.proof import confirmed, counters, give, signed_in, source, take_back
from escalation.console.staff_account import Account, StaffError, checked_name
from escalation.console.staff_passkeys import MOST
from escalation.console.views.account import show
from escalation.console.views.sign_in import refuse_second, second
from escalation.console.visit import Visit

ALONE: Final = "alone"
SECOND: Final = "second"
MAKE: Final = "make"


async def ask_alone(visit: Visit) -> Response:
    """What any passkey of ours is to sign: which one it is, and whose, its device says."""
    at, sessions = _place(visit), visit.console.sessions
    if not await sessions.limits.may_try("knock", source(visit)):
        return visit.say("login.wait", 429)
    await sessions.limits.wrong_try("knock", source(visit))
    knock = secrets.token_urlsafe(24)
    challenge = await sessions.challenges.make(knock, ALONE)
    response = JSONResponse(ceremony.to_sign(at, (), challenge, alone=True))
    give(visit, response, visit.console.settings.knock, knock, CHALLENGE_SECONDS)
    return response


async def alone(visit: Visit) -> Response:
    """A passkey whose device knew its owner: no password, no code."""
    knock = visit.request.cookies.get(visit.console.settings.knock, "")
    account = await _signed(visit, _place(visit), knock, ALONE)
    response: Response
    if account is None:
        response = visit.page("login.html", 401, problem="passkey.wrong", passkeys=True)
    else:
        response = await signed_in(visit, account, visit.go("/"))
    take_back(visit, response, visit.console.settings.knock)
    return response


async def ask_second(visit: Visit) -> Response:
    at, sessions = _place(visit), visit.console.sessions
    known = await asyncio.to_thread(visit.console.staff.passkeys.of, visit.account.id)
    challenge = await sessions.challenges.make(visit.signed.key, SECOND)
    return JSONResponse(ceremony.to_sign(at, known, challenge, alone=False))


async def as_second(visit: Visit) -> Response:
    """A passkey after the password."""
    counted = await counters(visit, visit.account.name)
    if not await visit.console.sessions.limits.all_may(counted):
        return await second(visit, 429, "login.wait")
    account = await _signed(visit, _place(visit), visit.signed.key, SECOND)
    if account is None:
        return await refuse_second(visit, "passkey.wrong")
    return await signed_in(visit, account, visit.go("/"))


async def ask_make(visit: Visit) -> Response:
    """What a new passkey is to be made for; asks for the password, so that an open screen is not enough."""
    at, sessions = _place(visit), visit.console.sessions
    try:
        checked_name(visit.form.get("name", ""))
    except StaffError:
        return visit.say("passkey.bad_name", 422)
    if problem := await confirmed(visit):
        return visit.say(problem, 422)
    known = await asyncio.to_thread(visit.console.staff.passkeys.of, visit.account.id)
    if len(known) >= MOST:
        return visit.say("passkey.many", 422)
    challenge = await sessions.challenges.make(visit.signed.key, MAKE)
    return JSONResponse(ceremony.to_make(at, visit.account, known, challenge))


async def make(visit: Visit) -> Response:
    """Keep a passkey that was just made."""
    at, staff = _place(visit), visit.console.staff
    challenge = await visit.console.sessions.challenges.take(visit.signed.key, MAKE)
    made = None if challenge is None else ceremony.made(at, visit.form.get("credential", ""), challenge)
    if made is None:
        return await show(visit, 422, "passkey.not_made")
    try:
        await asyncio.to_thread(
            staff.passkeys.add,
            visit.account.id,
            visit.form.get("name", ""),
            made.id,
            made.public_key,
            made.sign_count,
            made.synced,
        )
    except StaffError as error:
        return await show(visit, 422, "passkey.many" if error.key == "many" else "passkey.not_made")
    return await visit.leave("passkey.added", "/account")


async def remove(visit: Visit) -> Response:
    passkeys = visit.console.staff.passkeys
    await asyncio.to_thread(passkeys.remove, visit.account.id, visit.form.get("id", ""))
    return await visit.leave("passkey.removed", "/account")


async def _signed(visit: Visit, at: Place, owner: str, purpose: str) -> Account | None:
    """Whose passkey signed what we asked this browser to sign, if all is in order."""
    passkeys, answer = visit.console.staff.passkeys, visit.form.get("credential", "")
    challenge = await visit.console.sessions.challenges.take(owner, purpose)
    passkey = await asyncio.to_thread(passkeys.find, ceremony.id_of(answer))
    if challenge is None or passkey is None:
        return None
    if purpose == SECOND and passkey.account != visit.account.id:
        return None
    count = ceremony.signed(at, answer, challenge, passkey, alone=purpose == ALONE)
    if count is None:
        await asyncio.to_thread(visit.console.staff.trace, passkey.account, "failed", "passkey")
        return None
    return await asyncio.to_thread(passkeys.used, passkey.id, count)


def _place(visit: Visit) -> Place:
    """Where passkeys are good; a page under another address has none to ask for."""
    if (at := visit.place) is None:
        raise HTTPException(404)
    return at
