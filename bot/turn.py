"""One message of one conversation: from what was written to what is answered. `take` reads top to bottom."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bot import keys, logs, metrics
from bot.channels.base import Channel, Inbound
from bot.clock import Clock
from bot.commands import Command, says_no_language
from bot.cover import BEGINS, Cover, begins_in, command_of
from bot.dialogue import Dialogue
from bot.erase import Eraser
from bot.handover import Handover
from bot.heard import Heard
from bot.inbox import Entry, Inbox
from bot.judging import NOTHING, Foreseen, Judging, bare
from bot.language import detect
from bot.marks import Marks
from bot.orders import Orders, count
from bot.outbox import Outbox
from bot.pace import Paces
from bot.places import country_they_are_in
from bot.private import Unshown
from bot.script import has_letters, script_of
from bot.sessions import Card, Conversation, Line, Sessions
from bot.vault import Key, Vault
from bot.wording import folded, spoken
from escalation.cases.case import RANK
from escalation.cases.queue import Cases
from escalation.danger.verdict import nothing, unjudged

COMMAND_TEXTS = {"language": "language_changed", "start": "first_contact"}
Step = Literal[
    "command",
    "covered",
    "muted",
    "case",
    "opened",
    "dialogue",
    "unreadable",
    "edited",
    "erased",
    "console",
    "lost",
]


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a turn; `done` is False when it has to be taken again."""

    step: Step
    language: str = ""
    risk: str = "none"
    topic: str = ""
    escalated: bool = False
    erased: bool = False
    done: bool = True


@dataclass(frozen=True, slots=True, repr=False)
class Turns(Unshown):
    """Takes turns. One at a time per conversation: whoever calls holds the partition's lease."""

    inbox: Inbox
    outbox: Outbox
    sessions: Sessions
    vault: Vault
    judging: Judging
    dialogue: Dialogue
    handover: Handover
    cases: Cases
    eraser: Eraser
    orders: Orders
    cover: Cover
    paces: Paces
    marks: Marks
    channels: Mapping[str, Channel]
    clock: Clock

    async def take(self, lease: str, entry: Entry, key: Key | None, foreseen: Foreseen = NOTHING) -> Taken:
        """The way of a message. Everything it changes is written at its end, in one step, or not at all."""
        if entry.message is None or key is None:
            return await self._order(lease, entry)
        began = time.perf_counter()
        heard = await self._listen(entry, key, entry.message)
        command = command_of(heard)
        heard.pace = await self.paces.of(entry, key, folded(heard.text))
        if not heard.card.covered:  # whoever writes now does not change in which language we talk
            self._understand(heard, command)
        if entry.message.kind == "left" or (command is not None and command.name in ("stop", "delete")):
            return await self._erase(entry, heard, command.name if command else "left")
        if command is None:
            await self.judging.assess(heard, foreseen)
        step = await self._route(heard, command)
        taken = await self._finish(lease, entry, heard, step)
        _report(heard.card.channel, time.perf_counter() - began)
        return taken

    async def _route(self, heard: Heard, command: Command | None) -> Step:
        """Who answers: nobody under cover, a command, the counsellor (here or called), or the bot."""
        name = command.name if command else ""
        if heard.card.covered or name in BEGINS:
            await self.cover.take(heard, name)
            return "covered"
        if heard.known.muted and not heard.card.case and RANK[heard.verdict.risk] < RANK["danger"]:
            await self._say_muted(heard)
            return "muted"
        if self.cover.keep_word(heard):
            return "command"
        heard.wrote()
        if name in COMMAND_TEXTS:
            heard.card.greeted = heard.card.greeted or name == "start"
            heard.say("" if heard.pace.flood else heard.fixed(COMMAND_TEXTS[name]))
            return "command"
        if heard.card.case:
            await self.handover.go_on(heard)
            return "case"
        if heard.verdict.escalate or name == "person":
            heard.topic = heard.verdict.topic if heard.verdict.escalate else "talk_to_human"
            heard.card.country = country_they_are_in(heard.text) or heard.card.country
            await self.handover.begin(heard)
            return "opened"
        if heard.message.kind == "edited":
            return "edited"
        if not heard.text:
            heard.say("" if heard.pace.enough else heard.fixed("unreadable"))
            return "unreadable"
        await self.dialogue.answer(heard)
        return "opened" if heard.card.case else "dialogue"

    async def _say_muted(self, heard: Heard) -> None:
        """Whoever is muted is told so once in a while; danger has gone its way before."""
        heard.wrote()
        if not heard.pace.flood and await self.marks.may_say(heard.talk.id, heard.card.hashed):
            heard.say(heard.fixed("muted_note"), who="notice")

    async def _listen(self, entry: Entry, key: Key, message: Inbound) -> Heard:
        """The conversation so far, or a new one, with this message in it."""
        talk = await self.sessions.read(entry.conversation)
        if talk is None:
            await self.vault.agree()
            hashed = self.vault.hashed(message.channel, message.address)
            card = Card(message.channel, message.address.reveal(), hashed, self.clock.now())
            talk = Conversation(entry.conversation, key, card, [])
        text = bare(message.text.reveal(), talk.card.language)
        heard = Heard(talk, message, text, self.clock.now(), nothing(talk.card.language))
        heard.known = await self.marks.of(keys.partition_of(talk.id), talk.card.hashed)
        return heard

    @staticmethod
    def _understand(heard: Heard, command: Command | None) -> None:
        """Language and alphabet: of this message, or as remembered, or as asked for."""
        card, text = heard.card, heard.text
        if command is not None and command.name == "language":
            card.language, card.script = command.language, script_of(text)
        elif text and command is None and not (card.language and says_no_language(text, card.language)):
            found = detect(text, card.language or None, heard.message.hint)
            card.language = found.language
            card.script = found.script if has_letters(text) else card.script
        elif not card.language:
            # A command word says little of its own: the phone's language, its alphabet's, that of the word.
            card.script = script_of(text) if has_letters(text) else card.script
            word = command.language if command else "en"
            card.language = spoken(heard.message.hint or ("bcms" if card.script == "cyrillic" else word))

    async def _finish(self, lease: str, entry: Entry, heard: Heard, step: Step) -> Taken:
        """Write everything at once and acknowledge; where the conversation was erased, a new one begins."""
        talk = heard.talk
        heard.remember_topic()
        resting = await self.eraser.resting(talk, heard.message)
        written = await self.inbox.commit(
            lease,
            entry.id,
            talk,
            heard.lines,
            resting,
            heard.replies,
            self.sessions,
            self.clock.now(),
        )
        if written == -1:
            await self.inbox.begin_anew(entry)
        if written == 1 and heard.card.covered_at == heard.now:
            # An answer may have come into the chat while this turn was taken; the sender sees to later ones.
            await self.eraser.wipe_chat(talk, keep=resting[1])
        if written == 1 and heard.card.case:
            await self.cases.wrote(talk.id)
        return Taken(
            step,
            heard.card.language,
            heard.verdict.risk,
            heard.topic,
            escalated=heard.card.case,
            done=written != 0,
        )

    async def _erase(self, entry: Entry, heard: Heard, why: str) -> Taken:
        """DELETE, STOP, or the person left: erased everywhere, and told so, unless they left."""
        await self.eraser.owes(heard.talk, heard.message)
        await self.marks.forget(heard.talk.id, heard.card.hashed)
        name = "covered_end" if heard.card.covered else "stopped" if why == "stop" else "erased"
        quiet = why == "left" or (heard.pace.flood and not heard.pace.may_say)
        farewell = "" if quiet else heard.fixed(name)
        await self.eraser.erase(heard.talk, why, entry=entry.id, farewell=farewell, wipe=True)
        count(heard.talk, why)
        return Taken("erased", heard.card.language, topic="privacy", erased=True)

    async def _order(self, lease: str, entry: Entry) -> Taken:
        """An order from the console or the clock; where the talk goes on, it is written like any turn."""
        done = await self.orders.take(entry)
        if done.heard is not None:
            return await self._finish(lease, entry, done.heard, "console")
        return Taken("console", done.language, escalated=done.escalated, erased=done.erased)

    async def give_up(self, lease: str, entry: Entry, key: Key) -> Taken:
        """A message whose turn failed again and again goes to a human as it is, with what is known."""
        assert entry.message is not None
        heard = await self._listen(entry, key, entry.message)
        heard.card.language = heard.card.language or spoken(entry.message.hint or "en")
        heard.verdict = unjudged(heard.card.language)
        if begins_in(heard):
            heard.card.covered_at = heard.now  # whatever failed, nothing of ours is said from here on
        heard.wrote()
        await self.handover.begin(heard)
        return await self._finish(lease, entry, heard, "opened")

    async def apologise(self, entry: Entry, key: Key) -> None:
        """A message that not even a human can be given: the person is told whom to call."""
        assert entry.message is not None
        heard = await self._listen(entry, key, entry.message)
        if not heard.card.covered:
            line = Line("notice", heard.fixed("failure"), heard.now)
            await self.outbox.say(heard.talk.id, key, heard.card, line)


def _report(channel: str, seconds: float) -> None:
    metrics.turn(seconds)
    logs.event("turn", channel=channel, ms=round(seconds * 1000))
