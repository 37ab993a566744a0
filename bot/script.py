"""Serbian Latin and Cyrillic, ijekavian and ekavian, and letters without marks.

Web and e-mail addresses, {placeholders} and digits pass through unchanged, so a text can be turned before its
placeholders are filled.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Literal

Script = Literal["latin", "cyrillic"]

PAIRS = "аa бb вv гg дd ђđ еe жž зz иi јj кk лl мm нn оo пp рr сs тt ћć уu фf хh цc чč шš"
TWO = {"љ": "lj", "њ": "nj", "џ": "dž"}
TO_LATIN = {pair[0]: pair[1] for pair in PAIRS.split()} | TWO
TO_CYRILLIC = {latin: cyrillic for cyrillic, latin in TO_LATIN.items()}
# Words in which n+j or d+ž are two sounds, by their beginnings.
APART = re.compile(
    r"\b(?:in(?=jekc)|kon(?=ju[gn])|tan(?=jug)|(?:nad|pod|od)(?=ž(?:iv|up|al|nj)))", re.IGNORECASE
)
APART_MARK = "\u2060"
ADDRESS = r"(?:[\w-]+\.)+(?:com|org|net|info|eu|int|al|ba|bg|gr|hr|it|md|me|mk|ro|rs)\b(?:/\S*)?"
KEPT = re.compile(rf"\{{[^{{}}]*\}}|\bhttps?://\S+|\S+@\S+\.\w+|\b{ADDRESS}", re.IGNORECASE)
WORD = re.compile(r"[^\W\d_]+")
PLAIN = str.maketrans(
    {
        "đ": "dj", "Đ": "Dj", "ð": "dj", "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "ß": "ss", "æ": "ae",
        "Æ": "AE", "ı": "i",
        "‘": "'", "’": "'", "‚": "'", "‛": "'", "`": "'", "´": "'", "“": '"', "”": '"', "„": '"',
        "‟": '"', "«": '"', "»": '"', "‹": "'", "›": "'", "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-",
        "―": "-", "−": "-", "…": "...", "\u00a0": " ", "\u2009": " ", "\u202f": " ", "•": "-", "×": "x",
    }
)  # fmt: skip


def to_cyrillic(text: str) -> str:
    """Serbian Latin as Cyrillic: digraphs are one letter, upper case stays upper."""
    return _outside_kept(
        text, lambda part: _cyrillic(APART.sub(r"\g<0>" + APART_MARK, part)).replace(APART_MARK, "")
    )


def to_latin(text: str) -> str:
    """Serbian Cyrillic as Latin; letters that Serbian does not have stay as they are."""
    return _outside_kept(text, lambda part: WORD.sub(lambda word: _latin(word.group()), part))


def to_ekavian(text: str, mapping: Mapping[str, str]) -> str:
    """The text with each whole word that the mapping names replaced, in the case it was written in."""

    def replace(match: re.Match[str]) -> str:
        word = match.group()
        other = mapping.get(word.lower())
        if other is None:
            return word
        if word.isupper() and len(word) > 1:
            return other.upper()
        return other[:1].upper() + other[1:] if word[:1].isupper() else other

    return _outside_kept(text, lambda part: WORD.sub(replace, part))


def plain_latin(text: str) -> str:
    """The text in letters that are cheap to send: no marks, plain quotes and dashes; other alphabets stay."""
    text = unicodedata.normalize("NFC", text).translate(PLAIN)
    return "".join(_bare(letter) for letter in text)


def script_of(text: str) -> Script:
    """The alphabet most of the letters are in; Latin where there are none, and for Greek."""
    cyrillic = sum("\u0400" <= letter <= "\u04ff" for letter in text)
    latin = sum(letter.isalpha() and unicodedata.name(letter, "").startswith("LATIN") for letter in text)
    return "cyrillic" if cyrillic > latin else "latin"


def has_letters(text: str) -> bool:
    """Whether there is anything to tell an alphabet by."""
    return any(letter.isalpha() for letter in text)


def _outside_kept(text: str, change: Callable[[str], str]) -> str:
    parts = []
    end = 0
    for kept in KEPT.finditer(text):
        parts += [change(text[end : kept.start()]), kept.group()]
        end = kept.end()
    return "".join([*parts, change(text[end:])])


def _cyrillic(part: str) -> str:
    out = []
    place = 0
    while place < len(part):
        for length in (2, 1):
            piece = part[place : place + length]
            letter = TO_CYRILLIC.get(piece.lower())
            if letter:
                out.append(letter.upper() if piece[0].isupper() else letter)
                place += length
                break
        else:
            out.append(part[place])
            place += 1
    return "".join(out)


def _latin(word: str) -> str:
    shout = word.isupper() and len(word) > 1
    out = []
    for letter in word:
        latin = TO_LATIN.get(letter.lower(), letter)
        if letter.lower() in TO_LATIN and letter.isupper():
            latin = latin.upper() if shout else latin[0].upper() + latin[1:]
        out.append(latin)
    return "".join(out)


def _bare(letter: str) -> str:
    if letter < "\u0080" or not unicodedata.name(letter, "").startswith("LATIN"):
        return letter
    return unicodedata.normalize("NFD", letter)[0]
