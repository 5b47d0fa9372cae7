"""The reading of an issuer's keys: over HTTPS from a server of the test's own, and from a file."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
import pytest_asyncio
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from structlog.testing import capture_logs

from shared.rules.clock_and_ids import ClockAndIds
from shared.store.database_errors import Busy
from shared.web.callers.issuer_keys import MAX_AGE_SECONDS, MAX_BYTES, SECONDS_BETWEEN_READS, IssuerKeys, parse_keys
from tests.shared.web.issuer import EC, key_set, write_keys

ALLOWED = frozenset({"RS256", "ES256", "EdDSA"})


@dataclass
class Seconds:
    """A clock that stands still until it is set."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class KeyServer:
    """Answers each request with `body`, or without one with 302."""

    body: str | None
    requests: int = 0
    url: str = ""
    clock: Seconds = field(default_factory=Seconds)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        self.requests += 1
        head = f"200 OK\r\nContent-Length: {len(self.body)}" if self.body is not None else "302 Found\r\nLocation: /"
        writer.write(f"HTTP/1.1 {head}\r\nConnection: close\r\n\r\n{self.body or ''}".encode())
        await writer.drain()
        writer.close()

    def keys(self) -> IssuerKeys:
        return IssuerKeys(self.url, ALLOWED, self.clock)


def write_certificate(path: Path) -> None:
    """Writes a self-signed certificate for 127.0.0.1, with its key."""
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")]), ClockAndIds().now()
    certificate = (
        x509.CertificateBuilder(name, name, EC.public_key(), 1, now - timedelta(days=1), now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(EC, SHA256())
    )
    private = EC.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + certificate.public_bytes(Encoding.PEM))


@pytest_asyncio.fixture
async def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[KeyServer]:
    path = tmp_path / "server.pem"
    write_certificate(path)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(path)
    found = KeyServer(key_set("RS256"))
    listening = await asyncio.start_server(found.answer, "127.0.0.1", 0, ssl=tls)
    async with listening:
        found.url = f"https://127.0.0.1:{listening.sockets[0].getsockname()[1]}/keys"
        yield found


async def test_known_keys_are_read_once(server: KeyServer) -> None:
    keys = server.keys()
    found = [await keys.find("rs256") for _ in range(3)]
    assert all(key is not None and key.algorithm_name == "RS256" for key in found)
    assert server.requests == 1


async def test_an_unknown_key_is_looked_for_at_most_once_a_minute(server: KeyServer) -> None:
    keys = server.keys()
    await keys.find("rs256")
    server.body = key_set("RS256", "ES256")
    assert await keys.find("es256") is None, "they were read a moment ago"
    server.clock.now += SECONDS_BETWEEN_READS
    assert await keys.find("es256") is not None
    assert [await keys.find(f"other{number}") for number in range(9)] == [None] * 9
    assert server.requests == 2


async def test_many_at_once_cause_one_request(server: KeyServer) -> None:
    keys = server.keys()
    assert None not in await asyncio.gather(*(keys.find("rs256") for _ in range(20)))
    assert server.requests == 1


async def test_a_key_that_was_withdrawn_is_forgotten_within_the_hour(server: KeyServer) -> None:
    keys = server.keys()
    await keys.find("rs256")
    server.body = key_set("ES256")
    server.clock.now += MAX_AGE_SECONDS - 1
    assert await keys.find("rs256") is not None
    server.clock.now += 1
    assert await keys.find("rs256") is None


@pytest.mark.parametrize("body", [None, "no JSON", "[]", '{"keys": 1}', "x" * (MAX_BYTES + 1)])
async def test_an_invalid_key_set_changes_nothing(server: KeyServer, body: str | None) -> None:
    keys, never = server.keys(), server.keys()
    await keys.find("rs256")
    server.body, server.clock.now = body, server.clock.now + MAX_AGE_SECONDS
    with capture_logs() as logs:
        assert await keys.find("rs256") is not None, "the last keys stay"
        with pytest.raises(Busy):
            await never.find("rs256")
    assert [each["event"] for each in logs] == ["issuer_keys_not_read"] * 2


async def test_a_server_that_nobody_vouches_for_is_not_believed(
    server: KeyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(Busy):
        await server.keys().find("rs256")


async def test_a_file_is_read_again_for_a_new_key(tmp_path: Path) -> None:
    clock = Seconds()
    keys = IssuerKeys(str(write_keys(tmp_path, "RS256")), ALLOWED, clock)
    assert await keys.find("es256") is None
    write_keys(tmp_path, "ES256")
    clock.now += SECONDS_BETWEEN_READS
    assert await keys.find("es256") is not None


def test_keys_that_cannot_check_signatures_are_left_out() -> None:
    kinds = """[{"kty": "oct", "kid": "secret", "k": "c2VjcmV0"}, {"kty": "new", "kid": "new"}, {"kty": "RSA"}, 7,
                {"kty": "RSA", "kid": "encryption", "use": "enc", "n": "AQAB", "e": "AQAB"}]"""
    assert parse_keys(f'{{"keys": {kinds}}}'.encode(), ALLOWED | {"HS256"}).keys() == {"secret"}
    assert parse_keys(f'{{"keys": {kinds}}}'.encode(), ALLOWED) == {}
