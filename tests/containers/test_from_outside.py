"""All that users do, through the door of a system that `docker compose up --wait` has brought up."""

import asyncio
import json
from pathlib import Path

import asyncpg
import pytest

from tests.containers.engine import docker
from tests.containers.project import Project
from tests.containers.watched import watched
from tests.crash.load import clients
from tests.funnelcast.command import ROOT
from tests.running import SERVICES

pytestmark = [pytest.mark.containers, pytest.mark.timeout(900)]
TAKEN = ("PASSWORD", "KEY")


async def test_leads_go_all_the_way_and_every_follower_sees_it(project: Project) -> None:
    async with watched(project) as watch:
        for number in range(4):
            await watch.some.journey(f"outside{number}")
        assert await watch.findings() == []
        assert watch.some.retried == 0
        streamed = sum(len(one.seen) for one in watch.followed if one.how == "stream")
        print(f"{len(watch.some.requests)} commands through the door, {streamed} events streamed")
        assert streamed > 0


async def test_an_event_is_streamed_when_it_happens(project: Project) -> None:
    """Not when a buffer is full: the stream goes on, and nothing else comes."""
    deal = {"name": "A", "account": "a", "owner": "ann", "motion": "new_business"}
    async with clients(dict.fromkeys(SERVICES, project.address), project.key) as some:
        opened = await some.http.post(f"{project.address}/pipeline/v1/opportunities", json=deal)
        last = {"Last-Event-ID": str(opened.json()["position"])}
        stream = f"{project.address}/pipeline/v1/events/stream"
        async with asyncio.timeout(5), some.http.stream("GET", stream, headers=last) as answer:
            lines = answer.aiter_lines()
            assert await anext(lines) == ": connected"
            path = f"/pipeline/v1/opportunities/{opened.json()['opportunity_id']}/qualify"
            await some.http.post(project.address + path)
            while not (line := await anext(lines)).startswith("data: "):
                pass
    assert json.loads(line.removeprefix("data: "))["data"]["command"] == "qualify"


def test_an_unknown_path_is_a_problem_in_our_words(project: Project) -> None:
    with project.client() as http:
        answer = http.get("/nothing")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert answer.json()["status"] == 404


@pytest.mark.parametrize(
    ("service", "statement"),
    [
        ("forecast", "SELECT * FROM pipeline.events"),
        ("intake", "SELECT * FROM qualification.vault"),
        ("qualification", "SELECT * FROM intake.vault"),
        ("pipeline", "UPDATE access.keys SET revoked_at = NULL"),
        ("pipeline", "DELETE FROM pipeline.events"),
    ],
)
async def test_no_service_sees_more_than_its_own(project: Project, service: str, statement: str) -> None:
    connection = await asyncpg.connect(project.postgres(f"funnelcast_{service}"))
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    finally:
        await connection.close()


def test_every_service_runs_as_nobody_on_a_root_that_it_cannot_write(project: Project) -> None:
    ours = [each for each in project.services() if each == "pages" or each.endswith(("-api", "-worker"))]
    assert len(ours) == 10
    for service in ours:
        (container,) = project.containers(service)
        output = docker("inspect", "--format", "{{.Config.User}} {{.HostConfig.ReadonlyRootfs}}", container)
        assert output == "10001:10001 true", service


def test_nothing_starts_without_its_secrets(project: Project, tmp_path: Path) -> None:
    needed = [name for name in project.secrets if name.endswith(TAKEN)]
    assert len(needed) == 8
    for each in needed:
        lines = [line for line in project.env_file.read_text().splitlines() if not line.startswith(f"{each}=")]
        (tmp_path / ".env").write_text("\n".join(lines))
        with pytest.raises(AssertionError, match=f"{each} is missing a value: make env"):
            docker(
                "compose", "-f", str(ROOT / "docker-compose.yml"), "--env-file", str(tmp_path / ".env"), "config", "-q"
            )
