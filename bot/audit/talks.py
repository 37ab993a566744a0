"""Who writes: a talk for each end, channel and language, and its marks in all that a message carries."""

from dataclasses import dataclass, field
from typing import Literal

from bot.audit.marks import Marks
from bot.wording import wording

End = Literal["DELETE", "STOP", "closed", "left", "silence", "age"]
CHANNELS = ("sms", "telegram")
ENDS: tuple[End, ...] = ("DELETE", "STOP", "closed", "left", "silence", "age")
ONLY_TELEGRAM = ("left",)
"""Ends that need an app: who blocks a number leaves no trace of it."""


@dataclass(frozen=True)
class Tongue:
    """A language in an alphabet: a question, and what a counsellor has to see."""

    language: str
    alphabet: str
    question: str
    danger: str


TONGUES = {
    "en": Tongue(
        "en",
        "latin",
        "what should I check before a job in Italy, {mark}",
        "my boss locked us in and took my passport {mark}",
    ),
    "sq": Tongue(
        "sq",
        "sq",
        "çfarë duhet të di para një pune në Itali {mark}",
        "ma ka marrë pasaportën dhe s'më lë të dal {mark}",
    ),
    "bcms": Tongue(
        "bcms",
        "bcms",
        "šta da provjerim prije posla u Italiji {mark}",
        "zaključali su me i uzeli mi pasoš {mark}",
    ),
    "bcms, Cyrillic": Tongue(
        "bcms",
        "cyrillic",
        "шта да проверим пре посла у Италији {mark}",
        "узели су ми пасош и закључали ме, не могу да изађем {mark}",
    ),
    "ro": Tongue(
        "ro",
        "ro",
        "ce să verific înainte de un job în Italia {mark}",
        "mi-a luat pașaportul și nu mă lasă să ies {mark}",
    ),
}


@dataclass(eq=False)
class Talk:
    """One young person on one phone; its name holds a mark on Telegram, its number one on SMS."""

    end: End
    channel: str
    tongue: str
    phone: str = field(repr=False)

    @property
    def name(self) -> str:
        """What a hit says of it."""
        return f"{self.channel}, {self.tongue}, {self.end}"

    @property
    def spoken(self) -> Tongue:
        return TONGUES[self.tongue]

    def words(self, marks: Marks, what: str, text: str) -> str:
        """A text of theirs with a mark of its own in it, in their alphabet."""
        return text.format(mark=marks.word(f"{what} ({self.name})", self.spoken.alphabet))

    def command(self, name: str) -> str:
        """A word of theirs that the hotline knows."""
        return min(wording(self.spoken.language).words[name])


def all_talks(marks: Marks, *, small: bool) -> list[Talk]:
    """Every end on every channel in every language; `small`: each end and channel in one of them by turns."""
    talks = []
    for number, end in enumerate(ENDS):
        for channel in CHANNELS:
            if channel == "sms" and end in ONLY_TELEGRAM:
                continue
            tongues = list(TONGUES)
            if small:
                tongues = [tongues[(2 * number + (channel == "telegram")) % len(tongues)]]
            talks += [begin(marks, end, channel, tongue) for tongue in tongues]
    return talks


def begin(marks: Marks, end: End, channel: str, tongue: str) -> Talk:
    """A person who has not written yet."""
    spoken = TONGUES[tongue]
    place = f"{channel}, {tongue}, {end}"
    if channel == "sms":
        phone = marks.number(f"number ({place})", spoken.language)
    else:
        marks.chat(f"chat ({place})")
        phone = marks.word(f"name and username ({place})", spoken.alphabet).title()
    return Talk(end, channel, tongue, phone)
