"""What people write in the middle of any guided talk, per language."""

from __future__ import annotations

ASIDE = {
    "en": "who reads this?",
    "sq": "kush e lexon këtë?",
    "bcms": "ko ovo čita?",
    "ro": "cine citește asta?",
}
PERSON = {
    "en": "A person please",
    "sq": "Dua një njeri",
    "bcms": "Hoću pravu osobu",
    "ro": "O persoană, te rog",
}
