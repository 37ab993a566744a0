"""Which country a message names, in any of our languages, by the beginnings of words."""

import re
from collections.abc import Iterator

from bot.embedding import normalise

# Word beginnings after `normalise` (lower case, no marks, Cyrillic as Latin), and cities people say instead.
_LISTED = {
    "AL": "alban shqiper shqipni shqipr arnav tiran durres vlor elbasan shkod fier kukes",
    "XK": "kosov prishtin pristin prizren gjilan ferizaj mitrovic",
    "ME": "montenegr crnoj crnogor crngor malizi podgoric niksic",
    "RS": "serbi srbij srbj beograd belgrad kraguje novisad",
    "HR": "croat kroaci hrvatsk croati zagreb rijek osijek",
    "RO": "romani romania rumani rumuni rumunj bucures bukures bukurest craiov timisoar iasi cluj",
    "BA": "bosn bosnj sarajev tuzl mostar zenic herceg",
    "MK": "macedon makedon maqedon skopj shkup tetov",
    "BG": "bulgar bugar bullgar sofij",
    "MD": "moldov moldav chisinau kisinjev",
    "GR": "greec greqi greci grck grec athin aten selanik solun thessal",
    "IT": "ital rom milan milano torin bari napol",
    "DE": "german gjerman njemack nemack deutsch berlin munich minhen munih hamburg frankfurt",
    "AT": "austri austrij wien vien becu",
    "FR": "franc francusk paris pariz",
    "ES": "spain spanj spania spanij madrid barcelon",
    "GB": "england engles angli anglij britan londr london",
    "CH": "switzer zvicr zvicer svicar svajcar elveti zurich cirih",
    "TR": "turq turk turci istanb stamboll",
    "SI": "sloven ljubljan",
    "NL": "netherl holand holland nizozem oland amsterdam",
    "BE": "belgi bruksel brux",
    "SE": "sweden suedi svedsk svedij suedia stockholm",
    "HU": "hungar hungari madjarsk madarsk ungari budapest",
    "CY": "cypr qipro kipar cipru",
    "US": "amerik america usa",
    "AE": "dubai emirat",
}
BEGINNINGS = {code: listed.split() for code, listed in _LISTED.items()}
# Beginnings that would swallow other words are only taken as whole words.
WHOLE = {"rom", "usa", "bari", "iasi", "cluj", "roma", "fier", "becu", "romani"}
WORDS = {
    "IT": {"rome", "rim", "rimu", "roma", "rom", "bari"},
    "AT": {"bec", "becu", "beqe"},
    "FR": {"france"},
}
TWO = {
    "ME": ("crna gora", "crnoj gori", "mali i zi", "malin e zi", "crne gore"),
    "RS": ("novi sad", "novom sadu"),
}
CODES = {code.lower(): code for code in BEGINNINGS} | {
    "uk": "GB",
    "ks": "XK",
    "cg": "ME",
    "bih": "BA",
    "mne": "ME",
}


MOST_WORDS = 6
# What may stand around the name of the country somebody is in, in the four languages.
AROUND = frozenset(
    (
        "i am im m in now we are here the its it is hi ok well country live living and "
        "jam ne n tani ketu jemi jena po jetoj shtet shteti une e mali zi "
        "u sam ja smo sad sada ovdje ovde zivim zemlja drzava trenutno crna gora crnoj gori novi sad novom "
        "sadu hercegovina hercegovini "
        "sunt acum aici eu suntem locuiesc stau tara la"
    ).split()
)
# "I am in", "we are in": in the four languages, and the words after it that may be the country. Where
# somebody else is says nothing of which numbers work from here.
HERE = re.compile(
    r"\b(?:(?:i ?a?m|we(?: a)?re|here|stuck|locked|held) in"
    r"|(?:jam|jemi|jena|ndodhem|ndodhemi|gjendem) n(?:e|i)?"
    r"|(?:(?:ja )?sam|smo|nalazim se|nalazimo se|ovdje|ovde|zivim|radim) u"
    r"|u(?= \w+ (?:sam|smo)\b)"
    r"|(?:sunt|suntem|aici|stau|lucrez|ma aflu) in) (\w+(?: \w+)?)"
)


def country_in(text: str) -> str | None:
    """The first country named, as two letters; a bare code counts only when it is the whole message."""
    words = _flat(text).split()
    if len(words) == 1 and words[0] in CODES:
        return CODES[words[0]]
    joined = " ".join(words)
    for code, phrases in TWO.items():
        if any(phrase in joined for phrase in phrases):
            return code
    return next(_named(words), None)


def country_they_are_in(text: str) -> str | None:
    """The country a message says its writer is in now; a country they come from or go to is none."""
    flat = _flat(text)
    for found in HERE.finditer(flat):
        if country := country_in(found[1]):
            return country
    return country_in(text) if is_bare_country(text) else None


def _flat(text: str) -> str:
    """The words of a text, as normalised, without signs."""
    return " ".join("".join(c if c.isalnum() else " " for c in normalise(text)).split())


def _named(words: list[str]) -> Iterator[str]:
    for word in words:
        for code, beginnings in BEGINNINGS.items():
            if word in WORDS.get(code, ()) or any(_begins(word, one) for one in beginnings):
                yield code


def _begins(word: str, beginning: str) -> bool:
    return word == beginning if beginning in WHOLE else word.startswith(beginning)


def is_bare_country(text: str) -> bool:
    """Whether a message is little more than a country's name, which says nothing of its writer's language."""
    return says_only_where(text) or (len(_flat(text).split()) <= 2 and country_in(text) is not None)


def says_only_where(text: str) -> bool:
    """Whether every word says where they are ("i am in italy now"): "help italy" says more."""
    words = _flat(text).split()
    if not words or len(words) > MOST_WORDS or country_in(text) is None:
        return False
    return all(country_in(word) is not None or word in AROUND for word in words)
