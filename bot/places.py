"""Which country a message names, in any of our languages, by the beginnings of words."""

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


def country_in(text: str) -> str | None:
    """The first country named, as two letters; a bare code counts only when it is the whole message."""
    flat = "".join(c if c.isalnum() else " " for c in normalise(text))
    words = flat.split()
    if len(words) == 1 and words[0] in CODES:
        return CODES[words[0]]
    joined = " ".join(words)
    for code, phrases in TWO.items():
        if any(phrase in joined for phrase in phrases):
            return code
    return next(_named(words), None)


def _named(words: list[str]) -> Iterator[str]:
    for word in words:
        for code, beginnings in BEGINNINGS.items():
            if word in WORDS.get(code, ()) or any(_begins(word, one) for one in beginnings):
                yield code


def _begins(word: str, beginning: str) -> bool:
    return word == beginning if beginning in WHOLE else word.startswith(beginning)


def is_bare_country(text: str) -> bool:
    """Whether a message is little more than a country's name, which says nothing of its writer's language."""
    return len(text.split()) <= 2 and country_in(text) is not None
