"""Types for what must never be shown: their text can be read only by asking for it.

Every word a person writes travels as `Text`, every phone number or chat id as `Address`. Neither
has a `repr`, `str`, format or pickle that holds the value: no f-string, log line or traceback can leak it.
"""

from typing import NoReturn, SupportsIndex


class Unshown:
    """Base of every type that holds words, addresses or keys: it shows its name and nothing of what it holds.

    Meant for dataclasses too, which then are made with `repr=False`.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __str__(self) -> str:
        return Unshown.__repr__(self)

    def __format__(self, spec: str) -> str:
        return Unshown.__repr__(self)

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        raise TypeError("private values are not pickled")


class Private(Unshown):
    """A value that shows nothing of itself; `reveal()` gives it to code that needs it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and isinstance(other, Private) and other._value == self._value

    def __hash__(self) -> int:
        return hash((type(self), self._value))

    def __bool__(self) -> bool:
        return bool(self._value)


class Text(Private):
    """Words of a conversation."""

    __slots__ = ()


class Address(Private):
    """Where a person can be reached: a phone number in E.164, or a Telegram chat id."""

    __slots__ = ()
