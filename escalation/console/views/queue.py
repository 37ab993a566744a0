"""The queue: who waits, why, and for how long; no line of any talk.

A long queue is shown in part: who is next, and who came last. Its words are opened only for what is shown.
"""

from dataclasses import dataclass

from starlette.responses import Response

from escalation.cases.alarm import alarm, expected
from escalation.cases.case import Away, CaseRow
from escalation.console.opening import opening
from escalation.console.rows import Row, duration, present
from escalation.console.urgency import passes_over, ranked, reminder
from escalation.console.visit import Visit

STEPS_S = (0, 60, 120, 180, 300, 600, 900, 1800, 3600, 7200)
NEXT, LATEST, OTHERS = 20, 5, 10
"""How many rows a page has at once: who is next, of the rest who came last, and what colleagues hold."""


@dataclass(frozen=True, slots=True, repr=False)
class Board:
    """The queue as one counsellor sees it."""

    mine: tuple[Row, ...]
    waiting: tuple[Row, ...]
    latest: tuple[Row, ...]
    """Who came last, of those who are not among the next."""
    more: int
    """How many wait who are not shown."""
    others: tuple[Row, ...]
    others_in_all: int
    urgent: int
    oldest: str
    """How long the one waits who waits longest; empty when nobody does."""
    languages: tuple[str, ...]
    """In which languages somebody waits."""
    chosen: str
    waiting_in_all: int
    everybody: tuple[str, ...]
    """Ids of all who wait, whatever is chosen."""
    away: Away | None
    alarm: int
    alarm_words: str


async def page(visit: Visit) -> Response:
    await visit.on_duty()
    return await visit.whole(
        "queue.html", board=await _board(visit), every=_all(visit), opening=opening(visit)
    )


async def live(visit: Visit) -> Response:
    """The queue again; `brief`: counts and alarm only, for pages that show something else."""
    brief = "brief" in visit.request.query_params
    board = await _board(visit, brief=brief, wait=True)
    return visit.page("_counts.html" if brief else "_queue.html", board=board)


async def take(visit: Visit) -> Response:
    """Claim the most urgent talk in a language of this counsellor, else the most urgent of all."""
    await visit.on_duty()
    waiting = [row for row in await visit.console.desk.queue() if row.state == "waiting"]
    why = "nobody"
    for row in ranked(waiting, visit.account, visit.now):
        # A colleague may have been faster: then the next one.
        outcome = await visit.console.desk.claim(row.id, visit.account.id)
        if outcome == "done":
            visit.console.endings.forget(row.id)
            return visit.go(f"/cases/{row.id}")
        why = "full" if outcome == "full" else why
    return await visit.leave(why, "/queue")


async def _board(visit: Visit, *, brief: bool = False, wait: bool = False) -> Board:
    """`wait`: nobody looks at an empty page until this is there, so what others asked for comes first."""
    rows, chosen, me, now = await visit.console.desk.queue(), _chosen(visit), visit.account, visit.now
    everybody = [row for row in rows if row.state == "waiting"]
    held = [row for row in rows if row.state == "held"]
    ending = {row.id for row in held if row.closing or visit.console.endings.running(row.id)}
    mine = [row for row in held if row.holder == me.id and row.id not in ending]
    others = [row for row in held if row.holder != me.id]
    order = ranked(everybody, me, now)
    parts = [[], [], [], []] if brief else _parts(visit, mine, order, others)
    away = await visit.console.desk.away(me.id)
    if wait:
        await visit.console.hub.turn()
    mine_shown, waiting, latest, others_shown = await _show(visit, parts, order)
    level, words = (0, "") if away else _alarm(visit, everybody, mine)
    return Board(
        mine=mine_shown,
        waiting=waiting,
        latest=latest,
        more=sum(chosen in ("", row.language) for row in order) - len(waiting) - len(latest),
        others=others_shown,
        others_in_all=len(others),
        urgent=sum(1 for row in everybody if row.risk in {"emergency", "danger"}),
        oldest=_oldest(visit, everybody),
        languages=tuple(sorted({row.language for row in everybody} | ({chosen} - {""}))),
        chosen=chosen,
        waiting_in_all=len(everybody),
        everybody=tuple(row.id for row in everybody),
        away=away,
        alarm=level,
        alarm_words=words,
    )


def _parts(
    visit: Visit, mine: list[CaseRow], order: list[CaseRow], others: list[CaseRow]
) -> list[list[CaseRow]]:
    """What is shown: all of mine, of who waits the next and the latest, some of the others; or all."""
    chosen = _chosen(visit)
    waiting = [row for row in order if chosen in ("", row.language)]
    if _all(visit):
        return [mine, waiting, [], others]
    latest = sorted(waiting[NEXT:], key=lambda row: row.opened_at, reverse=True)
    return [mine, waiting[:NEXT], latest[:LATEST], others[:OTHERS]]


async def _show(
    visit: Visit, parts: list[list[CaseRow]], order: list[CaseRow]
) -> tuple[tuple[Row, ...], ...]:
    """The rows of each part as this counsellor sees them; their words are opened in one go."""
    me, now, names = visit.account, visit.now, await visit.names()
    opened = {row.id: row for row in await visit.console.desk.opened([row for part in parts for row in part])}
    return tuple(
        tuple(
            present(opened[row.id], visit.words, now, me, names, asks=passes_over(row, order, me))
            for row in part
            if row.id in opened
        )
        for part in parts
    )


def _oldest(visit: Visit, waiting: list[CaseRow]) -> str:
    return duration(visit.now - min(row.opened_at for row in waiting), visit.words) if waiting else ""


def _alarm(visit: Visit, waiting: list[CaseRow], mine: list[CaseRow]) -> tuple[int, str]:
    """How loud every page of this counsellor is, and what its banner says; never of whom."""
    now = visit.now
    waiting = expected(waiting, visit.console.settings.hours, now)
    level, (reminds, late) = alarm(waiting, now), reminder(mine, now)
    if level >= 2 and level >= reminds:
        urgent = any(row.risk in {"emergency", "danger"} for row in waiting)
        longest = _coarse(visit, max(now - row.opened_at for row in waiting))
        return level, visit.words("alarm.danger" if urgent else "alarm.waiting", time=longest)
    if reminds:
        return reminds, visit.words("alarm.owed", time=_coarse(visit, late))
    return level, ""


def _coarse(visit: Visit, seconds: float) -> str:
    """A time in steps: the banner is read aloud whenever it changes."""
    return duration(max((step for step in STEPS_S if step <= seconds), default=0), visit.words)


def _all(visit: Visit) -> bool:
    return "all" in visit.request.query_params


def _chosen(visit: Visit) -> str:
    chosen = visit.request.query_params.get("language", "")
    return chosen if chosen.isascii() and chosen.isalpha() and len(chosen) <= 8 else ""
