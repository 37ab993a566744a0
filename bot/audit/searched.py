"""What was looked through and what was found: places and amounts, never content."""

from dataclasses import dataclass, field

from bot.audit.marks import Marks


@dataclass
class Amount:
    """So much of one kind of place."""

    pieces: int = 0
    size: int = 0
    """Bytes."""


@dataclass
class Searched:
    """The account of a search, by rows of `bot/rests.py`."""

    marks: Marks
    amounts: dict[str, Amount] = field(default_factory=dict)
    hits: dict[str, str] = field(default_factory=dict)
    """What was found where, each once, with its row."""
    told: list[str] = field(default_factory=list)
    """What is reported and not judged."""
    unreachable: dict[str, str] = field(default_factory=dict)
    """Rows that could not be searched, and why."""

    def look(self, row: str, place: str, content: bytes) -> None:
        """Look for every mark, in every form."""
        self.count(row, len(content))
        for what in self.marks.find(content):
            self.hit(row, f"{place}: {what}")

    def count(self, row: str, size: int) -> None:
        amount = self.amounts.setdefault(row, Amount())
        amount.pieces += 1
        amount.size += size

    def hit(self, row: str, what: str) -> None:
        self.hits.setdefault(f"{row}: {what}", row)

    def tell(self, what: str) -> None:
        if what not in self.told:
            self.told.append(what)
