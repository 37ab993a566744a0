"""Certificates that are not trusted, or nearly over, are found before anybody is shut out."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot import doctor
from bot.bootstrap import Hotline
from bot.operating.checks import Wrong, certificates


def made(folder: Path, days: float) -> tuple[Path, Path]:
    """A certificate of 127.0.0.1 that is its own authority and has so many days left, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    shown = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=90))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(shown.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return certificate, private


@asynccontextmanager
async def showing(folder: Path, days: float) -> AsyncIterator[tuple[str, Path]]:
    """A server that shows such a certificate: its address, and the certificate."""
    certificate, private = made(folder, days)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, private)

    async def close(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    serving = await asyncio.start_server(close, "127.0.0.1", 0, ssl=context)
    port = serving.sockets[0].getsockname()[1]
    try:
        yield f"https://127.0.0.1:{port}", certificate
    finally:
        serving.close()


@pytest.mark.parametrize(("days", "state"), [(60.5, "ok"), (14.5, "soon"), (3.5, "wrong"), (-1, "wrong")])
async def test_a_certificate_is_over_before_anybody_is_shut_out(
    whole: Hotline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: float, state: str
) -> None:
    async with showing(tmp_path, days) as (url, certificate):
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        whole.settings = replace(whole.settings, public_url=url)
        found = await doctor._run("certificates", certificates.certificates, whole)
    assert found.state == state
    assert "60 days left" in found.says if state == "ok" else found.mend


async def test_a_certificate_nobody_trusts_is_found(whole: Hotline, tmp_path: Path) -> None:
    async with showing(tmp_path, 60) as (url, _):
        whole.settings = replace(whole.settings, public_url=url)
        with pytest.raises(Wrong, match="not trusted"):
            await certificates.certificates(whole)
