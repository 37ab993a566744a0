"""All errors of the hotline.

HotlineError
├── SettingsError          a setting is missing or wrong; says which and how to mend it, never its value
├── StoreRefused           the store keeps what it should forget (persistence is on)
├── StoreDown              the store did not answer
├── EngineDown             the dialogue engine did not answer, or answered nonsense
├── KeyGone                the conversation's key is gone: it was erased or has expired
├── NotReady               a process of ours ended or stayed silent while we waited (bot/children.py)
├── Wrong                  a check of `hotline doctor` failed (bot/operating/checks)
├── StaffError             a staff account cannot be made or changed so (escalation/console/staff_account.py)
├── Refused                an inbound request is not from the provider, or not for us
└── ChannelError           a provider did not do what we asked; `retry` says whether trying again can help
    ├── TryLater           for now: 429, 5xx, time-out, cannot delete yet
    ├── OutcomeUnknown     the request may or may not have been carried out
    ├── NeverAgain         for ever, this message: bad number, too long, gone
    ├── PersonLeft         the person blocked us or opted out
    └── OperatorNeeded     wrong credentials or settings at the provider

Messages hold provider codes and our own words only. Adapters translate a provider's replies into
`ChannelError`s; `bot/sender.py` decides what is retried, by class alone.
"""


class HotlineError(Exception):
    """Base of everything this project raises on purpose."""


class SettingsError(HotlineError):
    """A setting is missing or wrong."""


class StoreRefused(HotlineError):
    """The store would keep conversations on disk."""


class StoreDown(HotlineError):
    """The store did not answer."""


class EngineDown(HotlineError):
    """The dialogue engine did not answer usefully."""


class KeyGone(HotlineError):
    """The key of this conversation is gone; nothing of it can be read any more."""


class Refused(HotlineError):
    """An inbound request is refused; `status` is the HTTP status to answer with."""

    def __init__(self, reason: str, status: int = 403) -> None:
        super().__init__(reason)
        self.status = status


class ChannelError(HotlineError):
    """A provider did not do what we asked; `code` is the provider's own number for it, 0 if none.

    `everybody`: it is not about this message; every other would fare alike just now.
    """

    retry = False

    def __init__(self, code: int = 0, after: float = 0.0, *, everybody: bool = False) -> None:
        super().__init__(f"{type(self).__name__} {code}")
        self.code = code
        self.after = after
        self.everybody = everybody


class TryLater(ChannelError):
    """Nothing was done, and it can work later; `after` is the provider's own waiting time in seconds."""

    retry = True


class OutcomeUnknown(ChannelError):
    """The connection broke in the middle: it may have been done."""

    retry = True


class NeverAgain(ChannelError):
    """This message will never go through."""


class PersonLeft(ChannelError):
    """The person opted out or blocked us: no further message to them."""


class OperatorNeeded(ChannelError):
    """Credentials or settings at the provider are wrong: retried slowly, operators are told."""

    retry = True
