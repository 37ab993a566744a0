"""The look back on a practice talk, in the interface's words."""

from escalation.console.rows import LANGUAGE_TAGS
from escalation.console.visit import Visit


def look_back(visit: Visit, one: str) -> dict[str, object] | None:
    """What the script of a practice talk hoped for, for whoever held it; None where real people write."""
    practice = visit.console.settings.practice
    found = practice.look_back(one, visit.account.id) if practice else None
    if found is None:
        return None
    hopes = [
        {"seen": hope.seen, "words": visit.words(f"practice.{hope.name}", minutes=found.minutes)}
        for hope in found.hopes
    ]
    return {
        "about": found.about,
        "tag": LANGUAGE_TAGS.get((found.language, "latin"), ""),
        "hopes": hopes,
        "other_number": found.other_number,
    }
