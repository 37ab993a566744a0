"""How easy a text is to read."""

import re

WORD = re.compile(r"[^\W_]+")
SENTENCE = re.compile(r"[.!?:;\n]+")
LONG = 6  # letters, above which a word is long


def lix(text: str) -> float:
    """LIX: words in a sentence plus the percentage of long words (Björnsson 1968; below 30 children's books,
    30 to 40 stories). It needs no syllables, so it can be reckoned in all our languages.
    """
    words, sentences = WORD.findall(text), sentences_of(text)
    if not words:
        return 0.0
    share = sum(len(word) > LONG for word in words) / len(words)
    return len(words) / len(sentences) + 100 * share


def longest_sentence(text: str) -> int:
    """The words of the longest sentence; a colon or a new line ends one too."""
    return max((len(WORD.findall(sentence)) for sentence in sentences_of(text)), default=0)


def sentences_of(text: str) -> list[str]:
    """The sentences that hold a word."""
    return [part for part in SENTENCE.split(text) if WORD.search(part)]
