"""A test that leaves a connection open fails; it neither passes nor hangs."""

import asyncio

import pytest

from tests.event_loop import ClosingLoop


def test_a_connection_that_was_left_open_is_an_error() -> None:
    loop = ClosingLoop()
    opened = loop.create_datagram_endpoint(asyncio.DatagramProtocol, local_addr=("127.0.0.1", 0))
    left_open = loop.run_until_complete(opened)
    with pytest.raises(AssertionError, match="unclosed resource"):
        loop.close()
    assert (loop.is_closed(), len(left_open)) == (True, 2)


def test_a_loop_without_one_closes() -> None:
    loop = ClosingLoop()
    loop.close()
    assert loop.is_closed()
