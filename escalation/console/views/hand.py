"""Handing a talk to somebody else, and a supervisor who reads with its counsellor, seen by all."""

from starlette.exceptions import HTTPException
from starlette.responses import Response

from escalation.console.shown import typed
from escalation.console.staff import DESK_ROLES
from escalation.console.views.case import HANDED_LANGUAGES, LONGEST_NOTE, case_id, confirm
from escalation.console.visit import Visit


async def page(visit: Visit) -> Response:
    return await confirm(visit, "release")


async def hand_on(visit: Visit) -> Response:
    """To anybody, a colleague at work, a language or a supervisor; with a note that ends with the talk."""
    to, note = visit.form.get("to", ""), typed(visit.form.get("note", ""))[:LONGEST_NOTE]
    if to and not await _is_somebody(visit, to):
        raise HTTPException(400, "form")
    outcome = await visit.console.desk.hand_on(case_id(visit), visit.account.id, to, note)
    if outcome == "absent":
        return await visit.leave("absent", f"/cases/{case_id(visit)}")
    return await visit.leave("released" if outcome == "done" else outcome, "/queue")


async def _is_somebody(visit: Visit, to: str) -> bool:
    kind, _, whom = to.partition(":")
    if kind == "account":
        return whom in await visit.names()
    return whom in (HANDED_LANGUAGES if kind == "language" else DESK_ROLES if kind == "role" else ())


async def join(visit: Visit) -> Response:
    await visit.on_duty()
    outcome = await visit.console.desk.join(case_id(visit), visit.account.id)
    if outcome == "done":
        return visit.go(f"/cases/{case_id(visit)}")
    return await visit.leave("not_joined" if outcome == "not_yours" else outcome, "/board")


async def leave(visit: Visit) -> Response:
    await visit.console.desk.leave(case_id(visit), visit.account.id)
    return await visit.leave("left", "/board")
