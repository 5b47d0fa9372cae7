"""Requests that no HTTP client sends: wrong lengths, half a request, noise. The server goes on, nothing is written."""

import asyncio
from contextlib import suppress

import asyncpg
import pytest
from starlette.requests import Request

from funnelcast.serving.services import SERVICES
from tests.fuzz.target import HEADS
from tests.running import served_services, within

BODY = b'{"source": "other", "person": {"email": "jane@acme.com"}}'
OTHER_PERSON = BODY.replace(b"jane", b"joan")
PLACE = b"POST /intake/v1/leads HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nAuthorization: %b\r\n"
LENGTH = b"Content-Length: %d\r\n" % len(BODY)
NOISE = {
    "a length too large, and then nothing": PLACE + b"Content-Length: 5000\r\n\r\n" + BODY,
    "a length too small": PLACE + b"Content-Length: 10\r\n\r\n" + BODY,
    "a length below zero": PLACE + b"Content-Length: -1\r\n\r\n" + BODY,
    "a length that is no number": PLACE + b"Content-Length: ten\r\n\r\n" + BODY,
    "a length with a sign": PLACE + b"Content-Length: +%d\r\n\r\n" % len(BODY) + BODY,
    "a length of 5,000 digits": PLACE + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n" + BODY,
    "no host": PLACE.replace(b"Host: a\r\n", b"") + LENGTH + b"\r\n" + BODY,
    "two lengths": PLACE + b"Content-Length: 5\r\n" + LENGTH + b"\r\n" + BODY,
    "a length and chunks": PLACE + LENGTH + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks of a bad size": PLACE + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n" + BODY + b"\r\n0\r\n\r\n",
    "a chunk larger than any": PLACE + b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n" + BODY,
    "chunks that end too early": PLACE + b"Transfer-Encoding: chunked\r\n\r\n5\r\n" + BODY[:5],
    "an unknown encoding of the way": PLACE + b"Transfer-Encoding: smoke\r\n\r\n" + BODY,
    "a NUL in a header": PLACE + b"X-A: a\x00b\r\n" + b"Content-Length: 10\r\n\r\n" + BODY,
    "a bare line feed": PLACE.replace(b"\r\n", b"\n") + b"Content-Length: 10\n\n" + BODY,
    "a folded header": PLACE + b"X-A: a\r\n  b\r\nContent-Length: 10\r\n\r\n" + BODY,
    "a header without a name": PLACE + b": a\r\nContent-Length: 10\r\n\r\n" + BODY,
    "10,000 headers": PLACE + b"X-A: a\r\n" * 10_000 + b"Content-Length: 10\r\n\r\n" + BODY,
    "a header of 1 MiB": PLACE + b"X-A: " + b"a" * 1024 * 1024 + b"\r\n\r\n",
    "a line of 1 MiB": b"GET /" + b"a" * 1024 * 1024 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    "an old version": b"POST /intake/v1/leads HTTP/0.9\r\n\r\n",
    "a version of the future": b"POST /intake/v1/leads HTTP/9.9\r\nHost: a\r\n\r\n",
    "no version": b"GET /intake/v1/leads\r\n\r\n",
    "a method of none": b"BREW /intake/v1/leads HTTP/1.1\r\nHost: a\r\n\r\n",
    "a method in small letters": b"post /intake/v1/leads HTTP/1.1\r\nHost: a\r\n\r\n",
    "a path of bad escapes": b"GET /intake/v1/leads/%zz%f0%28 HTTP/1.1\r\nHost: a\r\n\r\n",
    "a path of raw bytes": b"GET /intake/v1/leads/\xff\x00 HTTP/1.1\r\nHost: a\r\n\r\n",
    "a whole address": b"GET http://evil/intake/v1/leads HTTP/1.1\r\nHost: a\r\n\r\n",
    "a tunnel": b"CONNECT evil:443 HTTP/1.1\r\nHost: evil\r\n\r\n",
    "a star": b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 500,
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00" * 40,
    "only noise": bytes(range(256)) * 50,
    "only line ends": b"\r\n" * 5000,
    "an upgrade": b"GET /intake/v1/leads HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    "nothing": b"",
}
A_MOMENT = 0.05


async def harms_nobody(database: str) -> None:
    async with served_services(database, list(SERVICES.values())) as (client, _):
        connection = await asyncpg.connect(database.replace("+asyncpg", ""))
        key = client.headers["authorization"].encode()
        trouble = []
        for name, noise in NOISE.items():
            answer = await within(20, said(client.base_url.port or 0, noise.replace(b"%b", key)))
            if answer and not answer.startswith(b"HTTP/1.1 4"):
                trouble.append(f"{name}: {answer[:200]!r}")
            if (await connection.fetchval("SELECT count(*) FROM intake.events")) != 0:
                trouble.append(f"{name}: something was written")
                break
            assert (await client.get("/intake/healthz")).status_code == 200, name
        good = await client.post("/intake/v1/leads", content=OTHER_PERSON, headers={"Content-Type": "application/json"})
        assert good.is_success
        written = await connection.fetchrow(HEADS)
        await connection.close()
    print(*trouble, sep="\n")
    print(f"{len(NOISE)} kinds of noise, {len(trouble)} in trouble, {written['intake']} event of the good request")
    assert len(trouble) == 0
    assert written["intake"] == 1, "on a busy machine, half a request may be written after it was looked for"


@pytest.mark.timeout(120)
async def test_noise_on_the_wire_harms_nobody(database: str) -> None:
    await harms_nobody(database)


@pytest.mark.harness
@pytest.mark.timeout(120)
async def test_half_a_request_that_is_taken_for_a_whole_one_is_found(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted bug: a client that goes away in the midst of a body is believed to have ended it."""

    async def what_came(request: Request) -> bytes:
        body = b""
        while (message := await request.receive())["type"] == "http.request" and message.get("more_body", False):
            body += message["body"]
        last: bytes = message.get("body", b"")
        return body + last

    monkeypatch.setattr(Request, "body", what_came)
    with pytest.raises(AssertionError):
        await harms_nobody(database)


async def said(port: int, noise: bytes) -> bytes:
    """The server's answer before it closes. After a moment without an answer the sender closes its side."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(noise)
        with suppress(TimeoutError):
            async with asyncio.timeout(A_MOMENT):
                return await reader.read(10_000)
        writer.write_eof()
        return await reader.read(10_000)
    except ConnectionError:
        return b""
    finally:
        writer.close()
