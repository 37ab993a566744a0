"""`hotline report`: a month's counts as they may leave the house.

Every number is given as a step of `FEW` ("10-14"), and fewer than `FEW`, none included, as "<5". That alone
does not hide a small number where the others of its table and the totals of the sister tables leave only one
answer: so each "<5" is tried against all that is shown, and where it could not be every number from 0 to 4,
the smallest number beside it is held back too, until it can. Only whole months that are over are given: two
reports never differ by one person. What is counted are talks: nobody is known, so one person may be several.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from redis.exceptions import RedisError

from bot import bootstrap
from bot.clock import Clock
from bot.counts import Tables, last_month
from bot.errors import SettingsError, StoreDown
from bot.known import OTHER
from bot.metrics import ABOUT, FEW, TABLES, TALKS
from bot.settings import Settings, name_of

HELD = "-"
ENDLESS = 10**9
MOST = FEW - 1


@dataclass(frozen=True, slots=True)
class Cell:
    """What is shown of one number: that it lies between two bounds."""

    low: int
    high: int

    def __str__(self) -> str:
        if self.high == ENDLESS:
            return HELD
        return f"<{FEW}" if self.low == 0 else f"{self.low}-{self.high}"


Shown = dict[str, dict[str, Cell]]
FEW_CELL = Cell(0, MOST)
HELD_CELL = Cell(FEW, ENDLESS)
NOTHING_KNOWN = Cell(0, ENDLESS)


def published(tables: Mapping[str, Mapping[str, int]], sisters: Sequence[str]) -> Shown:
    """What may be shown; `sisters` are the tables whose numbers add up to the same total."""
    shown = {table: {value: _step(number) for value, number in row.items()} for table, row in tables.items()}
    numbers = {table: dict(row) for table, row in tables.items()}
    while (table := _tells(shown, sisters)) is not None:
        _hold_one(shown[table], numbers[table])
    return shown


def _step(number: int) -> Cell:
    low = number // FEW * FEW
    return Cell(low, low + MOST)


def _hold_one(row: dict[str, Cell], numbers: Mapping[str, int]) -> None:
    """Hold back the smallest number of a table that is shown; where none is left, the whole table."""
    left = [value for value, cell in row.items() if cell.low and cell.high != ENDLESS]
    if left:
        row[min(left, key=lambda value: numbers[value])] = HELD_CELL
    else:
        row.update(dict.fromkeys(row, NOTHING_KNOWN))


def _tells(shown: Shown, sisters: Sequence[str]) -> str | None:
    """The first table in which a small number could be told from what is shown."""
    totals = [_sum(shown[table].values()) for table in sisters if table in shown]
    for table in (table for table in sisters if table in shown):
        low, high = max(total.low for total in totals), min(total.high for total in totals)
        whole = _sum(shown[table].values())
        for cell in shown[table].values():
            others = Cell(whole.low - cell.low, whole.high - cell.high)
            if cell == FEW_CELL and (low - others.high > 0 or high - others.low < MOST):
                return table
    return None


def _sum(cells: Iterable[Cell]) -> Cell:
    found = list(cells)
    return Cell(sum(cell.low for cell in found), sum(cell.high for cell in found))


def whole(tables: Tables) -> Tables:
    """Every table with every value there is, so that what is missing says nothing."""
    return {
        table: {value: tables.get(table, {}).get(value, 0) for value in (*sorted(values), OTHER)}
        for table, values in TABLES.items()
    }


def lines(month: str, tables: Tables, since: str) -> list[str]:
    """The report as it is printed."""
    found = published(whole(tables), TALKS)
    text = [f"Hotline, {month}"]
    if since > f"{month}-01":
        text.append(f"Counted from {since} on: before that nothing was, or the store was started anew.")
    text.append(
        f'Numbers are steps of {FEW}. "<{FEW}" may be none; "{HELD}" is held back to hide a "<{FEW}".'
    )
    for table, row in found.items():
        text += ["", ABOUT[table], *(f"  {value:24}{cell}" for value, cell in row.items())]
    return text


async def report(settings: Settings, month: str, clock: Clock | None = None) -> None:
    """Print a month; raises SettingsError for one that is not over, and where there is no store to ask."""
    last = last_month((clock or Clock()).now())
    month = month or last
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month):
        raise SettingsError("--month is written like 2026-10.")
    if month > last:
        raise SettingsError(
            f"{month} is not over yet: from two reports of one month a single talk could be told."
        )
    if not settings.store_url:
        raise SettingsError(f"{name_of('store_url')} is missing: it says which store has the counts.")
    async with bootstrap.hotline(settings, with_channels=False) as whole_line:
        try:
            tables, since = await whole_line.counts.of(month)
        except (RedisError, OSError) as error:
            raise StoreDown(f"The store does not answer ({type(error).__name__}). Is it running?") from None
    print("\n".join(lines(month, tables, since)))
