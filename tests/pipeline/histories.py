"""Past deals, as lines of a batch, for the tests of measures."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx

from services.pipeline.service import SERVICE
from tests.running import Clock, running_services

WAIT = "wait=30"


def day(text: str) -> str:
    """`03-02`: noon of that day in 2026."""
    return f"2026-{text}T12:00:00Z"


def past_deal(name: str, opened: str, *steps: tuple[str, str] | tuple[str, str, dict[str, Any]], **fields: Any) -> Any:
    """`opened`, and the first of each step: days; the second of a step: a stage or a command, with its fields."""
    opening = {"command": "open", "name": name, "account": f"{name}.com", "owner": "ann", "motion": "new_business"}
    facts = [opening | {"occurred_at": day(opened)} | fields]
    for when, what, *more in steps:
        command = what if what in COMMANDS else "enter_stage"
        stage = {} if what in COMMANDS else {"to_stage": what}
        facts.append({"command": command, "occurred_at": day(when)} | stage | (more[0] if more else {}))
    return {"external_id": f"crm:{name}", "facts": facts}


COMMANDS = ("win", "lose", "recycle", "reopen", "assign", "set-amount")
REASON = {"reason": "no_need"}


def money(amount: int, currency: str = "EUR") -> dict[str, str]:
    return {"amount": str(amount), "currency": currency}


@asynccontextmanager
async def pipeline(database: str, lines: Sequence[Any]) -> AsyncIterator[httpx.AsyncClient]:
    """A client of pipeline at noon of 2026-03-02. Its reads include the deals of these lines."""
    async with running_services(database, [SERVICE], clock_and_ids=Clock().clock_and_ids()) as client:
        client.base_url = httpx.URL("http://test/pipeline/v1/")
        await write(client, lines)
        yield client


async def write(client: httpx.AsyncClient, lines: Sequence[Any]) -> None:
    body = "\n".join(json.dumps(line) for line in lines)
    headers = {"Content-Type": "application/x-ndjson"}
    answer = await client.post("opportunities/batch", content=body, headers=headers)
    answers = [json.loads(line) for line in answer.text.splitlines()]
    assert answers[-1] == {"done": True, "lines": len(lines), "failed": 0}, answer.text
    last = max(each["position"] for each in answers[:-1])
    client.headers.update({"X-Min-Position": f"pipeline:{last}", "Prefer": WAIT})


async def answer_of(client: httpx.AsyncClient, address: str, **query: Any) -> Any:
    """`begins`, `ends`: of the window."""
    names = {"begins": "from", "ends": "to"}
    answer = await client.get(address, params={names.get(name, name): value for name, value in query.items()} or None)
    assert answer.status_code == 200, answer.text
    return answer.json()
