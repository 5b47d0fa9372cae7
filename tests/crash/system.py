"""The whole system in processes of its own, all of which may be killed: apart, on a Postgres and a Kafka, or in one."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil

from funnelcast.embedded_postgres.server import url_of_running
from tests.crash.postgres import OurPostgres
from tests.crash.processes import Program
from tests.funnelcast.command import ADMIN, servers
from tests.kafka import OurBroker, free_ports
from tests.running import SERVICES, eventually

BLIND = "a key of blind indexes for tests of crashes"


@dataclass
class Member(Program):
    """A process that serves, always at the same address."""

    service: str = ""
    port: int = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serves(self, *, seconds: float = 90) -> None:
        """Returns when it answers; fails with its log when it ended instead."""
        async with httpx.AsyncClient(trust_env=False) as http:

            async def answers() -> bool:
                assert self.alive, self.failure_report()
                try:
                    answer = await http.get(f"{self.address}/{self.service}/healthz", timeout=2)
                except httpx.TransportError:
                    return False
                return answer.status_code == 200

            await eventually(answers, seconds=seconds)


NOWHERE = Member("nobody", (), Path())


@dataclass
class System:
    """`members`: the processes that serve, by name. `others`: what else may be killed, and how it is started again."""

    folder: Path
    env: dict[str, str]
    url: Callable[[], str]
    """Of the store, now."""
    members: dict[str, Member] = field(default_factory=dict)
    others: dict[str, Callable[[], Awaitable[None]]] = field(default_factory=dict)

    @property
    def addresses(self) -> dict[str, str]:
        """The address of each service's API."""
        return {name: self.members.get(name, self.members.get("up", NOWHERE)).address for name in SERVICES}

    def program(self, name: str, *words: str) -> Program:
        """Another command on this system."""
        return Program(name, words, self.folder, self.env)

    async def done(self, name: str, *words: str, seconds: float = 60) -> str:
        """The output of a command that must succeed."""
        program = self.program(name, *words)
        program.start()
        assert await program.ended(seconds=seconds) == 0, program.failure_report()
        return program.output()

    def add(self, name: str, service: str, *words: str) -> Member:
        """Not started yet."""
        port = free_ports(1)[0]
        member = Member(name, (*words, "--port", str(port)), self.folder, self.env, service=service, port=port)
        self.members[name] = member
        return member

    async def serves(self) -> None:
        """Whoever does not run is started; all answer."""
        for member in self.members.values():
            if not member.alive:
                member.start()
        for member in self.members.values():
            await member.serves()

    def failure_report(self) -> str:
        """The ends of the logs of all, for the message of a failure."""
        return "\n".join(member.failure_report() for member in self.members.values())


@dataclass
class Apart(System):
    """Services in processes of their own, on a Postgres and a Kafka of their own. `pipeline` does all of pipeline's
    work; `pipeline standby`, where there is one, waits for its leases."""

    postgres: OurPostgres = field(kw_only=True)
    broker: OurBroker = field(kw_only=True)

    def add_all(self, *, standbys: bool) -> None:
        for service in SERVICES:
            self.add(service, service, "serve", service)
            if standbys:
                self.add(f"{service} standby", service, "serve", service, "--role", "worker")

    async def postgres_again(self) -> None:
        await self.postgres.kill()
        await self.postgres.start()

    async def broker_again(self) -> None:
        self.broker.kill()
        await asyncio.to_thread(self.broker.start)


@asynccontextmanager
async def standing(folder: Path, *, standbys: bool = False) -> AsyncIterator[Apart]:
    """All four serve; with standbys, a worker more of each."""
    async with prepared(folder) as system:
        system.add_all(standbys=standbys)
        await system.serves()
        yield system


@asynccontextmanager
async def prepared(folder: Path) -> AsyncIterator[Apart]:
    """The database is migrated, and nobody serves yet."""
    postgres = OurPostgres(folder / "postgres")
    with own_broker(folder / "kafka") as broker:
        await postgres.start()
        env = {
            "FUNNELCAST_POSTGRES": postgres.url,
            "FUNNELCAST_KAFKA": broker.address,
            "FUNNELCAST_BLIND_INDEX_KEY": BLIND,
            "FUNNELCAST_ADMIN_KEY": ADMIN,
            "FUNNELCAST_CONNECTIONS": "4",
        }
        system = Apart(folder, env, lambda: postgres.url, postgres=postgres, broker=broker)
        system.others = {"Postgres": system.postgres_again, "broker": system.broker_again}
        try:
            async with ended(system):
                await system.done("migrate", "migrate")
                yield system
        finally:
            await postgres.end()


@asynccontextmanager
async def in_one_process(folder: Path) -> AsyncIterator[System]:
    """`up`, not started yet, with all that belongs to it in a data folder."""
    data = folder / "data"
    env = {"FUNNELCAST_DATA": str(data), "FUNNELCAST_ADMIN_KEY": ADMIN}
    system = System(folder, env, lambda: url_of_running(data) or "postgresql://nowhere")
    system.add("up", "intake", "up")

    async def its_postgres() -> None:
        for process in servers(data):
            with suppress(psutil.NoSuchProcess):
                process.kill()

    system.others = {"Postgres": its_postgres}
    try:
        async with ended(system):
            yield system
    finally:
        await its_postgres()


@asynccontextmanager
async def ended(system: System) -> AsyncIterator[None]:
    """Ends all processes with the body, and shows their logs when it fails."""
    try:
        yield
    except BaseException:
        print(system.failure_report())
        raise
    finally:
        for member in system.members.values():
            member.kill()


@contextmanager
def own_broker(folder: Path) -> Iterator[OurBroker]:
    folder.mkdir()
    broker = OurBroker(folder)
    try:
        broker.start()
        yield broker
    finally:
        broker.kill()
