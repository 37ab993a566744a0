"""Answering: sending, what an answer will cost and look like, and whether it is safe to text at all."""

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from escalation.cases.answer import as_sent
from escalation.cases.case import Safe
from escalation.console.shown import typed
from escalation.console.size import described
from escalation.console.views.case import LONGEST_DRAFT, case_id, newest, shown_page
from escalation.console.visit import FORM_ID, Visit

NEWEST_HEADER = "X-Newest"
SAFE: dict[str, Safe] = {"asked": "asked", "yes": "yes", "no": "no", "": ""}


async def answer(visit: Visit) -> Response:
    """Send an answer. The same form sent twice is one answer; over new words of theirs it is asked again."""
    one, text = case_id(visit), typed(visit.form.get("text", "")[: LONGEST_DRAFT + 1])
    if not text:
        return await _not_sent(visit, "empty", 422)
    if len(text) > LONGEST_DRAFT:
        return await _not_sent(visit, "too_long", 422)
    sessions, once = visit.console.sessions, visit.form.get("once", "")
    if not FORM_ID.fullmatch(once):
        raise HTTPException(400, "form")
    if unseen := await _unseen(visit, one):
        response = await _not_sent(visit, "writing", 409)
        response.headers[NEWEST_HEADER] = unseen
        return response
    if await sessions.once(visit.signed, once):
        anyway = "anyway" in visit.form
        outcome = await visit.console.desk.answer(one, visit.account.id, text, anyway=anyway)
        if outcome != "done":
            await sessions.again(visit.signed, once)
            return await _not_sent(visit, outcome, 422 if outcome == "too_long" else 409)
    return Response(status_code=204) if visit.live else visit.go(f"/cases/{one}#answer")


async def _unseen(visit: Visit, one: str) -> str:
    """The mark of a line that came after what the form's page had long enough on the screen; else empty."""
    view = await visit.console.desk.case(one)
    if view is None or view.row.holder != visit.account.id or "seen" not in visit.form:
        return ""
    try:
        seen = float(visit.form["seen"])
    except ValueError:
        raise HTTPException(400, "form") from None
    return newest(view) if float(newest(view)) > seen else ""


async def typing(visit: Visit) -> Response:
    """Somebody types: the talk is not offered to others while they do."""
    await visit.console.desk.typing(case_id(visit), visit.account.id)
    return Response(status_code=204)


async def safe(visit: Visit) -> Response:
    """Whether it is safe for the person to get texts, as they said."""
    given = visit.form.get("safe", "")
    if given not in SAFE:
        raise HTTPException(400, "form")
    outcome = await visit.console.desk.set_safe(case_id(visit), visit.account.id, SAFE[given])
    if visit.live:
        return Response(status_code=204) if outcome == "done" else visit.say(f"note.{outcome}", 409)
    return visit.go(f"/cases/{case_id(visit)}")


async def measure(visit: Visit) -> Response:
    """What a draft costs as text messages, and how it will look there; it is counted and forgotten."""
    settings, draft = visit.console.settings, typed(visit.form.get("text", "")[:LONGEST_DRAFT])
    if settings.count is None:
        return JSONResponse({"text": "", "wide": False, "looks": []})
    looks = as_sent(draft, "sms")
    text, wide = described(visit.words, looks, settings.count, settings.price)
    return JSONResponse({"text": text, "wide": wide, "looks": looks if looks != [draft] else []})


async def _not_sent(visit: Visit, why: str, status: int) -> Response:
    if visit.live:
        return visit.say(f"note.{why}", status)
    if why in {"empty", "too_long", "writing", "covered"}:
        return await shown_page(visit, status, f"note.{why}", visit.form.get("text", "")[:LONGEST_DRAFT])
    return await visit.leave(why, f"/cases/{case_id(visit)}")
