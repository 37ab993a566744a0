"""A case as it rests in the store, read."""

import json

from bot import keys
from bot.vault import Key
from escalation.cases.case import SIGNAL, SIGNALLED, CaseRow, Safe, State

SEALED = ("reasons", "note", "picked")


def opened(conversation: str, raw: dict[bytes, bytes], key: Key, place: int) -> CaseRow:
    """A case as it rests in the store, opened; raises KeyGone if it was sealed under another key."""
    fields = {name.decode(): value for name, value in raw.items()}
    words = {
        name: key.open(keys.case(conversation), fields[name]).decode() for name in SEALED if fields.get(name)
    }

    def text(name: str) -> str:
        return fields.get(name, b"").decode()

    state: State = "held" if text("state") == "held" else "waiting"
    signals, reasons = tuple(json.loads(text("signals"))), tuple(json.loads(words["reasons"]))
    if text("signalled") and SIGNAL not in signals:
        signals, reasons = (SIGNAL, *signals), (SIGNALLED, *reasons)
    safe: dict[str, Safe] = {"asked": "asked", "yes": "yes", "no": "no"}
    closing, wipe, closing_at = (text("closing") or " 0 0").split(" ")
    return CaseRow(
        id=conversation,
        alias=text("alias"),
        state=state,
        risk=text("risk"),
        score=float(text("score")),
        signals=signals,
        reasons=reasons,
        language=text("language"),
        script=text("script"),
        channel=text("channel"),
        country=text("country") or None,
        opened_at=float(text("opened_at")),
        wrote_at=float(text("wrote_at")),
        holder=text("holder") or None,
        unread=max(0, int(text("wrote") or 0) - int(text("read") or 0)),
        place=place,
        wrote=int(text("wrote") or 0),
        meant_for=text("meant_for"),
        passed_by=text("passed_by"),
        passed_at=float(text("passed_at") or 0),
        note=words.get("note", ""),
        why_picked=words.get("picked", ""),
        safe=safe.get(text("safe"), ""),
        claimed_at=float(text("claimed_at") or 0),
        owes_since=float(text("owes_since") or 0),
        typing_at=float(text("typing_at") or 0),
        joined=text("joined"),
        came_back=bool(text("came_back")),
        not_ended=bool(text("not_ended")),
        muted=bool(text("muted")),
        before=bool(text("before")),
        closing=closing,
        closing_at=float(closing_at),
        closing_wipe=wipe == "1",
        covered_at=float(text("covered_at") or 0),
    )
