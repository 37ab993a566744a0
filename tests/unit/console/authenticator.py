"""A passkey device in software, right or wrong where asked, and what a browser does with it."""

import hashlib
import json
import secrets
import struct
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from tests.unit.console.tab import Person, Tab, text_of

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40
HERE = "http://localhost:8001"


class Authenticator:
    """One device with one passkey; `counts` as a security key does, or says 0 as synced passkeys do."""

    def __init__(self, *, counts: bool = True) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(16)
        self.counts, self.count, self.user = counts, 0, b""

    def make(self, options: dict[str, Any], origin: str = HERE) -> str:
        """As `navigator.credentials.create` answers."""
        self.user = base64url_to_bytes(options["user"]["id"])
        numbers = self._key.public_key().public_numbers()
        key = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}
        attested = bytes(16) + struct.pack(">H", len(self.id)) + self.id + cbor2.dumps(key)
        data = self._data(options["rp"]["id"], PRESENT | VERIFIED | ATTESTED) + attested
        return self._answer(
            clientDataJSON=_client("webauthn.create", options["challenge"], origin),
            attestationObject=cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data}),
        )

    def sign(
        self,
        options: dict[str, Any],
        *,
        origin: str = HERE,
        verified: bool = True,
        rp_id: str = "",
        user: bytes | None = None,
        spoilt: bool = False,
    ) -> str:
        """As `navigator.credentials.get` answers."""
        self.count += self.counts
        client = _client("webauthn.get", options["challenge"], origin)
        data = self._data(rp_id or options["rpId"], PRESENT | (VERIFIED if verified else 0))
        signed = data + hashlib.sha256(client).digest() + (b"x" if spoilt else b"")
        return self._answer(
            clientDataJSON=client,
            authenticatorData=data,
            signature=self._key.sign(signed, ec.ECDSA(SHA256())),
            userHandle=self.user if user is None else user,
        )

    def _data(self, rp_id: str, flags: int) -> bytes:
        return hashlib.sha256(rp_id.encode()).digest() + struct.pack(">BI", flags, self.count)

    def _answer(self, **response: bytes) -> str:
        name = bytes_to_base64url(self.id)
        said = {part: bytes_to_base64url(value) for part, value in response.items()}
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": said})


def _client(kind: str, challenge: str, origin: str) -> bytes:
    return json.dumps({"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": False}).encode()


async def asked(tab: Tab, path: str, **fields: str) -> dict[str, Any]:
    response = await tab.post(path, **fields)
    assert response.status_code == 200, text_of(response)
    found: dict[str, Any] = response.json()
    return found


async def out(tab: Tab) -> None:
    await tab.get("/account")
    assert (await tab.post("/logout")).headers["location"] == "/login"


async def added(tab: Tab, who: Person, device: Authenticator, name: str = "work phone") -> None:
    """Signed in with password and code, they add a passkey and sign out."""
    await tab.sign_in(who)
    options = await asked(tab, "/account/passkeys/ask", name=name, password=who.password)
    done = await tab.post("/account/passkeys", name=name, credential=device.make(options))
    assert done.status_code == 303
    assert "The passkey is added" in text_of(await tab.get("/account"))
    await out(tab)


async def alone(tab: Tab, device: Authenticator, **wrong: Any) -> Any:
    options = await asked(tab, "/login/passkey/ask")
    assert options["userVerification"] == "required"
    assert options["allowCredentials"] == []
    return await tab.post("/login/passkey", credential=device.sign(options, **wrong))
