"""Types for what must never be shown: their text can be read only by asking for it.

Every word a person writes travels as `Text`, every phone number or chat id as `Address`. Neither
has a `repr`, `str`, format or pickle that holds the value: no f-string, log line or traceback can leak it.
"""

from typing import NoReturn


class Private:
    """A value that shows nothing of itself; `reveal()` gives it to code that needs it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and isinstance(other, Private) and other._value == self._value

    def __hash__(self) -> int:
        return hash((type(self), self._value))

    def __bool__(self) -> bool:
        return bool(self._value)

    def __reduce__(self) -> NoReturn:
        raise TypeError("private values are not pickled")


class Text(Private):
    """Words of a conversation."""

    __slots__ = ()


class Address(Private):
    """Where a person can be reached: a phone number in E.164, or a Telegram chat id."""

    __slots__ = ()
