"""The form of a text that rules see: one alphabet, no marks, disguises undone.

Words of rules go through the same function, so staff write them in either alphabet, with marks or without.
"""

import re
import unicodedata

from bot.embedding import LONGEST, normalise

BREAK = "/"  # between two messages of a talk
STOP = "."  # between two sentences
PAUSE = ","

BY_SOUND = str.maketrans(
    {
        "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "ђ": "dj", "ѓ": "gj", "е": "e", "ё": "e", "ж": "z",
        "з": "z", "ѕ": "dz", "и": "i", "й": "j", "ј": "j", "к": "k", "л": "l", "љ": "lj", "м": "m", "н": "n",
        "њ": "nj", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "ћ": "c", "ќ": "kj", "у": "u", "ф": "f",
        "х": "h", "ц": "c", "ч": "c", "џ": "dz", "ш": "s", "щ": "st", "ъ": "a", "ы": "i", "ь": "", "э": "e",
        "ю": "ju", "я": "ja",
        "α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i", "θ": "th", "ι": "i", "κ": "k",
        "λ": "l", "μ": "m", "ν": "n", "ξ": "x", "ο": "o", "π": "p", "ρ": "r", "σ": "s", "ς": "s", "τ": "t",
        "υ": "u", "φ": "f", "χ": "h", "ψ": "ps", "ω": "o",
        "đ": "dj", "ł": "l", "ø": "o", "ß": "ss", "æ": "ae", "ı": "i", "œ": "oe",
    }
)  # fmt: skip
# Letters of one alphabet that look like another's: used only inside words that mix alphabets.
LOOKS = (
    "аa вb сc ԁd еe ғf ɡg һh іi ϳj јj кk ӏl мm нh оo рp ԛq гr ѕs тt уy ѵv ԝw хx αa βb εe ηn ιi κk μm νv οo "
    "ρp τt υu χx ωw ɑa ɩi ıi"
)
LOOKS_LATIN = str.maketrans({pair[0]: pair[1] for pair in LOOKS.split()})
LOOKS_CYRILLIC = str.maketrans("abcehijkmoprstxyu", "авсенијкморгѕтхуи")
DIGITS = str.maketrans("03457@$!|", "oeastasil")
INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff\u0300-\u036f]"
)
SPACED = re.compile(r"(?<!\w)(?:\w[ .\-_*]{1,2}){3,}\w(?!\w)")
PUNCTUATED = re.compile(r"(?<=\w)[*_~|\u00b7\u2022](?=\w)")
DISGUISED = re.compile(r"[^\W_](?:[^\s.,;?]*[^\W_])?")
RUN = re.compile(r"([^\W\d_])\1+")
LONG_RUN = re.compile(r"([^\W\d_])\1{2,}")
SENTENCE_END = re.compile(r"[.!?\n]+\s+")
MOST_SENTENCES = 24
# Marks between words that say nothing: dots, dashes, commas in a row, pictures.
DECORATION = re.compile(r"(?:\s+|^)(?:[.]{2,}|,{2,}|[-/*~|]+|[^\w\s.,;:!?'\"()@$%&+#=<>/-]+)(?=\s|$)")
FEW_MARKS = 1
WORD = re.compile(r"[^\W_]+(?:[@$!|][^\W_]+)*[@$]?|[.!?;\n]+|,")
ENGLISH_TAIL = re.compile(r"(?<=[a-z])'(?=(?:m|s|t|re|ve|ll|d)\b)")
APOSTROPHES = str.maketrans("‘’‛`´ʼ＇", "'" * 7)


def plain(text: str) -> str:
    """Lower case, without invisible letters, marks and disguises; punctuation and alphabets kept."""
    text = unicodedata.normalize("NFKC", text).translate(APOSTROPHES)
    text = unicodedata.normalize("NFC", text).lower()
    text = INVISIBLE.sub("", text)
    text = "".join(letter if unicodedata.category(letter)[0] != "C" else " " for letter in text)
    text = SPACED.sub(_join, text)
    text = PUNCTUATED.sub("", text)
    text = LONG_RUN.sub(r"\1", text)
    if len(DECORATION.findall(text)) > FEW_MARKS:
        text = DECORATION.sub(" ", text)
    return DISGUISED.sub(lambda word: _undisguise(word.group()), text)


def tokens(text: str) -> list[str]:
    """The words of a text as rules compare them; STOP and PAUSE stand for punctuation."""
    text = latin(ENGLISH_TAIL.sub("", plain(text)))
    out = []
    for piece in WORD.findall(text):
        if piece == PAUSE or piece[0] in ".!?;\n":
            out.append(PAUSE if piece == PAUSE else STOP)
        else:
            out.append(RUN.sub(r"\1", piece))
    return out


def latin(text: str) -> str:
    """Every known alphabet as Latin by sound, marks dropped."""
    text = unicodedata.normalize("NFKD", text.translate(BY_SOUND)).translate(BY_SOUND)
    return "".join(letter for letter in text if unicodedata.category(letter) != "Mn")


def disguised(text: str) -> bool:
    """Whether undoing disguises changes more than case: then it is judged in both forms."""
    as_written = unicodedata.normalize("NFC", text).lower()
    return plain(text).split() != as_written.split()


def sentences(text: str, short: int = 160) -> list[str]:
    """The sentences of a text of several that is not short: danger in one is not to be talked away."""
    parts = [part.strip() for part in SENTENCE_END.split(text) if len(part.split()) > 2]
    return parts[:MOST_SENTENCES] if len(text) > short and len(parts) > 1 else []


def windows(text: str, size: int = LONGEST - 100, most: int = 16) -> list[str]:
    """A text cut into overlapping pieces the encoder reads whole; beginning and end are never left out.

    `most` covers over 6,000 characters, more than either channel lets through.
    """
    if len(normalise(text)) < LONGEST:
        return [text]
    starts = [*range(0, max(1, len(text) - size), size - 80), max(0, len(text) - size)]
    if len(starts) > most:
        starts = starts[: most // 2] + starts[-(most // 2) :]
    return [text[start : start + size] for start in starts]


def _join(match: re.Match[str]) -> str:
    return re.sub(r"(?<=\w)[ .\-_*](?=\w)", "", match.group())


def _undisguise(word: str) -> str:
    latin, greek, cyrillic = (
        sum(low <= letter <= high for letter in word)
        for low, high in (("a", "\u024f"), ("\u0370", "\u03ff"), ("\u0400", "\u052f"))
    )
    if (latin > 0) + (greek > 0) + (cyrillic > 0) > 1:
        word = word.translate(LOOKS_CYRILLIC if cyrillic > latin + greek else LOOKS_LATIN)
    digits = sum(letter in "0134578@$!|" for letter in word)
    letters = sum(letter.isalpha() for letter in word)
    if digits and letters >= digits and word[0].isalpha() and not re.search(r"\d\d", word):
        word = re.sub("(?<=[aeiou])1", "l", word).replace("1", "i").translate(DIGITS)
    return word
