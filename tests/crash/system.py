"""The four services as processes of their own, on a Postgres and a Kafka of their own: all of it may be killed."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.crash.postgres import OurPostgres
from tests.crash.processes import Program
from tests.funnelcast.command import ADMIN
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

    async def serves(self, *, seconds: float = 30) -> None:
        """Returns when it answers; fails with its log when it ended instead."""
        async with httpx.AsyncClient(trust_env=False) as http:

            async def answers() -> bool:
                assert self.alive, self.told()
                try:
                    answer = await http.get(f"{self.address}/{self.service}/healthz", timeout=2)
                except httpx.TransportError:
                    return False
                return answer.status_code == 200

            await eventually(answers, seconds=seconds)


@dataclass
class System:
    """`members` by name: `pipeline` does all of pipeline's work, `pipeline standby` waits for its leases."""

    folder: Path
    postgres: OurPostgres
    broker: OurBroker
    members: dict[str, Member] = field(default_factory=dict)

    @property
    def env(self) -> dict[str, str]:
        return {
            "FUNNELCAST_POSTGRES": self.postgres.url,
            "FUNNELCAST_KAFKA": self.broker.address,
            "FUNNELCAST_BLIND_INDEX_KEY": BLIND,
            "FUNNELCAST_ADMIN_KEY": ADMIN,
            "FUNNELCAST_CONNECTIONS": "4",
        }

    @property
    def addresses(self) -> dict[str, str]:
        """Of each service, where requests go."""
        return {name: self.members[name].address for name in SERVICES}

    def program(self, name: str, *words: str) -> Program:
        """Another command on this system."""
        return Program(name, words, self.folder, self.env)

    async def done(self, name: str, *words: str, seconds: float = 60) -> str:
        """What a command that must succeed says."""
        program = self.program(name, *words)
        program.start()
        assert await program.ended(seconds=seconds) == 0, program.told()
        return program.said()

    def add(self, name: str, service: str, role: str = "all") -> Member:
        port = free_ports(1)[0]
        words = ("serve", service, "--role", role, "--port", str(port))
        member = Member(name, words, self.folder, self.env, service=service, port=port)
        self.members[name] = member
        return member

    def told(self) -> str:
        """The ends of the logs of all, for the message of a failure."""
        return "\n".join(member.told() for member in self.members.values())


@asynccontextmanager
async def standing(folder: Path, *, standbys: bool = False) -> AsyncIterator[System]:
    """All four serve; with standbys, a worker more of each."""
    async with prepared(folder) as system:
        for service in SERVICES:
            system.add(service, service)
            if standbys:
                system.add(f"{service} standby", service, "worker")
        for member in system.members.values():
            member.start()
        for member in system.members.values():
            await member.serves()
        yield system


@asynccontextmanager
async def prepared(folder: Path) -> AsyncIterator[System]:
    """The database is migrated, and nobody serves yet."""
    postgres = OurPostgres(folder / "postgres")
    with own_broker(folder / "kafka") as broker:
        await postgres.start()
        system = System(folder, postgres, broker)
        try:
            await system.done("migrate", "migrate")
            yield system
        except BaseException:
            print(system.told())
            raise
        finally:
            for member in system.members.values():
                member.kill()
            await postgres.end()


@contextmanager
def own_broker(folder: Path) -> Iterator[OurBroker]:
    folder.mkdir()
    broker = OurBroker(folder)
    try:
        broker.start()
        yield broker
    finally:
        broker.kill()
