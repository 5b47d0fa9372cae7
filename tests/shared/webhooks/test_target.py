"""No way to an address inside: by its form, by its name, by a name that changes its mind."""

import asyncio
import socket
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from ipaddress import ip_address

import pytest

from shared.rules.target import RefusedTarget, TargetPolicy
from shared.web.outgoing import receivers
from shared.web.outgoing.receivers import CANNOT_CONNECT, Outgoing
from shared.webhooks import batch
from tests.running import eventually
from tests.shared.webhooks.receiver import receiving

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
PRIVATE = [
    "127.0.0.1",
    "127.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "172.16.0.1",
    "172.31.255.254",
    "192.168.0.1",
    "169.254.169.254",
    "168.63.129.16",
    "100.64.0.1",
    "100.100.100.200",
    "0.0.0.0",  # noqa: S104
    "0.1.2.3",
    "192.0.0.1",
    "192.0.0.9",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::a00:1",
    "100::1",
    "2001::1",
    "2001:0:7f00:1::1",
    "2001:2::1",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "2002:a9fe:a9fe::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
]
"""Addresses, as answers of the resolver and written in the URL."""
REFUSED_URLS = [
    "http://receiver.example/hook",
    "ftp://receiver.example/",
    "file:///etc/passwd",
    "gopher://receiver.example/",
    "//receiver.example/",
    "receiver.example",
    "https:receiver.example",
    "https:///hook",
    "https://",
    "https://user@receiver.example/",
    "https://user:password@receiver.example/",
    "https://receiver.example@127.0.0.1/",
    "https://receiver.example:0x50/",
    "https://receiver.example:99999/",
    "https://receiver.example:0/",
    "https://[2606:4700::1111]:00/",
    "https://[2606:4700::1111].receiver.example/",
    "https://receiver[2606:4700::1111]/",
    "https://receiver.example#@127.0.0.1/",
    "https://receiver.example\\@127.0.0.1/",
    "https://receiver.example/\r\nHost: inside",
    "https://receiver.example/a b",
    "https://receiver.example\t/",
    "https://[fe80::1%25eth0]/",
    "https://[fe80::1%eth0]/",
    "https://[::1/",
    "https://127。0。0。1/",
    "https://ⓛocalhost/",
    "https://.receiver.example/",
    "https://receiver..example/",
    f"https://{'a' * 64}.example/",
    f"https://receiver.example/{'a' * 2000}",
]
UNUSUAL_ADDRESSES = [
    "127.1",
    "127.0.1",
    "0177.0.0.1",
    "127.0.0.01",
    "0x7f.0.0.1",
    "127.0.0.0x1",
    "127.0.0.0x",
    "0x7f000001",
    "0X7F000001",
    "2130706433",
    "017700000001",
    "0",
    "127.0.0.1.",
    "0x7f.1.",
    "8.8.8.8.",
    "134744072",
    "256.256.256.256",
    "receiver.example.7",
]
"""Resolvers read them, each in its own way, or not at all."""
NAMES_OF_THIS_MACHINE = ["localhost", "LOCALHOST", "localhost."]


def outgoing(*answers: Sequence[str], policy: TargetPolicy | None = None) -> Outgoing:
    """Each lookup of a name gets the next answer."""
    remaining = list(answers)
    return Outgoing(policy or TargetPolicy(), lambda: NOW, lambda host, port: remaining.pop(0))


def in_url(address: str) -> str:
    return f"https://[{address}]/hook" if ":" in address else f"https://{address}/hook"


@pytest.mark.parametrize("address", PRIVATE)
async def test_an_address_inside_is_refused(address: str) -> None:
    with pytest.raises(RefusedTarget, match="not public"):
        TargetPolicy().parse(in_url(address))
    with pytest.raises(RefusedTarget, match="not public"):
        await outgoing([address]).find("https://receiver.example/hook")


@pytest.mark.parametrize("host", [*NAMES_OF_THIS_MACHINE, "db.localhost", "db.localhost.:8443"])
def test_a_name_of_this_machine_is_refused_before_a_resolver_is_asked(host: str) -> None:
    with pytest.raises(RefusedTarget, match="not public"):
        TargetPolicy().parse(f"https://{host}/hook")
    assert TargetPolicy.of(allow_http=False, networks="127.0.0.0/8").parse(f"https://{host}/hook").path == "/hook"


@pytest.mark.parametrize("address", ["1.1.1.1", "8.8.8.8", "93.184.216.34", "2606:4700::1111", "2a00:1450::1"])
async def test_a_public_address_is_taken(address: str) -> None:
    target, found = await outgoing().find(in_url(address))
    assert (found, target.port) == (ip_address(address), 443)
    _, found = await outgoing([address]).find("https://receiver.example/hook")
    assert found == ip_address(address)


@pytest.mark.parametrize("url", REFUSED_URLS)
def test_a_url_that_readers_understand_differently_is_refused(url: str) -> None:
    with pytest.raises(RefusedTarget):
        TargetPolicy().parse(url)


@pytest.mark.parametrize("host", UNUSUAL_ADDRESSES)
def test_an_address_in_an_unusual_form_is_refused_whatever_a_resolver_says(host: str) -> None:
    with pytest.raises(RefusedTarget, match="by its name in ASCII or by its address"):
        TargetPolicy().parse(f"https://{host}/")


@pytest.mark.parametrize("host", ["7.receiver.example", "0x7f.example", "1e100.net.", "receiver.x0x7"])
def test_a_name_with_numbers_in_it_is_taken(host: str) -> None:
    assert TargetPolicy().parse(f"https://{host}/").host == host


@pytest.mark.parametrize("name", NAMES_OF_THIS_MACHINE)
async def test_no_name_of_this_machine_gets_through(name: str) -> None:
    with pytest.raises(CANNOT_CONNECT):
        await Outgoing(TargetPolicy(), lambda: NOW).find(f"https://{name}/")


async def test_one_private_address_among_public_ones_refuses_the_name() -> None:
    with pytest.raises(RefusedTarget):
        await outgoing(["1.1.1.1", "10.0.0.1"]).find("https://receiver.example/")


async def test_a_name_is_asked_for_once_so_it_cannot_change_its_mind() -> None:
    asked = outgoing(["1.1.1.1"], ["127.0.0.1"])
    target, address = await asked.find("https://receiver.example/hook?a=b")
    assert (address, target.scheme, target.port, target.path) == (ip_address("1.1.1.1"), "https", 443, "/hook?a=b")
    assert target.authority == "receiver.example"
    with pytest.raises(RefusedTarget):
        await asked.find("https://receiver.example/hook?a=b")


async def test_a_name_without_an_address_cannot_be_connected_to() -> None:
    def unknown(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror("unknown")

    with pytest.raises(OSError, match="unknown"):
        await Outgoing(TargetPolicy(), lambda: NOW, unknown).find("https://receiver.example/")


async def test_a_lookup_that_takes_so_long_that_no_request_would_begin_is_a_failure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert receivers.RESOLVE_SECONDS < batch.LAST_START
    monkeypatch.setattr(receivers, "RESOLVE_SECONDS", 0.01)
    is_over = threading.Event()

    def hangs(host: str, port: int) -> Sequence[str]:
        is_over.wait(10)
        return []

    slow = Outgoing(TargetPolicy(), lambda: NOW, hangs)
    with pytest.raises(CANNOT_CONNECT) as raised:
        await slow.find("https://receiver.example/")
    is_over.set()
    assert "was not resolved within" in (slow.failed(raised.value).error or "")


async def test_a_name_whose_lookups_hang_occupies_one_thread_and_no_other_name_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    is_over = threading.Event()

    def resolve(host: str, port: int) -> Sequence[str]:
        if host == "hanging.example":
            is_over.wait(10)
        return ["1.1.1.1"]

    asked = Outgoing(TargetPolicy(), lambda: NOW, resolve)
    with monkeypatch.context() as impatient:
        impatient.setattr(receivers, "RESOLVE_SECONDS", 0.001)
        for _ in range(receivers.LOOKUPS + 1):
            with pytest.raises(CANNOT_CONNECT):
                await asked.find("https://hanging.example/")
    _, address = await asked.find("https://receiver.example/")
    assert address == ip_address("1.1.1.1")
    is_over.set()
    _, address = await asked.find("https://hanging.example/")
    assert address == ip_address("1.1.1.1")
    assert asked.running == {}


def test_an_operator_allows_networks_and_http() -> None:
    policy = TargetPolicy.of(True, "10.1.0.0/16, fd00::/8")
    assert policy.parse("http://10.1.2.3:8080/hook").authority == "10.1.2.3:8080"
    assert policy.parse("https://[fd00::1]/").authority == "[fd00::1]"
    for url in ("http://10.2.0.1/", "https://127.0.0.1/", "https://[fe80::1]/"):
        with pytest.raises(RefusedTarget):
            policy.parse(url)


async def test_all_connections_are_closed_though_the_sender_is_cancelled_in_the_middle() -> None:
    inside = outgoing(policy=TargetPolicy.of(True, "127.0.0.0/8"))
    async with receiving(lambda request: "hang") as receiver:
        target, address = await inside.find(receiver.url)

        async def send() -> None:
            async with inside.connect(target, address) as connected:
                await asyncio.gather(*(connected.post(b"{}", {}) for _ in range(3)))

        async def all_came() -> bool:
            return len(receiver.requests) == 3

        async def all_closed() -> bool:
            return receiver.connections == 0

        sending = asyncio.create_task(send())
        await eventually(all_came)
        sending.cancel()
        await asyncio.wait({sending})
        receiver.stopped.set()
        await eventually(all_closed)
    assert sending.cancelled()
