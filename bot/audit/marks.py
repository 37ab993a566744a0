"""Marks: words nobody writes, numbers and chats nobody has, and finding them in any form.

All words of a run begin with the same twelve letters, in one of five alphabets, and end in three that say
which place they were put in. So a search looks for few things, however many places there are, and a hit can
be named without showing what was found.
"""

import re
import secrets
from collections.abc import Iterable, Iterator

from bot.audit.forms import as_text, escaped, in_base64

LETTERS = "abcdegiklmnoprstuvz"
"""Each is one letter in all alphabets, and no two of them are written as one."""
NEEDED = "acestiz"
"""Those that some alphabet gives an accent: each word has all of them."""
BASE = len(LETTERS)
LENGTH, PLACE = 12, 3
ALPHABETS = {
    "latin": "",
    "sq": "eëcç",
    "bcms": "cčsšzž",
    "cyrillic": "aаbбcцdдeеgгiиkкlлmмnнoоpпrрsсtтuуvвzз",
    "ro": "aăiîsștț",
}
COUNTRIES = {"sq": "35569", "bcms": "38160", "ro": "4072", "en": "44791"}
"""Beginnings of mobile numbers; four digits of the run and three of the place follow."""
SEPARATORS = b" -.()/"
HIDDEN = "a mark"
_PLAIN = {
    ord(theirs): ours
    for pairs in ALPHABETS.values()
    for ours, theirs in zip(pairs[::2], pairs[1::2], strict=True)
}


def in_alphabet(word: str, alphabet: str) -> str:
    """A word of ours in one of the alphabets."""
    pairs = ALPHABETS[alphabet]
    return word.translate(str.maketrans(pairs[::2], pairs[1::2]))


class Marks:
    """The marks of one run; shows nothing of them."""

    def __init__(self) -> None:
        draw = secrets.SystemRandom().sample
        others = sorted(set(LETTERS) - set(NEEDED))
        word = "".join(draw([*NEEDED, *draw(others, LENGTH - len(NEEDED))], LENGTH))
        self._word = word
        self._run = f"{secrets.randbelow(9000) + 1000}"
        self.first_chat = (secrets.randbelow(90_000_000) + 10_000_000) * 10_000 + 1
        """Chat id of the first person on Telegram, twelve digits; the next have the next."""
        self._places: list[str] = []
        self._numbers: dict[str, str] = {}
        self._texts, self._forms, self._exact = _looked_for(word, self._begins())
        run, beginnings = self._run, "|".join(COUNTRIES.values())
        national = "|".join(f"0{begins[2:].lstrip('015')}" for begins in COUNTRIES.values())
        self._full = re.compile(f"(?:{beginnings}){run}\\d{{3}}".encode())
        self._national = re.compile(f"(?:{national}){run}\\d{{3}}".encode())
        self._chat = re.compile(f"(?<!\\d){str(self.first_chat)[:8]}\\d{{4}}(?!\\d)".encode())

    def __repr__(self) -> str:
        return f"<Marks: {len(self._places)} places>"

    @property
    def places(self) -> int:
        """How many places were marked so far."""
        return len(self._places)

    def word(self, place: str, alphabet: str = "latin") -> str:
        """A word for this place, in lower case."""
        number = len(self._places)
        self._places.append(place)
        ends = "".join(LETTERS[number // step % BASE] for step in (BASE * BASE, BASE, 1))
        return in_alphabet(self._word + ends, alphabet)

    def number(self, place: str, language: str) -> str:
        """A phone number for this place, in E.164."""
        digits = f"{COUNTRIES[language]}{self._run}{len(self._numbers):03d}"
        self._numbers[digits] = place
        self._places.append(place)
        return f"+{digits}"

    def chat(self, place: str) -> None:
        """Counts a place whose mark is the id of a chat."""
        self._places.append(place)

    def find(self, content: bytes) -> set[str]:
        """What stands in here: the place a mark was put in, or the form it has; never the mark."""
        # Without the zeros, UTF-16 of Latin letters and of digits is plain text.
        flat = content.replace(b"\0", b"") if b"\0" in content else content
        low = flat.lower()
        found = {self._place_after(low, wanted) for wanted in self._texts if wanted in low}
        if flat is not content:
            low += b"\n" + content.lower()
        found |= {f"{HIDDEN} as {form}" for wanted, form in self._forms.items() if wanted in low}
        found |= {f"{HIDDEN} as base64" for wanted in self._exact if wanted in content}
        return found | set(self._find_numbers(flat))

    def find_plain(self, content: bytes) -> bool:
        """Whether a word stands here as it was written, in bytes too many to look for every form."""
        return any(wanted in content for wanted in self._texts)

    def named(self, text: str) -> set[str]:
        """The places whose words stand in this text."""
        low = text.lower().encode()
        return {
            self._place(part)
            for wanted in self._texts
            for part in low.split(wanted)[1:]
            if self._place(part) != HIDDEN
        }

    def _place_after(self, low: bytes, wanted: bytes) -> str:
        return self._place(low[low.index(wanted) + len(wanted) :][: 4 * PLACE])

    def _place(self, after: bytes) -> str:
        """The place that the letters after a mark's beginning stand for."""
        letters = after.decode("utf-8", "ignore").lower().translate(_PLAIN)[:PLACE]
        if len(letters) < PLACE or not set(letters) <= set(LETTERS):
            return HIDDEN
        number = 0
        for letter in letters:
            number = number * BASE + LETTERS.index(letter)
        return self._places[number] if number < len(self._places) else HIDDEN

    def _find_numbers(self, content: bytes) -> Iterator[str]:
        if self._chat.search(content):
            yield "chat id"
        for text in (content, content.translate(None, SEPARATORS)):
            for pattern in (self._full, self._national):
                for found in pattern.finditer(text):
                    digits = found[0].decode().lstrip("0")
                    yield from (place for full, place in self._numbers.items() if full.endswith(digits))

    def _begins(self) -> list[str]:
        """How every number, and every chat's id, begins."""
        return [*(f"{begins}{self._run}" for begins in COUNTRIES.values()), str(self.first_chat)[:8]]


def _looked_for(word: str, numbers: Iterable[str]) -> tuple[list[bytes], dict[bytes, str], set[bytes]]:
    """The word in all alphabets as text, in other forms by their names, and what counts letter by letter."""
    texts: dict[bytes, None] = {}
    forms: dict[bytes, str] = {}
    exact: set[bytes] = set()
    for alphabet in ALPHABETS:
        own = in_alphabet(word, alphabet)
        texts |= dict.fromkeys(as_text(own))
        forms |= {wanted: form for form, wanted in escaped(own)}
        exact |= set(in_base64(own))
    for number in numbers:
        exact |= set(in_base64(number))
        forms |= {"".join(f"%{byte:02x}" for byte in number.encode()).encode(): "percent-encoding"}
    return list(texts), {wanted: form for wanted, form in forms.items() if wanted not in texts}, exact
