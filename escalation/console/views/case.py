"""One talk: taking it, reading it, answering, handing it on, closing it.

Lines are shown to the counsellor who holds the talk and to nobody else.
"""

import re
import secrets
from collections.abc import Awaitable

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from escalation.cases.case import CaseView, Outcome
from escalation.console.endings import Way
from escalation.console.rows import LANGUAGE_TAGS, present, show_line
from escalation.console.shown import line, shown, typed
from escalation.console.size import described
from escalation.console.visit import Visit

_ID = re.compile(r"[0-9A-Za-z-]{1,64}")
_LONGEST_DRAFT = 4000


async def page(visit: Visit) -> Response:
    await visit.on_duty()
    return await _page(visit)


async def live(visit: Visit) -> Response:
    case_id = _id(visit)
    return visit.page("_case.html", 200, **await _context(visit, case_id))


async def claim(visit: Visit) -> Response:
    case_id = _id(visit)
    await visit.on_duty()
    outcome = await visit.console.desk.claim(case_id, visit.account.id)
    if outcome == "done":
        visit.console.endings.forget(case_id)
        return visit.go(f"/cases/{case_id}")
    return await visit.leave(outcome, "/queue")


async def answer(visit: Visit) -> Response:
    """Send an answer. The same form sent twice is one answer."""
    case_id, text = _id(visit), typed(visit.form.get("text", "")[: _LONGEST_DRAFT + 1])
    if not text:
        return await _not_sent(visit, "empty", 422)
    if len(text) > _LONGEST_DRAFT:
        return await _not_sent(visit, "too_long", 422)
    sessions, once = visit.console.sessions, visit.form.get("once", "")
    if not _ID.fullmatch(once):
        raise HTTPException(400, "form")
    if await sessions.once(visit.signed, once):
        anyway = "anyway" in visit.form
        outcome = await visit.console.desk.answer(case_id, visit.account.id, text, anyway=anyway)
        if outcome != "done":
            await sessions.again(visit.signed, once)
            return await _not_sent(visit, outcome, 422 if outcome == "too_long" else 409)
    return Response(status_code=204) if visit.live else visit.go(f"/cases/{case_id}#answer")


async def release(visit: Visit) -> Response:
    outcome = await visit.console.desk.release(_id(visit), visit.account.id)
    return await visit.leave("released" if outcome == "done" else outcome, "/queue")


async def bot_page(visit: Visit) -> Response:
    return await _confirm(visit, "bot")


async def to_bot(visit: Visit) -> Response:
    outcome = await _end(visit, "bot", visit.console.desk.to_bot(_id(visit), visit.account.id))
    return await visit.leave("bot" if outcome == "done" else outcome, "/queue")


async def close_page(visit: Visit) -> Response:
    return await _confirm(visit, "close")


async def close(visit: Visit) -> Response:
    case_id = _id(visit)
    closing = visit.console.desk.close(case_id, visit.account.id, wipe_chat="wipe" in visit.form)
    outcome = await _end(visit, "closed", closing)
    if outcome in {"done", "gone"}:
        # The case's own page says that it is erased.
        return visit.go(f"/cases/{case_id}")
    return await visit.leave(outcome, "/queue")


async def _end(visit: Visit, way: Way, ending: Awaitable[Outcome]) -> Outcome:
    """Remember how a talk ends before it does: open tabs hear of it at once."""
    case_id, endings = _id(visit), visit.console.endings
    endings.add(case_id, way)
    outcome = await ending
    if outcome != "done":
        endings.forget(case_id)
    return outcome


async def measure(visit: Visit) -> Response:
    """What a draft costs as text messages; it is counted and forgotten."""
    count = visit.console.settings.count
    if count is None:
        return JSONResponse({"text": "", "wide": False})
    text, wide = described(visit.words, count(typed(visit.form.get("text", "")[:_LONGEST_DRAFT])))
    return JSONResponse({"text": text, "wide": wide})


async def _page(visit: Visit, status: int = 200, problem: str = "", draft: str = "") -> Response:
    context = await _context(visit, _id(visit))
    if context["state"] == "gone":
        status = 404
    return await visit.whole("case.html", status, problem=problem, draft=draft, **context)


async def _context(visit: Visit, case_id: str) -> dict[str, object]:
    """What the templates of a talk may use; lines only for its holder."""
    view, endings = await visit.console.desk.case(case_id), visit.console.endings
    nothing: dict[str, object] = {"case_id": case_id, "row": None, "lines": ()}
    if view is None:
        endings.gone(case_id)
        return nothing | {"state": "gone", "way": endings.way(case_id)}
    if endings.running(case_id) and view.row.holder == visit.account.id:
        # The desk has the order; what was said is shown no more, though it takes a moment to be gone.
        return nothing | {"state": "ending", "way": endings.way(case_id)}
    row = present(view.row, visit.words, visit.now, visit.account.id, await visit.names())
    context = nothing | {"state": row.state, "way": "closed", "row": row}
    if row.state == "mine":
        context |= {
            "lines": tuple(show_line(entry, visit.words) for entry in view.lines),
            "talk_tag": LANGUAGE_TAGS.get((view.row.language, view.row.script), ""),
            "services": _services(visit, view),
            "counted": view.row.channel == "sms" and visit.console.settings.count is not None,
            "once": secrets.token_hex(8),
            "longest": _LONGEST_DRAFT,
        }
    return context


def _services(visit: Visit, view: CaseView) -> list[tuple[str, str]]:
    if visit.console.directory is None:
        return []
    found = visit.console.directory(view.row.country, view.row.language)
    return [(line(name, 120), shown(text, 500)) for name, text in found][:20]


async def _confirm(visit: Visit, what: str) -> Response:
    """The question before a step that cannot be undone, for browsers without scripts."""
    case_id = _id(visit)
    context = await _context(visit, case_id)
    if context["state"] != "mine":
        return visit.go(f"/cases/{case_id}")
    return await visit.whole("confirm.html", what=what, **context)


async def _not_sent(visit: Visit, why: str, status: int) -> Response:
    if visit.live:
        return visit.say(f"note.{why}", status)
    if why in {"empty", "too_long", "covered"}:
        return await _page(visit, status, f"note.{why}", visit.form.get("text", "")[:_LONGEST_DRAFT])
    return await visit.leave(why, f"/cases/{_id(visit)}")


def _id(visit: Visit) -> str:
    case_id = str(visit.request.path_params["id"])
    if not _ID.fullmatch(case_id):
        raise HTTPException(404)
    return case_id
