"""Cover: somebody else may be reading, so the hotline is a wrong number until the person is back.

The cover word begins it, and the silent signal, which calls a human besides; both get the same answer, so
that nobody can tell them apart. From then on `Heard.say` says nothing and the sender sends nothing: whoever
writes hears the harmless voice a few times, then silence. All of it is judged still, and a case is opened or
raised without a word. The way back is the person's own word, or that of their language (`bot/texts`,
`words.back`). STOP and DELETE always work.
"""

from bot.commands import Command, almost, command_in
from bot.erase import Eraser
from bot.handover import Handover
from bot.heard import Heard
from bot.sessions import Card
from bot.wording import LANGUAGES, folded, wording
from escalation.cases.case import SIGNAL, SIGNALLED
from escalation.cases.queue import Cases
from escalation.danger.verdict import Assessment

BEGINS = ("cover", "signal")
VOICE = ("cover", "cover_again", "cover_last")
"""What the harmless voice says, one after the other: a stranger does not go on answering for ever."""
SHORTEST, LONGEST, MOST_WORDS = 4, 24, 2
"""Letters and words of an own word: too short is soon guessed, a sentence is no word."""
HIDDEN = "…"


def command_of(heard: Heard) -> Command | None:
    """The command a message is, if any; the way back is one only under cover, and never STOP or DELETE."""
    command = command_in(heard.text, heard.card.language) if heard.text else None
    leaves = command is not None and command.name in ("stop", "delete")
    if heard.card.covered and not leaves and is_way_back(folded(heard.text), heard.card):
        return Command("back", heard.card.language)
    return command


def is_way_back(words: str, card: Card) -> bool:
    """Whether these are the words this person comes back with; once they chose their own, no others are."""
    if card.own_word:
        return almost(words, card.own_word)
    return any(almost(words, word) for spoken in LANGUAGES for word in wording(spoken).words["back"])


def begins_in(heard: Heard) -> bool:
    """Whether this message begins the cover."""
    command = command_of(heard)
    return command is not None and command.name in BEGINS


def own_word(text: str) -> tuple[str, str] | None:
    """The word somebody chooses (`my word is …`), and what stands before it; None where they choose none."""
    words = folded(text)
    for spoken in LANGUAGES:
        for begins in wording(spoken).words["own_word"]:
            chosen = words.removeprefix(f"{begins} ")
            if chosen != words and len(chosen) <= LONGEST and len(chosen.split()) <= MOST_WORDS:
                return chosen, begins
    return None


class Cover:
    """What a message does to the cover: begins it, ends it, or is written while it lasts."""

    def __init__(self, handover: Handover, cases: Cases, eraser: Eraser) -> None:
        self._handover = handover
        self._cases = cases
        self._eraser = eraser

    async def take(self, heard: Heard, name: str) -> None:
        """A message under cover, or one that begins or ends it; `name` is the command it is, if any."""
        if name == "back":
            await self._end(heard)
            return
        if not heard.card.covered:
            await self._begin(heard)
        if name == "signal":
            heard.verdict = silent_signal(heard.card.language)
        heard.wrote()
        await self._call(heard, name)
        if heard.card.voiced < len(VOICE):
            heard.voice(heard.fixed(VOICE[heard.card.voiced]))
            heard.card.voiced += 1

    def keep_word(self, heard: Heard) -> bool:
        """Take the word they choose for coming back, if they do; no line of the talk holds it."""
        found = own_word(heard.text)
        if found is None or heard.card.covered or heard.verdict.escalate:
            return False
        word, begins = found
        heard.text = f"{begins} {HIDDEN}"
        heard.wrote()
        if len(word) < SHORTEST or command_in(word, heard.card.language):
            heard.say(heard.fixed("own_word_other"))
        else:
            heard.card.own_word = word
            heard.say(heard.fixed("own_word_kept"))
        return True

    async def _begin(self, heard: Heard) -> None:
        """From here on nothing is said; on Telegram what was said so far leaves the person's chat."""
        heard.card.covered_at, heard.card.voiced, heard.card.offered = heard.now, 0, None
        await self._eraser.wipe_chat(heard.talk)

    async def _call(self, heard: Heard, name: str) -> None:
        """A human is called or told more, without a word to whoever holds the phone."""
        card = heard.card
        if card.case:
            await self._handover.go_on(heard)
        elif heard.verdict.escalate or name == "person":
            heard.topic = heard.verdict.topic if heard.verdict.escalate else "talk_to_human"
            await self._handover.begin(heard)
        if name == "signal":
            card.risk = heard.verdict.risk
            await self._cases.signalled(heard.talk.id)

    async def _end(self, heard: Heard) -> None:
        """They are back: the talk goes on where it was."""
        heard.card.covered_at, heard.card.voiced = 0.0, 0
        heard.text = HIDDEN if heard.card.own_word else heard.text
        heard.wrote()
        heard.say(heard.fixed("back"))
        if heard.card.case:
            await self._cases.covered(heard.talk.id, 0.0)
            await self._handover.remind(heard)


def silent_signal(language: str) -> Assessment:
    """The verdict on the silent signal: they cannot write it, and need somebody now."""
    return Assessment(
        language, "emergency", 1.0, (SIGNAL,), "disclosure", escalate=True, reasons=(SIGNALLED,)
    )
