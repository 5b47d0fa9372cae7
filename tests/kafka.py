"""A real Kafka for the whole run, which tests may kill and start again."""

import os
import secrets
import shutil
import socket
import subprocess
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from signal import SIGCONT, SIGSTOP
from threading import Thread
from typing import IO

import pytest

from tests import throwaway
from tests.containers.engine import missing

ROOT = Path(__file__).parent.parent
LIBS = ROOT / ".kafka" / "libs"
MISSING = "a real Kafka needs Java 17 and Maven (make kafka), or Docker, or an address in FUNNELCAST_TEST_KAFKA"
NOT_OURS = "a broker of the test's own needs Java 17 and Maven (make kafka)"
PORTS = count(secrets.randbelow(22_000))
"""One after the other: a port that was given to a server, which does not listen there yet, is not given to another."""
# Without the two session settings a broker that was killed is shut out for 9 s after it is back.
SETTINGS = """
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
inter.broker.listener.name=PLAINTEXT
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={folder}/data
offsets.topic.replication.factor=1
offsets.topic.num.partitions=2
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
broker.session.timeout.ms=1500
broker.heartbeat.interval.ms=300
auto.create.topics.enable=false
"""


class Broker:
    """Kafka at an address. One that is not `ours` can be neither killed nor started."""

    ours = False

    def __init__(self, address: str) -> None:
        self.address = address

    def kill(self) -> None:
        pytest.skip(NOT_OURS)

    def start(self) -> None:
        pytest.skip(NOT_OURS)

    def freeze(self) -> None:
        pytest.skip(NOT_OURS)

    def thaw(self) -> None:
        pytest.skip(NOT_OURS)


class OurBroker(Broker):
    """One node in a process of its own; what it acknowledged survives `kill`."""

    ours = True

    def __init__(self, folder: Path) -> None:
        if not can_start():
            pytest.skip(NOT_OURS)
        port, controller = free_ports(2)
        super().__init__(f"127.0.0.1:{port}")
        self.folder = folder
        self.settings = folder / "server.properties"
        self.settings.write_text(SETTINGS.format(port=port, controller=controller, folder=folder))
        cluster = urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("=")
        named = f"--cluster-id={cluster}"  # in one word: it may begin with a dash
        storage = ["kafka.tools.StorageTool", "format", "--standalone", named, "-c", str(self.settings)]
        subprocess.run(java(*storage), check=True, capture_output=True)
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Returns when it serves."""
        command = java("kafka.Kafka", str(self.settings), options=["-Xms256m", "-Xmx512m", "-XX:TieredStopAtLevel=1"])
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        said = self.process.stdout
        assert said is not None
        log = (self.folder / "broker.log").open("a")
        while "Kafka Server started" not in (line := said.readline()):
            if not line:
                raise RuntimeError(f"Kafka did not start: {self.folder}/broker.log")
            log.write(line)
            log.flush()
        Thread(target=pour, args=(said, log), daemon=True).start()

    def kill(self) -> None:
        """Kills the broker as `kill -9` does."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def freeze(self) -> None:
        """Freezes the broker: its connections stay, and nothing answers."""
        self.signal(SIGSTOP)

    def thaw(self) -> None:
        self.signal(SIGCONT)

    def signal(self, number: int) -> None:
        if self.process is not None:
            self.process.send_signal(number)


def pour(said: IO[str], log: IO[str]) -> None:
    with said, log:
        shutil.copyfileobj(said, log)


def java(*arguments: str, options: list[str] | None = None) -> list[str]:
    program = shutil.which("java")
    assert program is not None
    return [program, *(options or []), "-cp", f"{LIBS}/*", *arguments]


def free_ports(number: int) -> list[int]:
    """Below those that the system gives to whoever connects: they are still free when a server comes back to them."""
    return [free_port() for _ in range(number)]


def free_port() -> int:
    while True:
        port = 10_000 + next(PORTS) % 22_000
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def can_start() -> bool:
    """Fetches the jars when they are missing and Maven is there."""
    if shutil.which("java") is None:
        return False
    make = shutil.which("make")
    if not (LIBS / "complete").exists() and make is not None and shutil.which("mvn") is not None:
        subprocess.run([make, "kafka"], cwd=ROOT, check=True)
    return (LIBS / "complete").exists()


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """FUNNELCAST_TEST_KAFKA is the address of one, or `required`: then there must be one, and none is no reason to
    skip. Else one is started when it can be: by Java, else in a container."""
    wanted = os.environ.get("FUNNELCAST_TEST_KAFKA", "")
    if ":" in wanted:
        yield Broker(wanted)
        return
    if not can_start():
        yield from in_a_container(required=wanted == "required")
        return
    broker = OurBroker(tmp_path_factory.mktemp("kafka"))
    broker.start()
    yield broker
    broker.kill()


def in_a_container(*, required: bool) -> Iterator[Broker]:
    if missing() is None:
        with throwaway.kafka(free_ports(1)[0]) as address:
            yield Broker(address)
    elif required:
        pytest.fail(MISSING)
    else:
        pytest.skip(MISSING)
