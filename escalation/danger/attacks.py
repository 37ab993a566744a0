"""Known danger in disguise: what somebody who is watched, or a filter's enemy, does to letters.

Used to measure (`hotline content test --danger --attacks 10000`) and by the tests; never on what people send.
"""

from collections.abc import Callable, Sequence
from random import Random

LOOK_ALIKE = {
    "a": "а",
    "e": "е",
    "o": "о",
    "p": "р",
    "c": "с",
    "x": "х",
    "y": "у",
    "i": "і",
    "j": "ј",
    "s": "ѕ",
}
DIGITS = {"o": "0", "e": "3", "a": "4", "i": "1", "s": "5", "t": "7"}
MARKED = {"c": "ç", "s": "š", "z": "ž", "e": "ë", "a": "ă", "t": "ț", "i": "î", "u": "ü", "o": "ö", "n": "ñ"}
INVISIBLE = "\u200b\u200c\u200d\u2060\u00ad\ufeff"
PADDING = (
    "sot ishte dite e bukur dhe shkuam ne shkolle me biciklete. ",
    "danas je bilo lepo vreme i išli smo u školu biciklom. ",
    "azi a fost vreme frumoasa si am mers la scoala cu bicicleta. ",
    "today the weather was nice and we went to school by bike. ",
)


def invisible(text: str, random: Random) -> str:
    """Letters that nobody sees, between those that are."""
    return "".join(letter + (random.choice(INVISIBLE) if random.random() < 0.3 else "") for letter in text)


def look_alike(text: str, random: Random) -> str:
    """Letters of another alphabet that look the same."""
    return _swapped(text, LOOK_ALIKE, 0.5, random)


def digits(text: str, random: Random) -> str:
    """Digits for letters."""
    return _swapped(text, DIGITS, 0.4, random)


def marked(text: str, random: Random) -> str:
    """Marks where none belong."""
    return _swapped(text, MARKED, 0.3, random)


def spaced(text: str, random: Random) -> str:
    """Some words letter by letter, or all."""
    mark = random.choice((" ", ".", "-"))
    all_ = random.random() < 0.5
    words = [
        mark.join(word) if len(word) > 3 and (all_ or random.random() < 0.5) else word
        for word in text.split()
    ]
    return ("  " if mark == " " else " ").join(words)


def loud(text: str, random: Random) -> str:
    """Upper case, with marks of exclamation."""
    return text.upper() + "!" * random.randint(0, 6)


def mixed_case(text: str, random: Random) -> str:
    """Upper and lower case by chance."""
    return "".join(letter.upper() if random.random() < 0.5 else letter for letter in text)


def drawn_out(text: str, random: Random) -> str:
    """Letters repeated."""
    return "".join(
        letter * random.randint(3, 6) if letter.isalpha() and random.random() < 0.12 else letter
        for letter in text
    )


def punctuated(text: str, random: Random) -> str:
    """Marks and emoji between words."""
    marks = (" ... ", " 😀 ", " ,, ", " - ", " / ", " 😭😭 ")
    return "".join(word + (random.choice(marks) if random.random() < 0.4 else " ") for word in text.split())


def misspelt(text: str, random: Random) -> str:
    """A letter of some longer words dropped, doubled or swapped with its neighbour."""
    words = text.split()
    for at, word in enumerate(words):
        if len(word) > 4 and random.random() < 0.3:
            place = random.randrange(1, len(word) - 1)
            words[at] = random.choice(
                (
                    word[:place] + word[place + 1 :],
                    word[:place] + word[place] + word[place:],
                    word[: place - 1] + word[place] + word[place - 1] + word[place + 1 :],
                )
            )
    return " ".join(words)


def buried(text: str, random: Random) -> str:
    """In the middle of a very long harmless text of another language."""
    padding = random.choice(PADDING)
    return f"{padding * random.randint(1, 30)}{text}. {padding * random.randint(0, 10)}"


def between_languages(text: str, random: Random) -> str:
    """Among sentences of several languages."""
    sentences = [*random.sample(PADDING, 2), f"{text}. "]
    random.shuffle(sentences)
    return "".join(sentences)


Attack = Callable[[str, Random], str]
ATTACKS: tuple[Attack, ...] = (
    invisible,
    look_alike,
    digits,
    marked,
    spaced,
    loud,
    mixed_case,
    drawn_out,
    punctuated,
    misspelt,
    buried,
    between_languages,
)


def variants(texts: Sequence[str], count: int, seed: int = 7) -> list[tuple[str, str, str]]:
    """`count` disguised texts: (attack, the text, its disguise); every attack as often as any other."""
    random = Random(seed)  # noqa: S311 - the same variants each time
    out = []
    for number in range(count):
        attack = ATTACKS[number % len(ATTACKS)]
        text = random.choice(texts)
        out.append((attack.__name__, text, attack(text, random)))
    return out


def _swapped(text: str, table: dict[str, str], share: float, random: Random) -> str:
    return "".join(
        table[letter] if letter in table and random.random() < share else letter for letter in text
    )
