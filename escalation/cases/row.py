"""A case as it rests in the store, read; its words stay sealed until somebody is to see them."""

import json
from collections.abc import Sequence
from dataclasses import replace

from bot import keys
from bot.vault import Key
from escalation.cases.case import SIGNAL, SIGNALLED, CaseRow, Safe, Sealed

WORDS = ("reasons", "note", "picked")
PLAIN = (
    *("state", "alias", "risk", "score", "signals", "language", "script", "channel", "country"),
    *("opened_at", "wrote_at", "holder", "wrote", "read", "meant_for", "passed_by", "passed_at", "safe"),
    *("claimed_at", "owes_since", "typing_at", "joined", "came_back", "not_ended", "covered_at", "signalled"),
    *("noted_1", "noted_2", "noted_3", "muted", "before", "closing"),
)
FIELDS = (*PLAIN, *WORDS)
"""What is asked of a case; of its answers' fates nothing."""
SAFE: dict[str, Safe] = {"asked": "asked", "yes": "yes", "no": "no"}


def standing(conversation: str, values: Sequence[bytes | None], wrapped: bytes, place: int) -> CaseRow | None:
    """A case from the values of `FIELDS`, its words sealed; None where there is none.

    `wrapped`: the conversation's key as it rests.
    """
    if values[0] is None:
        return None
    words = tuple((name, sealed) for name, sealed in zip(WORDS, values[-len(WORDS) :], strict=True) if sealed)
    plain = [value.decode() if value else "" for value in values[: -len(WORDS)]]
    text = dict(zip(PLAIN, plain, strict=True))
    signals = tuple(json.loads(text["signals"]))
    wrote = int(text["wrote"] or 0)
    closing, wipe, closing_at = (text["closing"] or " 0 0").split(" ")
    return CaseRow(
        id=conversation,
        alias=text["alias"],
        state="held" if text["state"] == "held" else "waiting",
        risk=text["risk"],
        score=float(text["score"]),
        signals=(SIGNAL, *signals) if text["signalled"] and SIGNAL not in signals else signals,
        reasons=(),
        language=text["language"],
        script=text["script"],
        channel=text["channel"],
        country=text["country"] or None,
        opened_at=float(text["opened_at"]),
        wrote_at=float(text["wrote_at"]),
        holder=text["holder"] or None,
        unread=max(0, wrote - int(text["read"] or 0)),
        place=place,
        wrote=wrote,
        meant_for=text["meant_for"],
        passed_by=text["passed_by"],
        passed_at=float(text["passed_at"] or 0),
        safe=SAFE.get(text["safe"], ""),
        claimed_at=float(text["claimed_at"] or 0),
        owes_since=float(text["owes_since"] or 0),
        typing_at=float(text["typing_at"] or 0),
        joined=text["joined"],
        came_back=bool(text["came_back"]),
        not_ended=bool(text["not_ended"]),
        muted=bool(text["muted"]),
        before=bool(text["before"]),
        closing=closing,
        closing_at=float(closing_at),
        closing_wipe=wipe == "1",
        covered_at=float(text["covered_at"] or 0),
        noted=max((times for times in (1, 2, 3) if text[f"noted_{times}"]), default=0),
        sealed=Sealed(wrapped, words, signalled=bool(text["signalled"]) and SIGNAL not in signals),
    )


def opened(row: CaseRow, key: Key) -> CaseRow:
    """The row with its words; raises KeyGone if they were sealed under another key."""
    if row.sealed is None:
        return row
    place = keys.case(row.id)
    words = {name: key.open(place, sealed).decode() for name, sealed in row.sealed.words}
    reasons = tuple(json.loads(words["reasons"]))
    return replace(
        row,
        reasons=(SIGNALLED, *reasons) if row.sealed.signalled else reasons,
        note=words.get("note", ""),
        why_picked=words.get("picked", ""),
        sealed=None,
    )
