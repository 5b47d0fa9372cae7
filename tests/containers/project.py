"""The compose project under a name of its own, with its own data, on a free port."""

import json
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.containers.engine import docker
from tests.funnelcast.command import ROOT
from tests.kafka import free_ports

WITH_POSTGRES = ROOT / "tests" / "containers" / "postgres.yml"
"""The user's file, but for a port that lets the tests look into the database."""
OWNER = "funnelcast"


@dataclass
class Project:
    name: str
    folder: Path
    image: str
    port: int
    postgres_port: int
    key: str = ""

    def compose(self, *words: str, seconds: float = 120) -> str:
        files = ("-f", str(ROOT / "docker-compose.yml"), "-f", str(WITH_POSTGRES))
        return docker("compose", "-p", self.name, *files, "--env-file", str(self.env_file), *words, seconds=seconds)

    @property
    def env_file(self) -> Path:
        return self.folder / ".env"

    @property
    def secrets(self) -> dict[str, str]:
        lines = [line.partition("=") for line in self.env_file.read_text().splitlines() if line.startswith("FUNNEL")]
        return {name: value for name, _, value in lines}

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def postgres(self, role: str = OWNER) -> str:
        """The URL, as this role."""
        service = role.removeprefix("funnelcast_") if role != OWNER else "owner"
        password = self.secrets[f"FUNNELCAST_{service.upper()}_PASSWORD"]
        return f"postgresql://{role}:{password}@127.0.0.1:{self.postgres_port}/funnelcast"

    def client(self) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.key}"}
        return httpx.Client(base_url=self.address, headers=headers, timeout=30, trust_env=False)

    def funnelcast(self, *words: str, seconds: float = 500) -> str:
        """The command, as the README has it run."""
        return self.compose("run", "--rm", "-T", "funnelcast", *words, seconds=seconds)

    def containers(self, service: str) -> Sequence[str]:
        return self.compose("ps", "-q", service).split()

    def services(self) -> list[str]:
        """All that go on running."""
        jobs = ("migrate", "topics")
        return sorted(each for each in self.compose("config", "--services").split() if each not in jobs)

    def failure_report(self) -> str:
        """The report of a failure: the containers that run, and the last lines of all but the broker."""
        logs = [self.compose("logs", "--no-color", "--tail", "40", each) for each in self.services() if each != "kafka"]
        return "\n".join([self.compose("ps", "--all"), *logs])


@contextmanager
def standing(folder: Path, name: str, image: str) -> Iterator[Project]:
    """Brought up as the README says; taken down with its volumes."""
    port, postgres_port = free_ports(2)
    project = Project(name, folder, image, port, postgres_port)
    made_env(project)
    try:
        project.compose("up", "--wait", "--no-build", seconds=500)
        project.key = project.funnelcast("keys", "create", "--name", "tests", "--scopes", "all")
        yield project
    except BaseException:
        print(project.failure_report())
        raise
    finally:
        project.compose("down", "--volumes", "--timeout", "3", seconds=240)


def made_env(project: Project) -> None:
    shutil.copy(ROOT / ".env.example", project.folder)
    make = ["make", "-s", "-C", str(project.folder), "-f", str(ROOT / "Makefile"), "env"]
    subprocess.run(make, check=True, timeout=60)
    given = {
        "FUNNELCAST_IMAGE": project.image,
        "FUNNELCAST_PORT": project.port,
        "FUNNELCAST_TEST_POSTGRES_PORT": project.postgres_port,
    }
    with project.env_file.open("a") as file:
        file.writelines(f"{name}={value}\n" for name, value in given.items())


def labels(image: str) -> dict[str, str]:
    body: dict[str, str] = json.loads(docker("image", "inspect", "--format", "{{json .Config.Labels}}", image))
    return body
