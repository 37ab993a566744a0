"""Every key in the store: what it holds, how long it lives, who erases it.

A conversation lives in one of `PARTITIONS` partitions, found from its address; the partition is the hash tag,
so that all keys a turn touches are in one slot of a cluster and change together, atomically.
"""

from dataclasses import dataclass

PARTITIONS = 8
"""How many conversations' turns can run at the same moment; more partitions, more workers of use."""

MINUTE, HOUR, DAY = 60, 3600, 86_400
CAP = 24 * HOUR
"""Nothing that belongs to a person lives longer."""
TELEGRAM_IDS = 47 * HOUR
"""Ids needed to delete Telegram messages: a bot may delete for 48 h."""
PROVIDER_IDS = 15 * DAY
"""Ids owed to a provider: Twilio may refuse to delete for up to 14 days."""
GRACE = 2 * MINUTE
"""Keys outlive a conversation's end by this, so that erasing can still read what to delete where."""
COUNTS = 70 * DAY
"""How many talks there were in a month, never whose: until the month after is over."""
FAREWELL = 15 * MINUTE
"""A last text after erasing: how long it may still be on its way."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One kind of key, for the table in the README and for the audit."""

    pattern: str
    holds: str
    lifetime: str
    erased_by: str


KEPT = (
    Kept(
        "hl:{pN}:at:<hmac>",
        "which conversation an address is in; the address as keyed hash",
        "as the conversation's key",
        "erase",
    ),
    Kept(
        "hl:{pN}:c:<id>:key",
        "the conversation's key, sealed under the day key",
        "60 min of silence; while something is on its way, 24 h at most",
        "erase, first of all",
    ),
    Kept(
        "hl:{pN}:c:<id>:card",
        "address, language, topics, vectors of the last few texts, dialogue state; sealed",
        "60 min of silence, 24 h at most",
        "erase",
    ),
    Kept(
        "hl:{pN}:c:<id>:talk", "what was said; each line sealed", "60 min of silence, 24 h at most", "erase"
    ),
    Kept("hl:{pN}:c:<id>:way", "how many messages are on their way in or out", "24 h", "turn, sender, erase"),
    Kept(
        "hl:{pN}:c:<id>:owed",
        "provider ids of messages not answered yet",
        "15 days",
        "sender, once answered; erase",
    ),
    Kept(
        "hl:{pN}:c:<id>:shown",
        "ids of messages in the Telegram chat; sealed under the day key",
        "47 h at most",
        "erase",
    ),
    Kept(
        "hl:{pN}:seen:<hmac>",
        "that this message came in already; the provider's id as keyed hash",
        "48 h",
        "lifetime",
    ),
    Kept(
        "hl:{pN}:pace:<hmac>",
        "how often an address wrote lately; address and texts as keyed hashes",
        "10 min",
        "lifetime",
    ),
    Kept(
        "hl:{pN}:muted:<hmac>",
        "that a counsellor muted this address; as keyed hash",
        "24 h at most",
        "counsellor, lifetime",
    ),
    Kept("hl:{pN}:told:<hmac>", "that a muted address was told so; as keyed hash", "1 h", "lifetime"),
    Kept(
        "hl:{pN}:before:<hmac>",
        "that a counsellor talked with this address; as keyed hash",
        "24 h",
        "DELETE, STOP, lifetime",
    ),
    Kept("hl:{pN}:inbox", "messages waiting for their turn; sealed", "24 h", "turn"),
    Kept("hl:{pN}:outbox", "answers on their way; sealed", "24 h", "sender"),
    Kept("hl:{pN}:trying:<id>", "that sending this answer was begun; when; `reached` then", "24 h", "sender"),
    Kept("hl:{pN}:reached:<channel>", "how far its numbering of messages has come", "24 h", "lifetime"),
    Kept("hl:{pN}:said:<id>", "that a counsellor's answer was taken in", "1 min", "lifetime"),
    Kept("hl:{pN}:copied", "that a replica was waited for", "1 min", "lifetime"),
    Kept("hl:{cases}:copied", "that a replica was waited for", "1 min", "lifetime"),
    Kept("hl:{pN}:lease", "which worker has this partition", "10 s", "lifetime"),
    Kept("hl:{pN}:ends", "when which conversation is to be erased", "15 days", "erase"),
    Kept(
        "hl:{pN}:due",
        "provider ids to be deleted there, by when to try; chat ids sealed under the day key",
        "15 days",
        "worker, once deleted",
    ),
    Kept("hl:{pN}:since", "since when each of them waits", "15 days", "worker, once deleted"),
    Kept("hl:{workers}", "which workers are alive", "1 min", "lifetime"),
    Kept("hl:{poller}", "which worker polls Telegram", "1 min", "lifetime"),
    Kept("hl:{groups}", "Telegram groups the bot is to leave", "1 h", "worker"),
    Kept("hl:{vault}:day:<day>", "a day key, sealed under the deployment secrets", "3 days", "lifetime"),
    Kept(
        "hl:{vault}:lookup",
        "the key addresses are hashed with, sealed under the deployment secrets",
        "15 days without a message",
        "lifetime",
    ),
    Kept("hl:{log}:looked", "that a provider's log was looked through", "10 min", "lifetime"),
    Kept("hl:{log}:caught", "that it was looked through for what we missed", "2 min", "lifetime"),
    Kept("hl:{cases}:waiting", "conversation ids waiting for a counsellor, in order", "24 h", "claim, erase"),
    Kept("hl:{cases}:held", "conversation ids held, by last sign of life", "24 h", "close, erase"),
    Kept(
        "hl:{cases}:case:<id>",
        "risk, signals, language, alias, cover; reasons and notes sealed",
        "24 h",
        "erase",
    ),
    Kept("hl:{cases}:holders", "which counsellor holds which conversation id", "24 h", "close, erase"),
    Kept("hl:{cases}:on", "counsellors on duty, by last sign of life", "1 min", "lifetime"),
    Kept("hl:{cases}:speak", "in which languages those on duty work", "1 min", "lifetime"),
    Kept(
        "hl:{cases}:took:<language>",
        "how fast people were lately taken, by language; of nobody",
        "1 h",
        "lifetime",
    ),
    Kept("hl:{cases}:away", "counsellors on a break or off their shift", "8 h", "counsellor, lifetime"),
    Kept("hl:{cases}:alerted", "that the team was told that somebody waits", "10 min", "lifetime"),
    Kept(
        "hl:{cases}:mutes",
        "which mutes last, by whom, until when; made-up names, addresses as keyed hashes",
        "24 h",
        "counsellor, lifetime",
    ),
    Kept(
        "hl:{cases}:report:<hmac>",
        "which answer a delivery report is about; the provider's id as keyed hash",
        "1 h",
        "report, erase, lifetime",
    ),
    Kept("hl:{counts}:<month>", "how many talks by language, topic and so on", "70 days", "lifetime"),
    Kept("hl:{signs}", "when engine and providers last worked, or since when they fail", "1 h", "lifetime"),
    Kept(
        "hl:{staff}:session:<hash>",
        "a sign-in of a counsellor: account, kind of browser, when; its token as hash",
        "30 min without a sign of life, 8 h at most",
        "sign-out, lifetime",
    ),
    Kept("hl:{staff}:of:<account>", "which sign-ins an account has", "8 h", "sign-out, lifetime"),
    Kept("hl:{staff}:once:<hash>:<id>", "that this form was sent already", "10 min", "lifetime"),
    Kept(
        "hl:{staff}:tries:<what>:<hmac>",
        "wrong tries to sign in; the counsellor's name and address as keyed hash",
        "15 min",
        "lifetime",
    ),
    Kept("hl:{staff}:challenge:<hash>", "what a passkey is to sign", "3 min", "its use, lifetime"),
)


def tag(partition: int) -> str:
    return f"hl:{{p{partition}}}"


def partition_of(conversation: str) -> int:
    """A conversation's id starts with its partition: `3-5f2c…`."""
    return int(conversation.split("-", 1)[0])


def at(partition: int, hashed: str) -> str:
    return f"{tag(partition)}:at:{hashed}"


def seen(partition: int, hashed: str) -> str:
    return f"{tag(partition)}:seen:{hashed}"


def of(conversation: str, part: str) -> str:
    """A conversation's own key; `part` is key, card, talk, way, owed or shown."""
    return f"{tag(partition_of(conversation))}:c:{conversation}:{part}"


def pace(partition: int, hashed: str) -> str:
    return f"{tag(partition)}:pace:{hashed}"


def muted(partition: int, hashed: str) -> str:
    return f"{tag(partition)}:muted:{hashed}"


def told(partition: int, hashed: str) -> str:
    return f"{tag(partition)}:told:{hashed}"


def before(partition: int, hashed: str) -> str:
    return f"{tag(partition)}:before:{hashed}"


def inbox(partition: int) -> str:
    return f"{tag(partition)}:inbox"


def outbox(partition: int) -> str:
    return f"{tag(partition)}:outbox"


def trying(partition: int, outgoing: str) -> str:
    return f"{tag(partition)}:trying:{outgoing}"


def reached(partition: int, channel: str) -> str:
    return f"{tag(partition)}:reached:{channel}"


def said(partition: int, outgoing: str) -> str:
    return f"{tag(partition)}:said:{outgoing}"


def lease(partition: int) -> str:
    return f"{tag(partition)}:lease"


def ends(partition: int) -> str:
    return f"{tag(partition)}:ends"


def due(partition: int) -> str:
    return f"{tag(partition)}:due"


def since(partition: int) -> str:
    return f"{tag(partition)}:since"


def copied(key: str) -> str:
    """In the same slot as a key, what its replicas are asked for: `hl:{p3}:copied` for `hl:{p3}:inbox`."""
    return f"{key[: key.index('}') + 1]}:copied"


def case(conversation: str) -> str:
    return f"hl:{{cases}}:case:{conversation}"


def took(language: str) -> str:
    return f"hl:{{cases}}:took:{language}"


def report(hashed: str) -> str:
    return f"hl:{{cases}}:report:{hashed}"


def staff(part: str) -> str:
    """A key of the console's sign-in: session, of, once, tries or challenge."""
    return f"hl:{{staff}}:{part}"


def day(day_number: int) -> str:
    return f"hl:{{vault}}:day:{day_number}"


def counts(month: str) -> str:
    return f"hl:{{counts}}:{month}"


WORKERS = "hl:{workers}"
POLLER = "hl:{poller}"
GROUPS = "hl:{groups}"
SIGNS = "hl:{signs}"
LOOKUP = "hl:{vault}:lookup"
LOOKED = "hl:{log}:looked"
CAUGHT_UP = "hl:{log}:caught"
WAITING = "hl:{cases}:waiting"
HELD = "hl:{cases}:held"
HOLDERS = "hl:{cases}:holders"
ON_DUTY = "hl:{cases}:on"
ALERTED = "hl:{cases}:alerted"
MUTES = "hl:{cases}:mutes"
SPEAK = "hl:{cases}:speak"
AWAY = "hl:{cases}:away"
CHANGES = "hl:changes"
"""A publish channel, not a key: says which case changed, keeps nothing."""
