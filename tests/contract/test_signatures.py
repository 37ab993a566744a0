"""Twilio's signature, with every trap that was met."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from twilio.request_validator import RequestValidator

from bot.channels.sms.signature import Form, read_form, signed, signed_body
from bot.errors import Refused

TOKEN = "12345"
URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
FORM = {
    "CallSid": "CA1234567890ABCDE",
    "Digits": "1234",
    "From": "+14158675309",
    "To": "+18005551212",
    "Caller": "+14158675309",
}
KNOWN = "RSOYDt4T1cUTdK1PDd93/VVr8B8="


def form_of(fields: dict[str, str]) -> Form:
    return Form({name: [value] for name, value in fields.items()})


def sign(url: str, fields: dict[str, str]) -> str:
    return str(RequestValidator(TOKEN).compute_signature(url, fields))


def test_the_published_vector() -> None:
    assert signed(TOKEN, URL, form_of(FORM), KNOWN)


@pytest.mark.parametrize(
    ("name", "url", "fields", "signature"),
    [
        ("parameter changed", URL, {**FORM, "Digits": "1235"}, KNOWN),
        ("parameter added", URL, {**FORM, "More": "1"}, KNOWN),
        ("parameter missing", URL, {k: v for k, v in FORM.items() if k != "Digits"}, KNOWN),
        ("path changed", URL.replace("myapp", "other"), FORM, KNOWN),
        ("http for https", URL.replace("https", "http"), FORM, KNOWN),
        ("empty", URL, FORM, ""),
        ("not ASCII", URL, FORM, "š" * 28),
    ],
)
def test_what_is_not_theirs_is_not_signed(
    name: str, url: str, fields: dict[str, str], signature: str
) -> None:
    assert not signed(TOKEN, url, form_of(fields), signature), name


def test_a_blank_body_counts() -> None:
    form = read_form(b"Body=&From=%2B35569&NumMedia=1")
    assert form.first("Body") == ""
    assert signed(TOKEN, URL, form, sign(URL, {"Body": "", "From": "+35569", "NumMedia": "1"}))


def test_a_fragment_is_not_signed() -> None:
    assert signed(TOKEN, URL + "#rc=5&rp=all", form_of(FORM), KNOWN)


@pytest.mark.parametrize("body", [b"\xff\xfe", b"&".join(b"a=1" for _ in range(500))])
def test_what_is_no_form_is_refused(body: bytes) -> None:
    with pytest.raises(Refused):
        read_form(body)


def vectors() -> list[dict[str, Any]]:
    folder = os.environ.get("HOTLINE_EVAL_DIR")
    path = Path(folder) / "twilio_signatures.jsonl" if folder else None
    if path is None or not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.skipif(
    not vectors(), reason="HOTLINE_EVAL_DIR does not name a folder with twilio_signatures.jsonl"
)
def test_every_vector_of_the_evaluation_folder() -> None:
    wrong = []
    for row in vectors():
        if "body" in row:
            found = signed_body(row["auth_token"], row["url"], row["body"], row["signature"])
        else:
            found = signed(row["auth_token"], row["url"], form_of(row["params"]), row["signature"])
        if found != row["valid"]:
            wrong.append(row["id"])
    assert wrong == []
