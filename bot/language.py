"""Which language a short text is in, without diacritics and in any of the alphabets people use.

Three voices are added up: lingua's statistics, everyday words (language_words.txt) and letter groups counted
in our own examples (language.npz, written by training). Very short texts say little: then the language of the
talk so far decides, then the phone's, then the best guess.
"""

import math
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from lingua import Language, LanguageDetector, LanguageDetectorBuilder
from numpy.typing import NDArray

from bot.script import Script, plain_latin, script_of, to_cyrillic

LANGUAGES = ("en", "sq", "bcms", "ro", "mk", "bg", "it", "el")
COUNTED = ("en", "sq", "bcms", "ro")  # languages of our own examples, counted in Latin letters
LINGUA = {
    Language.ENGLISH: "en",
    Language.ALBANIAN: "sq",
    Language.BOSNIAN: "bcms",
    Language.CROATIAN: "bcms",
    Language.SERBIAN: "bcms",
    Language.ROMANIAN: "ro",
    Language.MACEDONIAN: "mk",
    Language.BULGARIAN: "bg",
    Language.ITALIAN: "it",
    Language.GREEK: "el",
}
HINTS = {"sr": "bcms", "hr": "bcms", "bs": "bcms", "sh": "bcms", "cnr": "bcms", "me": "bcms", "mo": "ro"}
WORDS_FILE = Path(__file__).with_name("language_words.txt")
MODEL_FILE = Path(__file__).with_name("language.npz")
BUCKETS = 1 << 16
WHOLE_WORD = 3  # times a whole word counts against a letter group
WORD_WEIGHT, LETTER_WEIGHT, DOUBT = 0.5, 0.3, 1e-3
# Spread over the words of the text, so that a long text decides alone.
SWITCH = 0.68  # how sure another language must be, for a talk to go on in it
PREVIOUS_WEIGHT, HINT_WEIGHT, LAUNCH_WEIGHT = 5.0, 2.0, 1.0
READ = 300  # characters; more says nothing new
ANYWHERE = {
    "ok",
    "okay",
    "okej",
    "oki",
    "lol",
    "xd",
    "mhm",
    "aha",
    "hm",
    "hmm",
    "sos",
    "super",
    "alo",
    "ej",
    "hej",
}
LAUGH = re.compile("(?:[hxa]*(?:ha|he|hi)+h?|x+d+)+")
TOKEN = re.compile(r"[^\W\d_]+")
ONLY = {
    "mk": set("ѓќѕ"),
    "bg": set("щъьюяй"),
    "bcms": set("ћђ"),
}  # letters that one Cyrillic language alone has


@dataclass(frozen=True, slots=True)
class Detected:
    """A language, the alphabet of the text, and how sure that is (0 to 1)."""

    language: str
    script: Script
    sure: float


def detect(text: str, previous: str | None = None, hint: str | None = None) -> Detected:
    """The language of a text; `previous` is that of the talk so far, `hint` what the phone says."""
    text = text[:READ].encode("utf-8", "replace").decode()  # without halves of letters
    script = script_of(text)
    hint = known(hint)
    words = TOKEN.findall(plain_latin(text.lower()))
    if sum(map(len, words)) < 2 or set(words) <= ANYWHERE or LAUGH.fullmatch("".join(words)):
        return Detected(previous or hint or "en", script, 0.0)
    scores = _scores(text, words, script)
    if previous in scores:
        scores[previous] += PREVIOUS_WEIGHT / len(words)
    if hint in scores:
        scores[hint] += HINT_WEIGHT / len(words)
    best = max(scores, key=lambda language: scores[language])
    total = sum(math.exp(score - scores[best]) for score in scores.values())
    if previous in scores and best != previous and 1 / total < SWITCH:
        best = previous  # letters without sense, or a word of many languages, are no change of language
    return Detected(best, script, math.exp(scores[best] - max(scores.values())) / total)


def known(code: str | None) -> str | None:
    """A language code of a phone or channel ("sr-Latn", "en_GB") as one of ours, or None."""
    if not code:
        return None
    short = re.split(r"[-_]", code.lower())[0]
    short = HINTS.get(short, short)
    return short if short in LANGUAGES else None


def learn(texts: Mapping[str, Sequence[str]]) -> NDArray[np.float16]:
    """Log-likelihoods (languages, buckets) of letter groups, from Latin texts per language."""
    counts = np.full((len(COUNTED), BUCKETS), 0.3)
    for row, language in enumerate(COUNTED):
        for text in texts.get(language, ()):
            if script_of(text) == "latin":
                np.add.at(counts[row], _groups(TOKEN.findall(plain_latin(text.lower()))), 1.0)
    table: NDArray[np.float16] = np.log(counts / counts.sum(axis=1, keepdims=True)).astype(np.float16)
    return table


def _scores(text: str, words: Sequence[str], script: Script) -> dict[str, float]:
    shares = dict.fromkeys(LANGUAGES, 0.0)
    for confidence in _lingua().compute_language_confidence_values(text):
        shares[LINGUA[confidence.language]] += confidence.value
    scores = {language: math.log(share + DOUBT) for language, share in shares.items()}
    for word in words:
        languages = _words().get(word, ())
        for language in languages:
            scores[language] += WORD_WEIGHT / len(languages)
    table = _table()
    if script == "latin" and table is not None:
        sums = table[:, _groups(words)].astype(np.float64).sum(axis=1)
        for language, less in zip(COUNTED, sums - sums.max(), strict=True):
            scores[language] += LETTER_WEIGHT * float(less) + LAUNCH_WEIGHT / len(words)
    if script == "cyrillic":
        scores["bcms"] += LAUNCH_WEIGHT / len(words)
        for language, letters in ONLY.items():
            if letters & set(text.lower()):
                scores[language] += 3.0
    return scores


def _groups(words: Sequence[str]) -> list[int]:
    text = f" {' '.join(words)} "
    parts = [text[start : start + size] for size in (2, 3, 4) for start in range(len(text) - size + 1)]
    parts += [f"word {word}" for word in words] * WHOLE_WORD
    return [zlib.crc32(part.encode()) % BUCKETS for part in parts]


@lru_cache(maxsize=1)
def _lingua() -> LanguageDetector:
    return LanguageDetectorBuilder.from_languages(*LINGUA).build()


@lru_cache(maxsize=1)
def _words() -> dict[str, tuple[str, ...]]:
    out: dict[str, set[str]] = {}
    for line in WORDS_FILE.read_text(encoding="utf-8").splitlines():
        language, _, words = line.partition(":")
        if language in LANGUAGES:
            for word in words.lower().split():
                out.setdefault(plain_latin(word), set()).add(language)
                if language == "bcms":
                    out.setdefault(to_cyrillic(word), set()).add(language)
    return {word: tuple(sorted(languages)) for word, languages in out.items()}


@lru_cache(maxsize=1)
def _table() -> NDArray[np.float16] | None:
    """The letter groups, or None where the file is missing: the other two voices still answer."""
    try:
        with np.load(MODEL_FILE, allow_pickle=False) as content:
            table: NDArray[np.float16] = content["table"]
    except (OSError, ValueError, KeyError):
        return None
    return table if table.shape == (len(COUNTED), BUCKETS) else None
