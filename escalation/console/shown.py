"""Words of a person, made fit to be shown: what cannot be seen is made visible, length is bounded.

Escaping is the templates' work; here goes what survives escaping: characters that reorder, hide or pile up.
"""

import re
import unicodedata

LONGEST = 4000
_MARKS = 3
"""Combining marks in a row on one letter: Vietnamese needs two; a pile of fifty covers other lines."""

# Put for what reorders, hides or joins text: a counsellor should know that something was there.
_VISIBLE = "\u25af"
_UNTOLD = frozenset("\u00ad\ufeff")
"""Where a word may be broken, and the mark some phones begin a text with: nothing anybody meant."""
_KEPT_FORMAT = frozenset("\u200d\ufe0f")
"""Joiner and picture form: an emoji of several parts needs them."""


# Letters of Latin and Cyrillic, digits and punctuation: one sign each, seen as they are, in their one form.
_PLAIN = re.compile(r"[ -~\u00a1-\u00ac\u00ae-\u024f\u0400-\u0482\u048a-\u052f\u2010-\u2027]*")


def shown(text: str, longest: int = LONGEST) -> str:
    """The text as it may stand on a page; ends in … where it was cut."""
    cut = len(text) > longest
    if not cut and _PLAIN.fullmatch(text):
        return text  # nearly every text: nothing in it could be changed below
    text = unicodedata.normalize("NFC", text[:longest].replace("\r\n", "\n").replace("\r", "\n"))
    text = "".join(_letters(text))
    text = re.sub(r"\n{3,}", "\n\n", text).strip("\n")
    return text + "…" if cut else text


def line(text: str, longest: int = 300) -> str:
    """The same for what stands on one line: an alias, a reason, a name."""
    return " ".join(shown(text, longest).split())


def typed(text: str) -> str:
    """A counsellor's own answer: line ends as one character, nothing that cannot be seen, no blank ends."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(letter for letter in _letters(text) if letter != _VISIBLE).strip()


def _letters(text: str) -> list[str]:
    kept: list[str] = []
    marks = 0
    for place, letter in enumerate(text):
        category = unicodedata.category(letter)
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if marks > _MARKS and letter != "\ufe0f":
            continue
        if letter in "\n\t" or (letter in _KEPT_FORMAT and _in_emoji(text, place)):
            kept.append(letter)
        elif (category in {"Cf", "Cc"} and letter not in _UNTOLD) or letter in _BLANK:
            if kept[-1:] != [_VISIBLE]:
                kept.append(_VISIBLE)
        elif category in {"Cs", "Co", "Cn"} and not "\U0001f000" <= letter <= "\U0001faff":
            # Half a character, or one that has no meaning: a page with the first could not be sent at all.
            kept.append("\ufffd")
        elif category in {"Zl", "Zp"}:
            kept.append("\n")
        elif category != "Cf" and letter not in _FORMS:
            kept.append(letter)
    return kept


# Letters and marks that show nothing, though Unicode does not call them format characters.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u2800\u3164\uffa0")
# Which form of the letter before is meant: nothing is hidden in it.
_FORMS = frozenset(map(chr, (*range(0xFE00, 0xFE0F), *range(0xE0100, 0xE01F0))))


def _in_emoji(text: str, place: int) -> bool:
    before = text[place - 1] if place else ""
    return bool(before) and (unicodedata.category(before) in {"So", "Sk"} or before == "\ufe0f")
