"""The client with answers of all kinds, over connections that are used again."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import uvloop

from shared.rules.target import TargetPolicy
from shared.web.outgoing.http_client import post_request
from shared.web.outgoing.receivers import DeliveryAttempt, KeptReceivers, Outgoing
from tests.shared.webhooks.receiver import Behaviour, receiving
from tests.spec import NOW

INSIDE = TargetPolicy.of(True, "127.0.0.0/8")
CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"
UNTIL_THE_END = "HTTP/1.1 200 OK\r\n\r\nok"
INFORMED = "HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"
LARGE = f"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n{'x' * 100_000}"
BEGINNING = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
TRAILERS = f"{BEGINNING}0\r\n" + "more: of it\r\n" * 20_000
EXTENSION = f"{BEGINNING}1;" + "x" * 200_000
CUT_BODY = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok"
CLOSED = "the connection was closed before the answer was complete"


async def attempts_at(behaviours: Sequence[Behaviour]) -> tuple[list[DeliveryAttempt], int]:
    """One after the other until all behaviours were seen; and over how many connections."""
    left, made = list(behaviours), list[DeliveryAttempt]()
    async with receiving(lambda request: left.pop(0)) as receiver:
        receivers = KeptReceivers(Outgoing(INSIDE, lambda: NOW))
        while left:
            made.append(await (await receivers.find("one", receiver.url)).post(b"{}", {}))
        receivers.close()
    return made, receiver.accepted


@pytest.mark.parametrize("run", [uvloop.run, asyncio.run])
def test_a_connection_is_used_again_on_the_event_loop_of_the_product_too(run: Callable[..., Any]) -> None:
    made, connections = run(attempts_at([200, 503, 200]))
    assert [attempt.status for attempt in made] == [200, 503, 200]
    assert connections == 1


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (CHUNKED, 200),
        (UNTIL_THE_END, 200),
        (INFORMED, 204),
        (LARGE, 200),
        (TRAILERS, 200),
        (EXTENSION, 200),
        ("HTTP/1.0 410 Gone\r\n\r\n", 410),
    ],
    ids=["chunked", "until the end", "informed first", "too large", "endless trailers", "endless chunk", "HTTP/1.0"],
)
async def test_an_answer_in_whatever_form_has_its_status(answer: str, status: int) -> None:
    (first, again), _ = await attempts_at([answer, 200])
    assert (first.status, again.status) == (status, 200)


@pytest.mark.parametrize(
    "answer",
    [
        "close",
        "cut",
        "nonsense\r\n\r\n",
        CUT_BODY,
        f"HTTP/1.1 200 {'x' * 200_000}",
    ],
    ids=["none", "cut", "nonsense", "cut body", "endless head"],
)
async def test_what_is_no_answer_is_a_failure_and_the_next_request_has_a_new_connection(answer: Behaviour) -> None:
    (first, again), connections = await attempts_at([answer, 200])
    assert (first.status, first.error, again.status) == (None, CLOSED, 200)
    assert connections == 2


async def test_a_connection_that_was_closed_meanwhile_is_replaced() -> None:
    """Nothing came of the second request over the first connection."""
    made, connections = await attempts_at([200, "close", 200, 200])
    assert [attempt.status for attempt in made] == [200, 200, 200]
    assert connections == 2


async def test_another_address_gets_connections_of_its_own() -> None:
    receivers = KeptReceivers(Outgoing(INSIDE, lambda: NOW))
    async with receiving() as one, receiving() as other:
        for server in (one, other, other):
            assert (await (await receivers.find("it", server.url)).post(b"{}", {})).is_delivered
        assert (one.accepted, other.accepted) == (1, 1)
    receivers.close()


def test_no_header_can_begin_another_request() -> None:
    target = INSIDE.parse("http://127.0.0.1/hook")
    with pytest.raises(ValueError, match="line break"):
        post_request(target, {"webhook-id": "a\r\nX: b"}, b"")
