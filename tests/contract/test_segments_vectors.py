"""Every vector of Twilio's message-segment-calculator comes out the same.

The vectors are evaluation data and not part of this project: name the folder that holds
sms_segmentation.jsonl in HOTLINE_EVAL_DIR to run them.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from bot.channels.sms.segments import count

NAME = "sms_segmentation.jsonl"


def vectors() -> list[dict[str, Any]]:
    folder = os.environ.get("HOTLINE_EVAL_DIR", "")
    if not folder:
        pytest.skip("HOTLINE_EVAL_DIR does not name the folder with the evaluation data")
    path = Path(folder) / NAME
    if not path.is_file():
        pytest.skip(f"the folder named by HOTLINE_EVAL_DIR holds no {NAME}")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_every_vector_has_the_encoding_and_segments_twilio_computes() -> None:
    rows = vectors()
    wrong = [row["id"] for row in rows if not agrees(row)]
    assert rows
    assert wrong == []


def agrees(row: dict[str, Any]) -> bool:
    found = count(row["body"])
    bits = 7 if found.encoding == "GSM-7" else 16
    return (found.encoding, found.segments) == (row["encoding"], row["segments"]) and row.get(
        "message_bits", found.units * bits
    ) == found.units * bits
