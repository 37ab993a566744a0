"""Muting somebody who abuses the line, who is muted, and ending a mute. No number is anywhere near."""

import asyncio
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot.marks import MUTE_HOURS
from escalation.console.moments import iso, moment
from escalation.console.shown import line
from escalation.console.views.case import case_id, confirm, end, ended
from escalation.console.visit import FORM_ID, Visit


@dataclass(frozen=True, slots=True, repr=False)
class Muted:
    """One mute as the page lists it."""

    id: str
    alias: str
    by: str
    until: str
    at: str


async def page(visit: Visit) -> Response:
    return await confirm(visit, "mute")


async def mute(visit: Visit) -> Response:
    """End the talk and mute its address; the trail says who did, not whom."""
    one, hours = case_id(visit), visit.form.get("hours", "")
    if hours not in {str(known) for known in MUTE_HOURS}:
        raise HTTPException(400, "form")
    muting = visit.console.desk.mute(one, visit.account.id, int(hours), wipe_chat="wipe" in visit.form)
    outcome = await end(visit, "closed", muting)
    if outcome == "done":
        await asyncio.to_thread(visit.console.staff.trace, visit.account.id, "muted")
    return await ended(visit, outcome)


async def listed(visit: Visit) -> Response:
    await visit.on_duty()
    names, words = await visit.names(), visit.words
    mutes = [
        Muted(
            one.id,
            line(one.alias, 60),
            line(names.get(one.by, ""), 60) or words("queue.somebody"),
            moment(one.until, visit.now),
            iso(one.until),
        )
        for one in await visit.console.desk.mutes()
    ]
    return await visit.whole("muted.html", mutes=mutes)


async def lift(visit: Visit) -> Response:
    one = visit.form.get("mute", "")
    if not FORM_ID.fullmatch(one):
        raise HTTPException(400, "form")
    if not await visit.console.desk.lift(one):
        return await visit.leave("mute_over", "/muted")
    await asyncio.to_thread(visit.console.staff.trace, visit.account.id, "unmuted")
    return await visit.leave("unmuted", "/muted")
