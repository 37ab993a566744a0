"""What `hotline doctor` looks at. A check returns a sentence, or raises Wrong: what is wrong and its mend.

No check says a key, a token, a number or an address of a person, nor what a provider answered in words.
"""

from bot.errors import HotlineError


class Wrong(HotlineError):
    """Something is wrong; `mend` says what to do, `soon` that it works for now."""

    def __init__(self, says: str, mend: str, *, soon: bool = False) -> None:
        super().__init__(says)
        self.mend = mend
        self.soon = soon
