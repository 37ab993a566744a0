"""A break, the end of the shift, and the supervisor's board: who is at work, without any talk."""

import asyncio
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.responses import Response

from escalation.cases.case import Away, CaseRow, Crew
from escalation.console.opening import opening
from escalation.console.rows import Row, duration, present
from escalation.console.shown import line
from escalation.console.staff import Account
from escalation.console.visit import Visit

AWAY: dict[str, Away] = {"break": "break", "end": "off"}


@dataclass(frozen=True, slots=True, repr=False)
class Colleague:
    """Somebody at work, as the board shows them."""

    name: str
    languages: tuple[str, ...]
    held: int
    away: bool


@dataclass(frozen=True, slots=True, repr=False)
class InLanguage:
    """How it stands in one language."""

    name: str
    waiting: int
    oldest: str
    speakers: int


@dataclass(frozen=True, slots=True, repr=False)
class Overview:
    """What a supervisor sees of the whole desk."""

    waiting: int
    urgent: int
    oldest: str
    crew: tuple[Colleague, ...]
    on_duty: int
    languages: tuple[InLanguage, ...]
    held: tuple[Row, ...]


async def page(visit: Visit) -> Response:
    await visit.on_duty()
    desk = visit.console.desk
    mine = [row for row in await desk.queue() if row.holder == visit.account.id]
    return await visit.whole(
        "shift.html", away=await desk.away(visit.account.id), held=len(mine), opening=opening(visit)
    )


async def change(visit: Visit) -> Response:
    """Break or end: what is open is handed on at once. Coming back says so, and so does taking a talk."""
    desk, what = visit.console.desk, visit.form.get("what", "")
    if what == "back":
        await desk.come(visit.account.id)
        return await visit.leave("back", "/queue")
    if what not in AWAY:
        raise HTTPException(400, "form")
    await desk.go(visit.account.id, AWAY[what])
    return await visit.leave("on_break" if what == "break" else "shift_over", "/shift")


async def board_page(visit: Visit) -> Response:
    await visit.on_duty()
    return await visit.whole("board.html", board=await _overview(visit), opening=opening(visit))


async def board_live(visit: Visit) -> Response:
    return visit.page("_board.html", board=await _overview(visit))


async def _overview(visit: Visit) -> Overview:
    rows, crew = await visit.console.desk.queue(), await visit.console.desk.crew()
    accounts = {one.id: one for one in await asyncio.to_thread(visit.console.staff.list)}
    waiting = [row for row in rows if row.state == "waiting"]
    held = await visit.console.desk.opened([row for row in rows if row.state == "held"])
    names = {one.id: one.name for one in accounts.values()}
    return Overview(
        waiting=len(waiting),
        urgent=sum(row.risk in {"emergency", "danger"} for row in waiting),
        oldest=_oldest(visit, waiting),
        crew=tuple(_colleague(visit, one, accounts.get(one.id)) for one in crew),
        on_duty=sum(one.away is None for one in crew),
        languages=_languages(
            visit, waiting, [accounts[one.id] for one in crew if one.id in accounts and not one.away]
        ),
        held=tuple(present(row, visit.words, visit.now, visit.account, names) for row in held),
    )


def _colleague(visit: Visit, one: Crew, account: Account | None) -> Colleague:
    spoken = account.languages if account else ()
    return Colleague(
        name=line(account.name, 60) if account else visit.words("queue.somebody"),
        languages=tuple(visit.words.either(f"language.{code}", code) for code in spoken),
        held=one.held,
        away=one.away is not None,
    )


def _languages(visit: Visit, waiting: list[CaseRow], on: list[Account]) -> tuple[InLanguage, ...]:
    codes = sorted({row.language for row in waiting} | {code for one in on for code in one.languages})
    found = []
    for code in codes:
        these = [row for row in waiting if row.language == code]
        speakers = sum(not one.languages or code in one.languages for one in on)
        name = visit.words.either(f"language.{code}", line(code, 20))
        found.append(InLanguage(name, len(these), _oldest(visit, these), speakers))
    return tuple(found)


def _oldest(visit: Visit, waiting: list[CaseRow]) -> str:
    return duration(visit.now - min(row.opened_at for row in waiting), visit.words) if waiting else ""
