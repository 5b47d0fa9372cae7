"""Receivers with certificates of their own: trusted, for another name, and of nobody known."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from shared.rules.clock_and_ids import ClockAndIds
from shared.rules.target import TargetPolicy
from shared.web.outgoing import receivers
from shared.web.outgoing.receivers import DeliveryAttempt, Outgoing
from tests.shared.web.issuer import EC
from tests.shared.webhooks.receiver import ReceiverServer

NOT_VALID = "the certificate is not valid for the host"


def write_certificate(path: Path, host: str) -> None:
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)]), ClockAndIds().now()
    certificate = (
        x509.CertificateBuilder(name, name, EC.public_key(), 1, now - timedelta(days=1), now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(EC, SHA256())
    )
    private = EC.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + certificate.public_bytes(Encoding.PEM))


@asynccontextmanager
async def receiving_with(certificate: Path) -> AsyncIterator[int]:
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate)
    listening = await asyncio.start_server(ReceiverServer().serve, "127.0.0.1", 0, ssl=tls)
    async with listening:
        yield listening.sockets[0].getsockname()[1]


async def attempt_at(host: str, port: int) -> DeliveryAttempt:
    outgoing = Outgoing(TargetPolicy.of(False, "127.0.0.0/8"), ClockAndIds().now, lambda host, port: ["127.0.0.1"])
    target, address = await outgoing.find(f"https://{host}:{port}/")
    async with outgoing.connect(target, address) as receiver:
        return await receiver.post(b"{}", {})


@pytest.mark.parametrize(
    ("host", "is_trusted", "error"),
    [
        ("receiver.example", True, None),
        ("receiver.example.", True, None),
        ("other.example", True, NOT_VALID),
        ("receiver.example", False, NOT_VALID),
    ],
)
async def test_the_certificate_must_be_a_trusted_one_of_the_host(
    host: str, is_trusted: bool, error: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = tmp_path / "receiver.pem"
    write_certificate(certificate, "receiver.example")
    trusted = ssl.create_default_context(cafile=certificate if is_trusted else None)
    monkeypatch.setattr(receivers, "tls_context", lambda: trusted)
    async with receiving_with(certificate) as port:
        assert (await attempt_at(host, port)).error == error
