"""Passkeys: what a browser is asked to sign, and whether what it signed is good. Keeps nothing.

Every check of the W3C list is the library's; here is decided what is asked for: no attestation (we have no
list of allowed devices, and it would tell which one somebody has), any authenticator, and that its owner was
verified where a passkey stands for the password too.
"""

import ipaddress
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from escalation.console.staff_account import Account, Passkey

NAME: Final = "Hotline"
TIMEOUT_MS: Final = 120_000
LONGEST: Final = 16 * 1024


class Place(NamedTuple):
    """Where passkeys are good: the relying party's id, and the origin of the page."""

    id: str
    origin: str


@dataclass(frozen=True, slots=True)
class Made:
    """A passkey that was just made."""

    id: str
    public_key: bytes
    sign_count: int
    synced: bool


def place(url: str, host: str) -> Place | None:
    """The place for a console at `url` asked for under `host` (a Host header that was checked already).

    None where browsers have no passkeys: under a bare address, or under a further name of the console.
    """
    parts = urlsplit(url)
    if parts.scheme != "https":
        parts = urlsplit(f"{parts.scheme}://{host.lower()}")
    elif parts.netloc.lower() != host.lower():
        return None
    name = parts.hostname or ""
    if not name or _bare(name) or (parts.scheme != "https" and name != "localhost"):
        return None
    return Place(name, f"{parts.scheme}://{parts.netloc.lower()}")


def to_make(at: Place, account: Account, known: Sequence[Passkey], challenge: bytes) -> dict[str, Any]:
    """What `navigator.credentials.create` is asked."""
    options = webauthn.generate_registration_options(
        rp_id=at.id,
        rp_name=NAME,
        user_id=account.id.encode(),
        user_name=account.name,
        challenge=challenge,
        timeout=TIMEOUT_MS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
        exclude_credentials=_descriptors(known),
    )
    return _plain(options)


def made(at: Place, answer: str, challenge: bytes) -> Made | None:
    """The passkey that was made, if all of it is in order."""
    try:
        checked = webauthn.verify_registration_response(
            credential=_read(answer),
            expected_challenge=challenge,
            expected_rp_id=at.id,
            expected_origin=at.origin,
        )
    except Exception:  # a stranger's bytes: the library has twenty errors for them, its parsers more
        return None
    return Made(
        bytes_to_base64url(checked.credential_id),
        checked.credential_public_key,
        checked.sign_count,
        checked.credential_device_type == CredentialDeviceType.MULTI_DEVICE,
    )


def to_sign(at: Place, known: Sequence[Passkey], challenge: bytes, *, alone: bool) -> dict[str, Any]:
    """What `navigator.credentials.get` is asked; `alone`: without a password before it."""
    options = webauthn.generate_authentication_options(
        rp_id=at.id,
        challenge=challenge,
        timeout=TIMEOUT_MS,
        allow_credentials=_descriptors(known),
        user_verification=UserVerificationRequirement.REQUIRED
        if alone
        else UserVerificationRequirement.PREFERRED,
    )
    return _plain(options)


def id_of(answer: str) -> str:
    """Which passkey an answer says it is of; empty when it says nothing."""
    try:
        said = _read(answer).get("id", "")
    except ValueError:
        return ""
    return said if isinstance(said, str) else ""


def signed(at: Place, answer: str, challenge: bytes, passkey: Passkey, *, alone: bool) -> int | None:
    """How often its device says that this passkey signed, if what it signed now is in order."""
    try:
        read = _read(answer)
        checked = webauthn.verify_authentication_response(
            credential=read,
            expected_challenge=challenge,
            expected_rp_id=at.id,
            expected_origin=at.origin,
            credential_public_key=passkey.public_key,
            # The count is compared where it is kept, in one step with keeping it.
            credential_current_sign_count=0,
            require_user_verification=alone,
        )
        handle = read["response"].get("userHandle")
        # Without a name given before, the device says whose passkey it is: it must agree with what we know.
        if (alone or handle) and base64url_to_bytes(handle) != passkey.account.encode():
            return None
    except Exception:  # as above
        return None
    return checked.new_sign_count


def _descriptors(known: Sequence[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(passkey.id)) for passkey in known]


def _plain(options: Any) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(webauthn.options_to_json(options))
    return plain


def _read(answer: str) -> dict[str, Any]:
    if len(answer) > LONGEST:
        raise ValueError("too long")
    try:
        read = json.loads(answer)
    except RecursionError:
        raise ValueError("too deep") from None
    if not isinstance(read, dict):
        raise ValueError("no object")
    return read


def _bare(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
