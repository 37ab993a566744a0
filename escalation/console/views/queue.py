"""The queue: who waits, why, and for how long; no line of any talk."""

from dataclasses import dataclass

from starlette.responses import Response

from escalation.cases.alarm import alarm, expected
from escalation.cases.case import Away, CaseRow
from escalation.console.opening import opening
from escalation.console.rows import Row, duration, present
from escalation.console.urgency import needs_reason, ranked, reminder
from escalation.console.visit import Visit

STEPS_S = (0, 60, 120, 180, 300, 600, 900, 1800, 3600, 7200)


@dataclass(frozen=True, slots=True, repr=False)
class Board:
    """The queue as one counsellor sees it."""

    mine: tuple[Row, ...]
    waiting: tuple[Row, ...]
    others: tuple[Row, ...]
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
    return await visit.whole("queue.html", board=await _board(visit), opening=opening(visit))


async def live(visit: Visit) -> Response:
    return visit.page("_queue.html", board=await _board(visit))


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


async def _board(visit: Visit) -> Board:
    rows, names, chosen = await visit.console.desk.queue(), await visit.names(), _chosen(visit)
    me, now = visit.account, visit.now
    everybody = [row for row in rows if row.state == "waiting"]
    held = [row for row in rows if row.state == "held"]
    ending = {row.id for row in held if row.closing or visit.console.endings.running(row.id)}
    mine = [row for row in held if row.holder == me.id and row.id not in ending]
    away = await visit.console.desk.away(me.id)
    level, words = (0, "") if away else _alarm(visit, everybody, mine)

    def show(some: list[CaseRow]) -> tuple[Row, ...]:
        return tuple(
            present(row, visit.words, now, me, names, asks=needs_reason(row, everybody, me, now))
            for row in some
        )

    return Board(
        mine=show(mine),
        waiting=show([row for row in ranked(everybody, me, now) if chosen in ("", row.language)]),
        others=show([row for row in held if row.holder != me.id]),
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


def _chosen(visit: Visit) -> str:
    chosen = visit.request.query_params.get("language", "")
    return chosen if chosen.isascii() and chosen.isalpha() and len(chosen) <= 8 else ""
