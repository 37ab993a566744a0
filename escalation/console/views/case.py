"""One talk: taking it, reading it, closing it.

Lines are shown to the counsellor who holds the talk, to a supervisor who joined it so that all see it, and to
nobody else.
"""

import secrets
from collections.abc import Awaitable

from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot.marks import MUTE_HOURS
from escalation.cases.answer import told
from escalation.cases.case import CaseRow, CaseView, Outcome
from escalation.console.endings import Way
from escalation.console.practised import look_back
from escalation.console.quick import quick
from escalation.console.rows import LANGUAGE_TAGS, present, show_line
from escalation.console.shown import line, shown, typed
from escalation.console.urgency import needs_reason
from escalation.console.visit import FORM_ID, Visit

HANDED_LANGUAGES = ("en", "sq", "bcms", "ro")
LONGEST_DRAFT = 4000
USUAL_MUTE = 8
"""Hours a mute lasts unless another length is chosen."""
LONGEST_NOTE = 500
AWAY_HEADER = "x-away"
"""Set by the console's own script while nobody can see the page: what comes then has not been read."""


async def page(visit: Visit) -> Response:
    await visit.on_duty()
    return await shown_page(visit)


async def live(visit: Visit) -> Response:
    reads = AWAY_HEADER not in visit.request.headers
    return visit.page("_case.html", 200, **await context(visit, case_id(visit), reads=reads, tools=False))


async def claim(visit: Visit) -> Response:
    """Take this one. Passing over somebody more urgent needs a reason, which is kept with the case."""
    one = case_id(visit)
    await visit.on_duty()
    why = typed(visit.form.get("why", ""))[:LONGEST_NOTE]
    if not why and await _passes_over(visit, one):
        return visit.go(f"/cases/{one}/pick")
    outcome = await visit.console.desk.claim(one, visit.account.id, why)
    if outcome == "done":
        visit.console.endings.forget(one)
        return visit.go(f"/cases/{one}")
    return await visit.leave(outcome, "/queue")


async def pick(visit: Visit) -> Response:
    """The question why this one, before more urgent ones."""
    one = case_id(visit)
    row = next((row for row in await visit.console.desk.queue() if row.id == one), None)
    if row is None or row.state != "waiting":
        return visit.go(f"/cases/{one}")
    [row] = await visit.console.desk.opened([row]) or [row]
    shown_row = present(row, visit.words, visit.now, visit.account, await visit.names())
    return await visit.whole("pick.html", row=shown_row, longest=LONGEST_NOTE)


async def _passes_over(visit: Visit, one: str) -> bool:
    waiting = [row for row in await visit.console.desk.queue() if row.state == "waiting"]
    wanted = next((row for row in waiting if row.id == one), None)
    return wanted is not None and needs_reason(wanted, waiting, visit.account, visit.now)


async def bot_page(visit: Visit) -> Response:
    return await confirm(visit, "bot")


async def to_bot(visit: Visit) -> Response:
    outcome = await end(visit, "bot", visit.console.desk.to_bot(case_id(visit), visit.account.id))
    if outcome == "done" and visit.console.settings.practice is not None:
        return visit.go(f"/cases/{case_id(visit)}")
    return await visit.leave("bot" if outcome == "done" else outcome, "/queue")


async def close_page(visit: Visit) -> Response:
    return await confirm(visit, "close")


async def close(visit: Visit) -> Response:
    one = case_id(visit)
    closing = visit.console.desk.close(one, visit.account.id, wipe_chat="wipe" in visit.form)
    return await ended(visit, await end(visit, "closed", closing))


async def ended(visit: Visit, outcome: Outcome) -> Response:
    """Where a talk that was ended and erased is left for."""
    if outcome in {"done", "gone"}:
        # The case's own page says that it is erased.
        return visit.go(f"/cases/{case_id(visit)}")
    return await visit.leave(outcome, "/queue")


async def end(visit: Visit, way: Way, ending: Awaitable[Outcome]) -> Outcome:
    """Remember how a talk ends before it does: open tabs hear of it at once."""
    one, endings = case_id(visit), visit.console.endings
    endings.add(one, way)
    outcome = await ending
    if outcome != "done":
        endings.forget(one)
    return outcome


async def shown_page(visit: Visit, status: int = 200, problem: str = "", draft: str = "") -> Response:
    found = await context(visit, case_id(visit))
    if found["state"] == "gone":
        status = 404
    return await visit.whole("case.html", status, problem=problem, draft=draft, **found)


async def context(visit: Visit, one: str, *, reads: bool = True, tools: bool = True) -> dict[str, object]:
    """What the templates of a talk may use; lines only for its readers. `reads`: on a screen."""
    view, endings = await visit.console.desk.case(one), visit.console.endings
    nothing: dict[str, object] = {"case_id": one, "row": None, "lines": (), "not_ended": False}
    nothing |= {"look_back": None}
    if view is None:
        endings.gone(one)
        return nothing | {"state": "gone", "way": endings.way(one), "look_back": look_back(visit, one)}
    if view.row.not_ended:
        endings.forget(one)
    if (endings.running(one) or view.row.closing) and view.row.holder == visit.account.id:
        # The desk has the order; what was said is shown no more, though it takes a moment to be gone.
        return nothing | {"state": "ending", "way": endings.way(one)}
    row = present(view.row, visit.words, visit.now, visit.account, await visit.names())
    found = nothing | {"state": row.state, "way": "closed", "row": row}
    if row.state in {"mine", "joined"}:
        found |= _talk(visit, view, view.row.claimed_at if row.state == "mine" else None)
    if row.state == "mine":
        found |= await _left(visit, view.row)
        found |= await _tools(visit, view.row) if tools else {}
        if reads:
            await visit.console.desk.seen(view.row)
    return found


def _talk(visit: Visit, view: CaseView, mine_since: float | None) -> dict[str, object]:
    return {
        "lines": tuple(show_line(entry, visit.words, mine_since) for entry in view.lines),
        "talk_tag": LANGUAGE_TAGS.get((view.row.language, view.row.script), ""),
        "newest": newest(view),
        "not_ended": view.row.not_ended,
    }


async def _left(visit: Visit, row: CaseRow) -> dict[str, object]:
    """What the counsellor before left for this one."""
    by = line((await visit.names()).get(row.passed_by, ""), 60) or visit.words("queue.somebody")
    return {"note_left": shown(row.note, LONGEST_NOTE + 100), "passed_by": by}


async def _tools(visit: Visit, row: CaseRow) -> dict[str, object]:
    """What a holder works with; not part of what is fetched anew with every line."""
    settings = visit.console.settings
    return {
        "services": _services(visit, row),
        "quick": quick(row.language, row.script),
        "counted": row.channel == "sms" and settings.count is not None,
        "once": secrets.token_hex(8),
        "longest": LONGEST_DRAFT,
        "longest_note": LONGEST_NOTE,
        "targets": await _targets(visit),
        "told": {
            "close": told("ended", row),
            "bot": told("returned_to_bot", row),
            "mute": told("muted", row, hours=USUAL_MUTE),
        },
        "mute_hours": MUTE_HOURS,
        "usual_mute": USUAL_MUTE,
    }


def newest(view: CaseView) -> str:
    """When the person last wrote, as a mark for "what is on the screen"; `0` while they have not."""
    return repr(max((entry.at for entry in view.lines if entry.who == "person"), default=0))


async def _targets(visit: Visit) -> list[tuple[str, str]]:
    """To whom a talk can be handed: (what the form sends, words)."""
    names, words = await visit.names(), visit.words
    crew = [one for one in await visit.console.desk.crew() if one.id != visit.account.id and not one.away]
    found = [("", words("hand.anybody"))]
    if visit.account.role != "supervisor":
        found.append(("role:supervisor", words("role.supervisor")))
    found += [(f"account:{one.id}", line(names[one.id], 60)) for one in crew if one.id in names]
    return found + [(f"language:{code}", words(f"language.{code}")) for code in HANDED_LANGUAGES]


def _services(visit: Visit, row: CaseRow) -> list[tuple[str, str]]:
    if visit.console.directory is None:
        return []
    found = visit.console.directory(row.country, row.language)
    return [(line(name, 120), shown(text, 500)) for name, text in found][:20]


async def confirm(visit: Visit, what: str) -> Response:
    """The question before a step, for browsers without scripts."""
    one = case_id(visit)
    found = await context(visit, one, reads=False)
    if found["state"] != "mine":
        return visit.go(f"/cases/{one}")
    return await visit.whole("confirm.html", what=what, **found)


def case_id(visit: Visit) -> str:
    one = str(visit.request.path_params["id"])
    if not FORM_ID.fullmatch(one):
        raise HTTPException(404)
    return one
