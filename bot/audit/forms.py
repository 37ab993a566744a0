"""Every form a word could be written down in: letter case, alphabets' encodings, escapes, base64."""

import base64
import json
import unicodedata
from collections.abc import Iterator
from urllib.parse import quote

CODEPAGES = ("cp1250", "cp1251", "cp1252", "iso8859-5", "iso8859-16", "utf-16-le", "utf-16-be")


def as_text(word: str) -> Iterator[bytes]:
    """As it is read: lower, upper and title case, and with its accents as letters of their own."""
    for one in (word, word.upper(), word.title()):
        yield one.encode().lower()
        yield unicodedata.normalize("NFD", one).encode().lower()


def escaped(word: str) -> Iterator[tuple[str, bytes]]:
    """As programs write it, each with the name of the form; all in lower case, as `as_text` is.

    UTF-16 of Latin letters is not among them: without its zeros it is text.
    """
    raw = word.encode()
    yield "percent-encoding", quote(word).encode().lower()
    yield "percent-encoding", "".join(f"%{byte:02x}" for byte in raw).encode()
    yield "JSON", json.dumps(word)[1:-1].encode().lower()
    yield "Python", repr(raw)[2:-1].encode().lower()
    yield "HTML", "".join(f"&#{ord(letter)};" for letter in word).encode()
    yield "HTML", "".join(f"&#x{ord(letter):x};" for letter in word).encode()
    yield "HTML", word.encode("ascii", "xmlcharrefreplace")
    yield "hexadecimal", raw.hex().encode()
    if not word.isascii():
        for codepage in CODEPAGES:
            try:
                yield codepage, word.encode(codepage).lower()
            except UnicodeEncodeError:
                continue


def in_base64(word: str) -> Iterator[bytes]:
    """What stands in base64 wherever the word begins; letter case counts."""
    raw = word.encode()
    for offset in range(3):
        whole = base64.b64encode(b"\0" * offset + raw)
        sure = whole[(0, 2, 3)[offset] : (offset + len(raw)) * 8 // 6]
        yield sure
        yield sure.replace(b"+", b"-").replace(b"/", b"_")
