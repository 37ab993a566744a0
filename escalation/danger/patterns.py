"""Word patterns: what staff write in a rule, turned into something that can be searched.

took|takes my {papers}      words next to each other; a bar between alternatives; {papers} is a list
(took away|has) .. passport*  brackets for alternatives of several words; * any ending; .. up to three words
(he|she)? ... my money      ? may be missing; ... up to eight words between; # any number
{papers} // he has it       // in a later message of the same talk
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from escalation.danger.normalise import BREAK, PAUSE, STOP, tokens

PIECE = re.compile(r"//|\.\.\.|\.\.|#|\^|\$|\([^()]*\)\??|[^\s()]+")
NAMED = re.compile(r"\{(\w+)\}")
MARKS = {BREAK, STOP, PAUSE}
SHORT_GAP, LONG_GAP = 3, 8
MANY = 3000  # phrases that the brackets of one word's place may stand for
SPECIAL = {
    "#": r"\d+\w* ",  # a number
    "^": r"(?:(?<=^ )|(?<=/ ))",  # a message begins here
    "$": r"(?=(?:\. |, )*(?:$|/))",  # and ends here
}


class PatternError(ValueError):
    """A pattern that cannot be read; its text is all written by staff."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One readable pattern: its source, its search form and the words one of which must be there."""

    source: str
    regex: re.Pattern[str]
    words: frozenset[str]
    beginnings: frozenset[str]


def joined(words: Iterable[str]) -> str:
    """Tokens as the one line that patterns are searched in."""
    return f" {' '.join(words)} "


def expand(source: str, lists: Mapping[str, str]) -> str:
    """The pattern with each {list} replaced by its bracketed alternatives."""

    def named(match: re.Match[str]) -> str:
        if match.group(1) not in lists:
            raise PatternError(f"{source}: there is no list named {match.group(1)}")
        return f"({lists[match.group(1)]})"

    for _ in range(3):  # a list may name lists
        source = NAMED.sub(named, source)
        source = _flatten(source)
    return source


def compiled(
    source: str, lists: Mapping[str, str], negations: frozenset[str], sounds: Mapping[str, str]
) -> Pattern:
    """The pattern ready to search; gaps never hide a negation."""
    barrier = "|".join(sorted(map(re.escape, negations)))
    gap = rf"(?:(?!(?:{barrier}) )[^ /]+ )" if barrier else "(?:[^ /]+ )"
    parts: list[str] = []
    keys: list[frozenset[tuple[str, bool]]] = []
    for piece in PIECE.findall(expand(source, lists)):
        if piece == "//":
            parts.append("(?:[^ ]+ )*/ (?:[^ ]+ )*?")
        elif piece in ("..", "..."):
            parts.append(f"{gap}{{0,{SHORT_GAP if piece == '..' else LONG_GAP}}}?")
        elif piece in SPECIAL:
            parts.append(SPECIAL[piece])
        else:
            optional = piece.endswith("?")
            choices = _choices(piece.rstrip("?").strip("()"), sounds)
            if not choices:
                raise PatternError(f"{source}: nothing to search for in {piece}")
            parts.append(f"(?:{'|'.join(map(_regex, choices))}){'?' if optional else ''}(?:, )?")
            if not optional:
                keys.append(frozenset(max(_keys(choice), key=lambda key: len(key[0])) for choice in choices))
    if not keys:
        raise PatternError(f"{source}: every word may be missing")
    # The set whose shortest word is longest lets the fewest texts through to the real search.
    best = max(keys, key=lambda key: (min(len(word) for word, _ in key), -len(key)))
    return Pattern(
        source,
        re.compile("(?<= )" + "".join(parts)),
        frozenset(word for word, whole in best if whole),
        frozenset(word for word, whole in best if not whole),
    )


def _flatten(source: str) -> str:
    """A bracket inside a bracket is multiplied out: (at (school|work)|home) is (at school|at work|home)."""
    out, place = "", 0
    while place < len(source):
        if source[place] == ")":
            raise PatternError(f"{source}: a bracket is closed that was not opened")
        if source[place] == "(":
            found, place = _alternatives(source, place + 1)
            out += f"({'|'.join(found)})"
        else:
            out, place = out + source[place], place + 1
    return out


def _alternatives(source: str, place: int) -> tuple[list[str], int]:
    """What stands in the bracket that opened before `place`, without inner brackets, and where it ends."""
    done: list[str] = []
    current = [""]
    while place < len(source):
        letter, place = source[place], place + 1
        if letter == ")":
            return [*done, *current], place
        if letter == "(":
            inner, place = _alternatives(source, place)
            if source[place : place + 1] == "?":
                inner, place = [*inner, ""], place + 1
            current = [before + after for before in current for after in inner]
            if len(current) > MANY:
                raise PatternError(f"{source}: the brackets multiply to more than {MANY} phrases")
        elif letter == "|":
            done, current = done + current, [""]
        else:
            current = [before + letter for before in current]
    raise PatternError(f"{source}: a bracket is not closed")


def _choices(piece: str, sounds: Mapping[str, str]) -> list[list[str]]:
    choices = []
    for choice in piece.split("|"):
        words = []
        for word in choice.split():
            if word in SPECIAL:
                words.append(word)
                continue
            folded = [alike(token, sounds) for token in tokens(word.rstrip("*")) if token not in MARKS]
            words += [*folded[:-1], *(token + "*" * word.endswith("*") for token in folded[-1:])]
        if words:
            choices.append(words)
    return choices


def alike(token: str, sounds: Mapping[str, str]) -> str:
    """The token with a language's interchangeable spellings made one, as the rules file declares them."""
    for written, same in sounds.items():
        token = token.replace(written, same)
    return token


def _regex(words: list[str]) -> str:
    return "".join(
        SPECIAL.get(word) or re.escape(word.rstrip("*")) + (r"\w* " if word.endswith("*") else " ")
        for word in words
    )


def _keys(words: list[str]) -> list[tuple[str, bool]]:
    return [("", False) if word in SPECIAL else (word.rstrip("*"), not word.endswith("*")) for word in words]
