"""Everywhere anything can rest: with us, with the providers, on the phone. One table, and the only one.

The README's tables are made from it. `tests/privacy/test_rests.py` fails when code writes somewhere that has
no row here, and when a key of the store has no reason here.
"""

from dataclasses import dataclass
from typing import Literal

from bot.keys import KEPT, Kept

Whose = Literal["ours", "operator", "provider", "phone"]
"""ours: this program's. operator: whoever runs it. provider: the phone or app company. phone: the person."""


@dataclass(frozen=True, slots=True)
class Rest:
    """One place: what can be there, what for, how long, who takes it away, whose place it is."""

    name: str
    what: str
    why: str
    lifetime: str
    erased_by: str
    whose: Whose = "ours"


WHY_KEPT = {
    "at": "to find the talk a message belongs to",
    "key": "to read the talk while it lasts, and never after",
    "card": "to answer, in the right language and in context",
    "talk": "to judge danger by the whole talk; for a counsellor to read it",
    "owed": "to delete them at the SMS provider once answered",
    "shown": "to take both sides' messages out of the chat when asked",
    "seen": "so that a message brought twice is answered once",
    "pace": "so that a flood, or another machine, is not answered for ever",
    "muted": "so that whoever abuses the line does not keep it from others",
    "told": "so that a muted address is told so once an hour, not each time",
    "before": "so that a counsellor knows that a colleague talked with them",
    "inbox": "so that no message is lost in a crash",
    "outbox": "so that no answer is lost in a crash",
    "trying": "so that no answer is sent twice",
    "reached": "to know where to look for an answer that may have gone out",
    "said": "so that a counsellor's answer is taken once",
    "copied": "so that what is taken in outlives one machine",
    "lease": "so that one worker at a time has a talk",
    "ends": "to end talks nobody writes in",
    "{workers}": "to share the work",
    "{poller}": "so that one worker at a time asks Telegram",
    "{groups}": "to leave them: groups are not answered",
    "{vault}": "to open the talks' keys; older ones are of no use",
    "way": "so that what is under way can be read until it is there",
    "due": "to try again until the provider has deleted it",
    "since": "to tell operators how long",
    "{log}": "to look through the provider's log once in a while",
    "{cases}": "for counsellors to find who needs them first",
    "{counts}": "for the report to donors: how many, never who",
    "{signs}": "to wake an operator when something fails",
    "{staff}": "so that only counsellors get in",
}
"""Why each kind of key is there, by what its pattern holds between colons."""

IN_PROCESS = (
    Rest(
        "memory of gateway, worker, console",
        "words and addresses of the message or page at hand; in a long line, vectors of what waits",
        "to answer it",
        "moments; Python cannot wipe what it has freed",
        "reuse of the memory, end of the process",
    ),
    Rest(
        "memory of the engine",
        "a vector of numbers, names of intents; never the text or the address",
        "to choose an answer",
        "one turn; it keeps no state between two",
        "end of the turn",
    ),
    Rest(
        "memory of the store",
        "the keys above; what was erased, sealed, until its memory is used again",
        "it is where a talk rests",
        "as above",
        "reuse of the memory; its key is gone at once",
    ),
    Rest(
        "caches",
        "texts of ours by language or country; counsellors' names and roles; never a person's words",
        "speed",
        "the process",
        "end of the process",
    ),
    Rest(
        "connections",
        "words on their way to the provider and the store; vectors to the engine",
        "to get there",
        "moments",
        "delivery",
    ),
    Rest(
        "change notes (`hl:changes`)",
        "the random id of a case that changed",
        "to refresh counsellors' pages",
        "not kept",
        "delivery",
    ),
    Rest(
        "environment",
        "settings and secrets of ours, of no person",
        "to start",
        "the process",
        "end of the process",
    ),
)
ON_DISK = (
    Rest(
        "swap",
        "nothing, where it is off: `hotline doctor` says so",
        "-",
        "-",
        "operator: swap off",
        "operator",
    ),
    Rest(
        "core dumps",
        "nothing: they are off; roles and engine cannot be looked into while they run, either",
        "-",
        "-",
        "-",
    ),
    Rest(
        "output and crash output",
        "the events of `bot/logs.py`: kinds of errors, never a word, an address, an id",
        "to run it",
        "as long as the operator keeps it; nowhere with docker compose",
        "operator",
        "operator",
    ),
    Rest(
        "temporary folders",
        "the embedded store's socket; the staff file of a demo or of practice",
        "to run it",
        "the run",
        "`hotline run` or `hotline practice`, when it ends",
    ),
    Rest(
        "nameless file", "the sentence encoder's weights", "to load them", "the process", "end of the process"
    ),
    Rest(
        "staff file",
        "counsellors' names, hashes of passwords, sealed second factors, public passkeys; who signed in when",
        "so that only counsellors get in",
        "accounts until removed, the trail of sign-ins 90 days",
        "operator, lifetime",
        "operator",
    ),
    Rest(
        "content and models",
        "what staff wrote, and what was trained on it; no talk",
        "to answer",
        "until the next",
        "staff",
        "operator",
    ),
    Rest(
        "proxy in front of us",
        "paths with random ids of cases, if it logs them",
        "-",
        "operator",
        "operator: its log off",
        "operator",
    ),
)
IN_SIGHT = (
    Rest(
        "metrics",
        "how the machine does; counts of talks that ended, hourly, in steps of 5",
        "to see that it works",
        "the process",
        "end of the process",
    ),
    Rest(
        "terminal", "what its user typed or asked for", "for its user", "the window", "its user", "operator"
    ),
    Rest(
        "console pages",
        "the talk a counsellor has open",
        "to answer it",
        "until it is closed; no-store",
        "console, on close",
        "operator",
    ),
    Rest("browser storage", "whether the sound is on", "comfort", "until changed", "counsellor", "operator"),
    Rest(
        "browser cookie",
        "a random sign-in token",
        "so that only counsellors get in",
        "8 h at most",
        "sign-out",
        "operator",
    ),
    Rest(
        "practice room",
        "talks of made-up people with trainees, as above, in a store of its own; what was seen of an answer",
        "to practise, and to look back on a talk",
        "until closed; the look back 15 minutes",
        "close, `hotline practice`, when it ends",
    ),
    Rest(
        "demo phones", "what is texted in a demo", "to try it out", "the run", "`hotline run`, when it ends"
    ),
    Rest(
        "alerts to the team",
        "that somebody has waited too long, and when; never who, where or why",
        "so that somebody comes",
        "the team's mailbox or chat: theirs",
        "the team",
        "operator",
    ),
    Rest(
        "audit's own store",
        "marked talks of nobody",
        "to search for what is left of them",
        "the audit",
        "audit",
    ),
)
WITH_OTHERS = (
    Rest(
        "SMS provider's message log",
        "both numbers and the words, of both sides",
        "it is how SMS travels; a message not answered is found there",
        "until answered, then minutes, at worst 15 days; for ever what we cannot delete",
        "worker, once answered",
        "provider",
    ),
    Rest(
        "SMS provider's backups and logs",
        "what it had in its message log",
        "theirs",
        "30 days or more: theirs",
        "nobody of us",
        "provider",
    ),
    Rest(
        "SMS provider's alerts",
        "a request of theirs we could not take, with its words",
        "theirs",
        "30 days or more: theirs",
        "nobody of us",
        "provider",
    ),
    Rest(
        "phone company",
        "that this phone texted ours, when, how often; it can read an SMS",
        "theirs, often by law",
        "months: theirs",
        "nobody of us",
        "provider",
    ),
    Rest(
        "Telegram",
        "the chat, both sides, readable by Telegram; what we have not fetched, 24 h",
        "it is how Telegram travels",
        "until taken out: we can for 48 h, and while the talk is open; then only the person",
        "erase, on DELETE, STOP, or when a counsellor closes and they agreed",
        "provider",
    ),
    Rest(
        "the person's phone",
        "the messages, notifications, backups",
        "theirs",
        "theirs",
        "the person",
        "phone",
    ),
    Rest("phone bill", "our number, when, how often", "theirs", "theirs", "nobody", "phone"),
)
BESIDES = IN_PROCESS + ON_DISK + IN_SIGHT + WITH_OTHERS


def why(kept: Kept) -> str:
    """The reason of a kind of key; raises KeyError for one that has none."""
    parts = [part for part in kept.pattern.split(":") if part in WHY_KEPT]
    return WHY_KEPT[parts[-1]] if parts else WHY_KEPT[kept.pattern]


KEYS = tuple(Rest(f"`{kept.pattern}`", kept.holds, why(kept), kept.lifetime, kept.erased_by) for kept in KEPT)
EVERYWHERE = KEYS + BESIDES
