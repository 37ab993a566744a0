"""The queue: who waits, why, and for how long; no line of any talk."""

from dataclasses import dataclass

from starlette.responses import Response

from escalation.cases.case import CaseRow
from escalation.console.rows import Row, present
from escalation.console.visit import Visit


@dataclass(frozen=True, slots=True, repr=False)
class Board:
    """The queue as one counsellor sees it."""

    mine: tuple[Row, ...]
    waiting: tuple[Row, ...]
    others: tuple[Row, ...]
    urgent: int
    languages: tuple[str, ...]
    """In which languages somebody waits."""
    chosen: str
    waiting_in_all: int


async def page(visit: Visit) -> Response:
    await visit.on_duty()
    return await visit.whole("queue.html", board=await _board(visit))


async def live(visit: Visit) -> Response:
    return visit.page("_queue.html", board=await _board(visit))


async def take(visit: Visit) -> Response:
    """Claim the most urgent talk in a language of this counsellor, else the most urgent of all."""
    await visit.on_duty()
    account = visit.account
    waiting = [row for row in await visit.console.desk.queue() if row.state == "waiting"]
    # Sorting is stable: within each half the desk's ranking stays.
    waiting.sort(key=lambda row: bool(account.languages) and row.language not in account.languages)
    for row in waiting:
        # A colleague may have been faster: then the next one.
        if await visit.console.desk.claim(row.id, account.id) == "done":
            visit.console.endings.forget(row.id)
            return visit.go(f"/cases/{row.id}")
    return await visit.leave("nobody", "/queue")


async def _board(visit: Visit) -> Board:
    rows, names, chosen = await visit.console.desk.queue(), await visit.names(), _chosen(visit)
    me = visit.account.id
    everybody = [row for row in rows if row.state == "waiting"]
    waiting = [row for row in everybody if chosen in ("", row.language)]
    held = [row for row in rows if row.state == "held"]

    def show(some: list[CaseRow]) -> tuple[Row, ...]:
        return tuple(present(row, visit.words, visit.now, me, names) for row in some)

    return Board(
        mine=show([row for row in held if row.holder == me and not visit.console.endings.running(row.id)]),
        waiting=show(waiting),
        others=show([row for row in held if row.holder != me]),
        urgent=sum(1 for row in everybody if row.risk in {"emergency", "danger"}),
        languages=tuple(sorted({row.language for row in everybody} | ({chosen} - {""}))),
        chosen=chosen,
        waiting_in_all=len(everybody),
    )


def _chosen(visit: Visit) -> str:
    chosen = visit.request.query_params.get("language", "")
    return chosen if chosen.isascii() and chosen.isalpha() and len(chosen) <= 8 else ""
