"""SIGTERM under load: whoever was let in is answered, and the process is gone within ten seconds."""

import asyncio
import json
import signal
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from tests.crash.postgres import OurPostgres
from tests.crash.system import BLIND, Member, own_broker
from tests.funnelcast.command import ADMIN, done
from tests.kafka import Broker, OurBroker, free_ports
from tests.running import eventually, make_key

LIMIT = 10.0
LATE = 20
DEALS = "/pipeline/v1/opportunities"
STREAM = "/pipeline/v1/events/stream"
CUT = (httpx.TransportError, OSError, EOFError)


def deal(number: int) -> dict[str, Any]:
    return {"name": f"Deal {number}", "account": "acme.example", "owner": "ann", "motion": "new_business"}


def pipeline(database: str, folder: Path, **env: str) -> Member:
    port = free_ports(1)[0]
    words = ("serve", "pipeline", "--port", str(port))
    env = {"FUNNELCAST_POSTGRES": database, "FUNNELCAST_BLIND_INDEX_KEY": BLIND, **env}
    return Member("pipeline", words, folder, env, service="pipeline", port=port)


@dataclass
class Answers:
    """The answers to the clients of one process."""

    key: str
    port: int
    statuses: Counter[int] = field(default_factory=Counter)
    taken: list[str] = field(default_factory=list)
    cut: list[str] = field(default_factory=list)
    sent: int = 0

    def next_body(self) -> bytes:
        self.sent += 1
        return json.dumps(deal(self.sent)).encode()

    def hear(self, status: int, body: Any) -> None:
        self.statuses[status] += 1
        if status == 201:
            self.taken.append(body["opportunity_id"])

    def head(self, length: int) -> bytes:
        lines = (
            f"POST {DEALS} HTTP/1.1",
            f"Host: 127.0.0.1:{self.port}",
            f"Authorization: Bearer {self.key}",
            "Content-Type: application/json",
            f"Content-Length: {length}",
        )
        return "\r\n".join((*lines, "", "")).encode()

    # -- clients ---------------------------------------------------------------------------------------------

    async def busy(self, headers: dict[str, str]) -> None:
        """Sends one request after the other until the connection is refused."""
        headers = headers | {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        base = f"http://127.0.0.1:{self.port}"
        async with httpx.AsyncClient(base_url=base, headers=headers, timeout=20, trust_env=False) as http:
            while True:
                try:
                    answer = await http.post(DEALS, content=self.next_body())
                except httpx.ConnectError:
                    return
                except CUT as error:
                    self.cut.append(f"busy: {error!r}")
                    return
                self.hear(answer.status_code, answer.json())

    async def late(self, stopping: asyncio.Event, *, half: bool) -> None:
        """Connects, and asks (or has asked the half of it) only when the process was told to stop."""
        body = self.next_body()
        whole = self.head(len(body)) + body
        early = whole[:-20] if half else b""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(early)
            await stopping.wait()
            await asyncio.sleep(1.0 if half else 0.2)  # a network that is slow, not a wait for anything
            writer.write(whole.removeprefix(early))
            self.hear(*await answer_of(reader))
        except CUT as error:
            self.cut.append(f"late, half: {half}: {error!r}")
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def follower(self) -> str:
        """The last event of a stream that ends."""
        headers = {"Authorization": f"Bearer {self.key}"}
        name = ""
        async with (
            httpx.AsyncClient(headers=headers, timeout=20, trust_env=False) as http,
            http.stream("GET", f"http://127.0.0.1:{self.port}{STREAM}") as stream,
        ):
            async for line in stream.aiter_lines():
                name = line.removeprefix("event: ") if line.startswith("event: ") else name
        return name


async def answer_of(reader: asyncio.StreamReader) -> tuple[int, Any]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    assert "connection: close" in head, head
    length = int(head.partition("content-length: ")[2].partition("\r\n")[0])
    return int(head.split()[1]), json.loads(await reader.readexactly(length))


async def stopped_under_load(member: Member, key: str) -> tuple[Answers, float]:
    """The answers, and the seconds from SIGTERM to the end of the process."""
    answers, stopping = Answers(key, member.port), asyncio.Event()
    clients = [asyncio.ensure_future(answers.busy({})) for _ in range(4)]
    clients += [asyncio.ensure_future(answers.busy({"Connection": "close"})) for _ in range(4)]
    following = asyncio.ensure_future(answers.follower())

    async def loaded() -> bool:
        return len(answers.taken) > 200

    await eventually(loaded)
    clients += [asyncio.ensure_future(answers.late(stopping, half=number % 2 > 0)) for number in range(LATE)]
    await asyncio.sleep(0.1)  # for their handshakes; those that are not done yet are let in all the same
    begun = asyncio.get_running_loop().time()
    member.signal(signal.SIGTERM)
    stopping.set()
    assert await member.ended() == 0, member.failure_report()
    seconds = asyncio.get_running_loop().time() - begun
    await asyncio.gather(*clients)
    assert await following == "stopping"
    return answers, seconds


async def stored(database: str, folder: Path, key: str) -> set[str]:
    member = pipeline(database, folder)
    member.start()
    try:
        await member.serves()
        async with httpx.AsyncClient(headers={"Authorization": f"Bearer {key}"}, trust_env=False) as http:
            after, found = 0, set[str]()
            while True:
                asked = {"after": str(after), "limit": "1000", "types": "opportunity.opened"}
                page = (await http.get(f"{member.address}/pipeline/v1/events", params=asked)).json()
                found |= {event["subject"] for event in page["items"]}
                if page["next"] == after:
                    return found
                after = page["next"]
    finally:
        member.kill()


async def test_no_request_is_cut_and_the_process_is_gone_soon(database: str, tmp_path: Path) -> None:
    key = await make_key(database)
    member = pipeline(database, tmp_path)
    member.start()
    await member.serves()
    answers, seconds = await stopped_under_load(member, key)
    print(f"{answers.sent} requests, {answers.statuses}, {len(answers.cut)} cut, gone after {seconds:.1f} s")
    assert answers.cut == []
    assert answers.statuses.keys() <= {201}
    assert seconds <= LIMIT
    assert set(answers.taken) == await stored(database, tmp_path, key)


async def test_a_port_that_closes_at_once_cuts_requests(database: str, tmp_path: Path) -> None:
    """The check above finds what it is for."""
    key = await make_key(database)
    member = pipeline(database, tmp_path)
    member.start("--plant=port_closes_at_once")
    await member.serves()
    answers, _ = await stopped_under_load(member, key)
    print(f"planted: {answers.sent} requests, {len(answers.cut)} cut")
    assert answers.cut


# -- when a part that is needed to end in order does not answer --------------------------------------------------


@pytest.fixture
def broker(kafka: Broker, tmp_path: Path) -> Iterator[OurBroker]:
    if not kafka.ours:
        pytest.skip("the topics of the Kafka in FUNNELCAST_TEST_KAFKA are not ours to have alone")
    with own_broker(tmp_path / "kafka") as one:
        yield one


@pytest.mark.kafka
async def test_a_broker_that_does_not_answer_does_not_keep_it(database: str, tmp_path: Path, broker: OurBroker) -> None:
    key = await make_key(database)
    member = pipeline(database, tmp_path, FUNNELCAST_KAFKA=broker.address)
    member.start()
    await member.serves()
    broker.freeze()
    try:
        answers, seconds = await stopped_under_load(member, key)
    finally:
        broker.thaw()
    print(f"broker frozen: {answers.sent} requests, {len(answers.cut)} cut, gone after {seconds:.1f} s")
    assert (answers.cut, seconds <= LIMIT) == ([], True)


async def test_a_postgres_that_does_not_answer_does_not_keep_it(tmp_path: Path) -> None:
    postgres = OurPostgres(tmp_path / "postgres")
    await postgres.start()
    frozen: Sequence[psutil.Process] = ()
    try:
        env = {"FUNNELCAST_ADMIN_KEY": ADMIN}
        await asyncio.to_thread(done, "migrate", "--postgres", postgres.url, **env)
        member = pipeline(postgres.url, tmp_path)
        member.start()
        await member.serves()
        assert postgres.server is not None
        frozen = psutil.Process(postgres.server.process.pid).children(recursive=True)
        for each in frozen:
            each.suspend()
        begun = asyncio.get_running_loop().time()
        member.signal(signal.SIGTERM)
        code = await member.ended()
        seconds = asyncio.get_running_loop().time() - begun
        print(f"Postgres frozen: gone after {seconds:.1f} s, with {code}")
        assert seconds <= LIMIT
    finally:
        for each in frozen:
            each.resume()
        await postgres.end()
