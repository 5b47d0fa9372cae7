"""Running services under attack: what was answered, and whether anything was harmed by it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import httpx

from funnelcast.serving.services import SERVICES
from shared.web.errors.problems import MEDIA_TYPE
from tests.fuzz.routes import LEAD, WEBHOOK, Good
from tests.running import Clock, fresh, running_services

JSON = {"Content-Type": "application/json"}
OF_PYTHON = ("Input should", "String should", "tuple", "instance of", "pattern '", "extract fields", "Extra inputs")
"""Words that a user of the API has no use for."""
COUNTED = [f"(SELECT count(*) FROM {name}.events WHERE causation_id IS NULL) AS {name}" for name in SERVICES]  # noqa: S608
HEADS = f"SELECT {', '.join(COUNTED)}"
"""The events that callers wrote, without those of reactions."""

CONVERTED = {
    "version": "1",
    "other": "1",
    "node_id": "acme",
    "currency": "USD",
    "day": "2026-01-01",
    "year": "2026",
    "quarantine_id": "none",
    "snapshot_id": "none",
    "form_key": "demo",
    "key": "retail",
    "person_id": "nobody",
    "period": "2026-Q1",
    "column": "commit?by=self",
}
"""Parameters of paths that need no stream of their own."""


@dataclass
class Target:
    """`trouble`: what went wrong, in words. `sent`, `refused`, `taken`: the figures."""

    api: httpx.AsyncClient
    database: asyncpg.Connection
    heads: Mapping[str, int] = field(default_factory=dict)
    sent: int = 0
    refused: int = 0
    taken: int = 0
    made: int = 0
    trouble: list[str] = field(default_factory=list)

    async def send(self, what: str, method: str, path: str, **request: Any) -> httpx.Response:
        """A refusal must be a problem, and have written nothing."""
        self.sent += 1
        try:
            answer = await self.api.request(method, path, **request)
        except Exception as error:  # what the server would log, and answer with 500
            answer = httpx.Response(500, text=repr(error), request=httpx.Request(method, "http://test"))
        before, heads = self.heads, await self.look()
        if answer.is_success:
            self.taken += 1
        else:
            self.refused += 1
            self.check_refusal(what, answer)
            if heads != before and not is_kept(what, answer):
                self.trouble.append(f"{what}: refused with {answer.status_code}, and written all the same")
        return answer

    async def look(self) -> Mapping[str, int]:
        self.heads = dict(await self.database.fetchrow(HEADS))
        return self.heads

    def check_refusal(self, what: str, answer: httpx.Response) -> None:
        if not 400 <= answer.status_code < 500 and not is_not_yet(answer):
            self.trouble.append(f"{what}: {answer.status_code} {answer.text[:300]}")
        elif answer.headers["content-type"] != MEDIA_TYPE:
            self.trouble.append(f"{what}: answered with {answer.headers['content-type']}")
        elif found := [words for words in OF_PYTHON if words in answer.text]:
            self.trouble.append(f"{what}: speaks of {found}: {answer.text[:300]}")
        elif answer.status_code == 422 and not answer.json().get("errors"):
            self.trouble.append(f"{what}: points at nothing: {answer.text[:300]}")

    async def place(self, route: str, good: Good, *, done: bool = False) -> str:
        """The route's path, with ids of what was made for it. `done`: with what must have happened before."""
        path = route.split(" ")[1]
        if "{opportunity_id}" in path:
            path = path.replace("{opportunity_id}", await self.deal())
        if "{lead_id}" in path:
            path = path.replace("{lead_id}", await self.lead())
        if "{connection_id}" in path:
            path = path.replace("{connection_id}", await self.connection())
        if "{webhook_id}" in path:
            path = path.replace("{webhook_id}", await self.webhook(path.split("/")[1]))
        before = path.rpartition("/")[0]
        for command, body in good.before if done else ():
            answer = await self.api.post(f"{before}/{command}", json=body)
            assert answer.is_success, (route, command, answer.text)
        await self.look()
        for name, value in CONVERTED.items():
            path = path.replace(f"{{{name}}}", value)
        return path

    async def deal(self) -> str:
        self.made += 1
        body = {"name": "D", "account": f"{self.made}.com", "owner": "ann", "motion": "new_business"}
        document = (await self.api.post("/pipeline/v1/opportunities", json=body)).json()
        return str(document["opportunity_id"])

    async def connection(self) -> str:
        answer = await self.api.post("/intake/v1/connections", json={"connector": "generic", "name": "our tool"})
        return str(answer.json()["connection_id"])

    async def webhook(self, service: str) -> str:
        answer = await self.api.post(f"/{service}/v1/webhooks", json=WEBHOOK)
        return str(answer.json()["webhook_id"])

    async def lead(self) -> str:
        self.made += 1
        person, external_id = {"email": f"lead{self.made}@acme.com"}, f"made:{self.made}"
        body = LEAD | {"person": person, "external_id": external_id}
        answer = await self.api.post("/intake/v1/leads", json=body)
        lead_id = str(answer.json()["lead_id"])
        known = await self.api.get(f"/qualification/v1/leads/{lead_id}", headers=fresh(answer))
        assert known.status_code == 200, known.text
        return lead_id


def is_not_yet(answer: httpx.Response) -> bool:
    """The two 503 that a client brings about: the position that it asked for is not reached; there is no organisation
    yet in which it could act on behalf of a node, or ask for its events."""
    if answer.status_code != 503 or "Retry-After" not in answer.headers:
        return False
    request = answer.request
    match answer.json()["type"]:
        case "not_yet":
            return "x-min-position" in request.headers
        case "chart_stale":
            return "on-behalf-of" in request.headers or "node" in request.url.params
        case _:
            return False


@asynccontextmanager
async def target(database: str) -> AsyncIterator[Target]:
    async with running_services(database, list(SERVICES.values()), clock_and_ids=Clock().clock_and_ids()) as api:
        connection = await asyncpg.connect(database.replace("+asyncpg", ""))
        try:
            yield Target(api, connection)
        finally:
            await connection.close()


def is_kept(what: str, answer: httpx.Response) -> bool:
    """Whether an answer of 404 kept something: the suppression of an unknown address."""
    return what.startswith("POST /intake/v1/activities") and answer.status_code == 404
