"""How a text travels as SMS: its alphabet, how many parts it is paid for, and where it may be cut.

Counts as the provider bills (3GPP TS 23.038 and 23.040): 160 septets, or 153 in each part of a longer
message; as soon as one character is outside the GSM alphabet, 70 UTF-16 units, or 67 per part, for the whole
message. A character that the eye sees as one (an emoji with its modifiers, a letter with a combining accent)
and an escaped GSM character are never cut in two.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

type Encoding = Literal["GSM-7", "UCS-2"]

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Sent as an escape and a second septet: each costs two.
EXTENSION = frozenset("\f^{}\\[~]|€")
GSM = BASIC | EXTENSION

# Units that fit a message of one part, and each part of a longer one (the joining header takes the rest).
SINGLE: dict[Encoding, int] = {"GSM-7": 160, "UCS-2": 70}
PART: dict[Encoding, int] = {"GSM-7": 153, "UCS-2": 67}

# The provider refuses a longer body altogether (error 21617).
LONGEST_BODY = 1600


@dataclass(frozen=True, slots=True)
class Segments:
    """What sending a text takes: `units` are septets or UTF-16 units, `characters` what the eye counts."""

    encoding: Encoding
    segments: int
    units: int
    characters: int


def count(text: str) -> Segments:
    """Encoding and size of a text; an empty one still is one part on the way."""
    encoding, characters = _read(text)
    sizes = [_units(character, encoding) for character in characters]
    return Segments(encoding, len(_cut(characters, encoding)), sum(sizes), len(characters))


def parts(text: str) -> list[str]:
    """The pieces in which a text travels; joined they are the text again."""
    encoding, characters = _read(text)
    return _cut(characters, encoding)


def plain(text: str) -> str:
    """The same text with typographic quotes, dashes, dots and spaces as keyboards write them.

    Letters stay as they are: one ë or č is a matter of language, one curly quote only of cost.
    """
    folded = unicodedata.normalize("NFC", text).translate(_PLAIN)
    return unicodedata.normalize("NFC", folded)


def split(text: str, limit_segments: int) -> list[str]:
    """Several messages of at most `limit_segments` parts each, cut at sentence ends, else between words.

    Numbers written in groups stay in one message as long as they fit it. A blank text gives no message.
    """
    if limit_segments < 1:
        raise ValueError("a message needs at least one part")
    messages = [""]
    for piece in _pieces(text, limit_segments):
        joined = messages[-1] + piece
        if _fits(joined, limit_segments):
            messages[-1] = joined
        else:
            messages.append(piece)
    return [message.strip() for message in messages if message.strip()]


# Sentence ends: a stop with its closing quote, or a line's end. The white space stays with what it follows.
_SENTENCE = re.compile(r".*?(?:[.!?…]+[\"')\]]*\s+|\n\s*|$)", re.DOTALL)
# A blank between two digits does not end a word: "116 111" is one number.
_WORD = re.compile(r"(?:\S|(?<=\d)[ ](?=\d))*\s*")


def _pieces(text: str, limit: int) -> Iterator[str]:
    """Sentences; the words of a sentence too long for one message; the characters of such a word."""
    for sentence in _SENTENCE.findall(text):
        if _fits(sentence, limit):
            yield sentence
            continue
        for word in _WORD.findall(sentence):
            if _fits(word, limit):
                yield word
            else:
                yield from _characters(word)


def _fits(text: str, limit: int) -> bool:
    text = text.strip()
    return len(text) <= LONGEST_BODY and count(text).segments <= limit


def _read(text: str) -> tuple[Encoding, list[str]]:
    # No GSM character joins another, so that the common case needs no look at clusters.
    if GSM.issuperset(text):
        return "GSM-7", list(text)
    return "UCS-2", list(_characters(text))


def _units(character: str, encoding: Encoding) -> int:
    if encoding == "GSM-7":
        return 2 if character in EXTENSION else 1
    return sum(1 if ord(point) < 0x10000 else 2 for point in character)


def _cut(characters: list[str], encoding: Encoding) -> list[str]:
    if sum(_units(character, encoding) for character in characters) <= SINGLE[encoding]:
        return ["".join(characters)]
    found, room = [""], PART[encoding]
    for character in characters:
        # Only a character longer than a whole part (piled-up accents) has to be broken.
        fragments = [character] if _units(character, encoding) <= PART[encoding] else list(character)
        for fragment in fragments:
            size = _units(fragment, encoding)
            if size > room:
                found.append("")
                room = PART[encoding]
            found[-1] += fragment
            room -= size
    return found


def _characters(text: str) -> Iterator[str]:
    """Characters as the eye sees them: extended grapheme clusters of Unicode Annex 29.

    Left out are the rules for scripts nobody writes to us in (Hangul letters one by one, Indic conjuncts);
    a line end of two characters counts as two, as the provider does.
    """
    cluster = ""
    for point in text:
        if cluster and _joins(cluster, point):
            cluster += point
        else:
            if cluster:
                yield cluster
            cluster = point
    if cluster:
        yield cluster


_JOINER = "\u200d"
_ASCII = 0x7F


def _joins(cluster: str, point: str) -> bool:
    if ord(point) <= _ASCII or unicodedata.category(cluster[-1]) in {"Cc", "Zl", "Zp"}:
        return False
    if _extends(point):
        return True
    if cluster[-1] == _JOINER:
        return _pictographic(cluster[0]) and _pictographic(point)
    # Two regional letters make one flag; the third begins the next.
    return _regional(point) and len(cluster) == 1 and _regional(cluster)


def _extends(point: str) -> bool:
    if unicodedata.category(point) in {"Mn", "Me", "Mc"} or point in "\u200c\u200d\uff9e\uff9f":
        return True
    return 0x1F3FB <= ord(point) <= 0x1F3FF or 0xE0020 <= ord(point) <= 0xE007F


def _regional(point: str) -> bool:
    return 0x1F1E6 <= ord(point[0]) <= 0x1F1FF


def _pictographic(point: str) -> bool:
    return 0x1F000 <= ord(point) <= 0x1FAFF or unicodedata.category(point) == "So" or point in "‼⁉↔↕▪▫◼◻"


def _table() -> dict[int, str]:
    plain_forms = {
        '"': "“”„‟«»″‶〝〞＂❝❞",
        "'": "‘’‚‛‹›′‵ʹʻʼʽˈˊˋ´`＇❛❜",
        "-": "‐‑‒–—―−﹘﹣－•·‣⁃",
        "...": "…",
        " ": "\t\u00a0\u1680\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B))),
        "\n": "\u2028\u2029\u0085\v",
        "": "\u00ad\u200b\u200e\u200f\u2060\ufeff",
    }
    return {ord(form): plain_form for plain_form, forms in plain_forms.items() for form in forms}


_PLAIN = _table()
