"""A batch whose answer breaks off is sent again: what was taken is not taken twice. Sent is not yet to be seen."""

from collections.abc import AsyncIterator

import httpx
import pytest

from funnelcast.failure import Failed
from funnelcast.importing import sending
from funnelcast.importing.record import Kind, MappedRecord
from funnelcast.importing.routes import ROUTES
from funnelcast.importing.sending import Accepted, batch, reason
from tests.funnelcast.importing.mapped import row_of

PAIR = ((row_of(2, {"id": "1"}),), MappedRecord(bodies=[{"external_id": "crm:1"}]))
LINE, DONE = b'{"created": true, "position": 7}\n', b'{"done": true, "lines": 1, "failed": 0}\n'


class BrokenOff(httpx.AsyncByteStream):
    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield LINE
        raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")


def server(*answers: httpx.Response) -> httpx.AsyncClient:
    """Gives these answers, one after the other."""
    left = iter(answers)
    return httpx.AsyncClient(transport=httpx.MockTransport(lambda _: next(left)), base_url="http://test")


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "PAUSE", 0.0)


@pytest.mark.parametrize("half", [BrokenOff(), httpx.ByteStream(LINE), httpx.ByteStream(b"")])
async def test_half_an_answer_is_asked_for_again(half: httpx.AsyncByteStream) -> None:
    async with server(httpx.Response(200, stream=half), httpx.Response(200, content=LINE + DONE)) as http:
        assert await batch(http, "/batch", [PAIR]) == [Accepted(is_new=True, position=7)]


async def test_what_breaks_off_again_and_again_is_an_error() -> None:
    async with server(*(httpx.Response(200, stream=BrokenOff()) for _ in range(sending.ATTEMPTS))) as http:
        with pytest.raises(Failed, match="import the file again"):
            await batch(http, "/batch", [PAIR])


@pytest.mark.parametrize(
    ("kind", "position", "services"),
    [
        ("opportunities", "pipeline:7", ["pipeline", "forecast"]),
        ("leads", "intake:7", ["intake", "qualification"]),
        ("org", "forecast:7", ["forecast"]),
        ("quotas", "forecast:7", ["forecast"]),
    ],
)
async def test_it_returns_when_each_service_shows_it(kind: Kind, position: str, services: list[str]) -> None:
    asked = list[tuple[str, str]]()

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append((request.url.path.split("/")[1], request.headers["X-Min-Position"]))
        return httpx.Response(200, json={})

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://test") as http:
        await sending.visible(http, ROUTES[kind], 7)
    assert asked == [(service, position) for service in services]


@pytest.mark.parametrize(
    ("detail", "words"),
    [
        ("taken before by 0d1, with another content", "imported before as 0d1, with another past"),
        ("occurred_at lies before the stream's last event, at 2017-03-01T12:00:00Z", "changed here later than"),
        ("there is no pipeline 'x'", "there is no pipeline 'x'"),
    ],
)
def test_a_refusal_is_reported_in_the_words_of_an_import(detail: str, words: str) -> None:
    assert reason({"detail": detail}).startswith((words, f"it was {words}"))
    assert "+00:00" not in reason({"detail": detail})
