"""The phones at the other end: what stands on a screen stays there, whatever the log forgets."""

from dataclasses import dataclass, field
from datetime import datetime

from bot.channels.sms.segments import Segments, count


@dataclass(frozen=True, slots=True)
class Text:
    """One SMS on the screen; `mine` is what the person sent."""

    text: str = field(repr=False)
    mine: bool
    at: datetime
    size: Segments

    @classmethod
    def of(cls, text: str, mine: bool, at: datetime) -> "Text":
        return cls(text, mine, at, count(text))


class Phones:
    """Screens by number, the most recently used last."""

    def __init__(self) -> None:
        self._screens: dict[str, list[Text]] = {}

    def show(self, number: str, text: Text) -> None:
        screen = self._screens.pop(number, [])
        self._screens[number] = [*screen, text]

    def screen(self, number: str) -> list[Text]:
        return list(self._screens.get(number, []))

    @property
    def numbers(self) -> list[str]:
        return list(self._screens)

    def clear(self) -> None:
        self._screens.clear()
