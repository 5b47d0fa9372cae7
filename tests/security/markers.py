"""One person's whole story, with a marker in every place where somebody may write about them; and where it shows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import md5, sha256
from typing import Any
from urllib.parse import quote

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.running import connected, fresh

KEPT: Mapping[str, str] = {
    "first name": "Zebrafirst",
    "last name": "Zebralast",
    "e-mail": "zebra.mail@zebra-marker.example",
    "phone": "+4930901820",
    "job title": "Zebrajob of Sales",
    "company name": "Zebra & Daughters",
    "click id": "zebraclick",
    "message": "zebra message",
    "timeline": "zebra timeline",
    "role": "zebra role",
    "question": "zebra question",
    "evidence": "zebra evidence",
    "evidence before": "zebra evidence before",
    "note of a rejection": "zebra rejected",
    "note of a nurturing": "zebra nurtured",
    "opportunity name": "Zebra deal",
    "next opportunity name": "Zebra next deal",
    "note of a loss": "zebra lost",
    "note of a correction": "zebra corrected",
    "note of a reopening": "zebra reopened",
}
"""The markers that a vault keeps, until the person is erased."""
NEVER: Mapping[str, str] = {
    "query": "zebraquery",
    "fragment": "zebrafragment",
    "user": "zebrauser",
    "idempotency key": "zebra-key",
    "correlation": "zebra correlation",
    "evidence at the gate": "zebra gate",
    "refused": "zebra refused",
}
"""The markers that are not kept at all."""
MARKERS = {**KEPT, **NEVER}
LENT = {"opportunity name", "next opportunity name"}
PERSONAL = {
    "first name", "last name", "e-mail", "phone", "job title", "click id", "message", "timeline", "role", "question",
}  # fmt: skip
"""The markers that are shown with people:read only."""
OF_INTAKE = PERSONAL | {"company name"}
OF_QUALIFICATION = {"evidence", "evidence before", "note of a rejection", "note of a nurturing", *LENT}
OF_PIPELINE = {"note of a loss", "note of a correction", "note of a reopening", *LENT}
WHERE = {
    "intake.vault": OF_INTAKE,
    "qualification.vault": OF_QUALIFICATION,
    "pipeline.vault": OF_PIPELINE,
    "exchange.lent": LENT,
}
"""All places where any of them may be, before erasure."""
PERSON = {
    "first_name": MARKERS["first name"],
    "last_name": MARKERS["last name"],
    "email": MARKERS["e-mail"],
    "phone": MARKERS["phone"],
    "job_title": MARKERS["job title"],
}
CAMPAIGN = {
    "utm_source": "ads",
    "click_id": MARKERS["click id"],
    "landing_url": f"https://{NEVER['user']}@acme.example/a?e={NEVER['query']}#{NEVER['fragment']}",
}
DETAILS = {name: MARKERS[name] for name in ("message", "timeline", "role")}
COMPANY = {"name": MARKERS["company name"], "domain": "acme.example", "employees": 250}
EUR = {"amount": "1000.00", "currency": "EUR"}
BANT = ("budget", "authority", "need", "timing")
CAPTURES = [
    {
        "source": "demo_request",
        "person": PERSON,
        "company": COMPANY,
        "campaign": CAMPAIGN,
        "details": DETAILS,
        "external_id": "crm:1",
        "consent": {"status": "granted", "purpose": "news"},
    },
    {
        "source": "webinar",
        "person": PERSON,
        "details": {"webinar_id": "w1", "attended": True, "questions": [MARKERS["question"]]},
    },
]


@dataclass
class Story:
    """The markers of one person, and the person's ids."""

    keys: str = NEVER["idempotency key"]
    lead_id: str = ""
    person_id: str = ""
    deals: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    """Answers that must show nothing."""

    def ids(self) -> dict[str, str]:
        """The ids by the names of path parameters."""
        others = {
            "node_id": "ann",
            "version": "1",
            "other": "1",
            "domain": "acme.example",
            "connection_id": "x",
            "webhook_id": "x",
            "quarantine_id": "x",
            "snapshot_id": "x",
            "form_key": "x",
            "event_type": "x",
        }
        return {"lead_id": self.lead_id, "person_id": self.person_id, "opportunity_id": self.deals[0], **others}


async def send(api: httpx.AsyncClient, story: Story, method: str, path: str, body: Any = None) -> httpx.Response:
    """Sends a request, with an idempotency key and a correlation id that contain a marker."""
    headers = {"X-Correlation-Id": NEVER["correlation"]}
    if method == "POST":
        headers["Idempotency-Key"] = f"{story.keys} {len(story.said)}"
    answer = await api.request(method, path, json=body, headers=headers)
    assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
    story.said.append(answer.text + str(answer.headers))
    return answer


async def captured(api: httpx.AsyncClient, story: Story | None = None) -> Story:
    story = story or Story()
    first, second = [await send(api, story, "POST", "/intake/v1/leads", body) for body in CAPTURES]
    story.lead_id, story.person_id = first.json()["lead_id"], first.json()["person_id"]
    await seen(api, f"/qualification/v1/leads/{story.lead_id}", second)
    return story


async def lived(api: httpx.AsyncClient) -> Story:
    """A person's history: from the first click over a lost deal to one that was won, reopened, and is open."""
    story = await captured(api)
    lead = f"/qualification/v1/leads/{story.lead_id}"
    await said(api, story, "evidence before")
    await said(api, story, "evidence")
    await send(api, story, "POST", f"{lead}/reject", {"reason": "spam", "note": MARKERS["note of a rejection"]})
    await send(api, story, "POST", f"{lead}/requalify", {})
    await send(api, story, "POST", f"{lead}/nurture", {"reason": "bad_timing", "note": MARKERS["note of a nurturing"]})
    await send(api, story, "POST", f"{lead}/requalify", {})
    first = await handed_over(api, story, "opportunity name")
    gate = {name: {"status": "met", "evidence": MARKERS["evidence at the gate"]} for name in BANT}
    await send(api, story, "POST", f"{first}/qualify", {"bant": gate})
    lost = await send(api, story, "POST", f"{first}/lose", {"reason": "no_budget", "note": MARKERS["note of a loss"]})
    await seen(api, lead, lost)
    await send(api, story, "POST", f"{lead}/requalify", {})
    second = await handed_over(api, story, "next opportunity name")
    await send(api, story, "POST", f"{second}/qualify", {})
    await send(api, story, "POST", f"{second}/win", {})
    corrected = {
        "reason": "other",
        "amount": {"amount": "900.00", "currency": "EUR"},
        "note": MARKERS["note of a correction"],
    }
    await send(api, story, "POST", f"{second}/correct", corrected)
    again = {"reason": "other", "close_date": "2030-01-31", "note": MARKERS["note of a reopening"]}
    await send(api, story, "POST", f"{second}/reopen", again)
    last = await send(api, story, "POST", f"{second}/set-amount", {"amount": {"amount": "700.00", "currency": "EUR"}})
    await seen(api, lead, last)
    await seen(api, "/forecast/v1/rollup", last)
    await seen(api, "/pipeline/v1/opportunities", last)
    return story


async def said(api: httpx.AsyncClient, story: Story, evidence: str) -> None:
    bant = {name: {"status": "met", "evidence": f"{MARKERS[evidence]} of {name}"} for name in BANT}
    await send(api, story, "POST", f"/qualification/v1/leads/{story.lead_id}/bant", bant)


async def handed_over(api: httpx.AsyncClient, story: Story, name: str, *, taken: bool = True) -> str:
    asked = {"owner": "ann", "name": MARKERS[name], "amount": EUR, "close_date": "2030-01-31"}
    handed = await send(api, story, "POST", f"/qualification/v1/leads/{story.lead_id}/hand-over", asked)
    deal = f"/pipeline/v1/opportunities/{handed.json()['opportunity_id']}"
    story.deals.append(handed.json()["opportunity_id"])
    if taken:
        await seen(api, deal, handed)
    return deal


async def seen(api: httpx.AsyncClient, path: str, after: httpx.Response) -> Any:
    """The answer of a service that has applied what `after` wrote."""
    answer = await api.get(path, headers=fresh(after, wait=30))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def refused(api: httpx.AsyncClient, story: Story, *, erased: bool = False) -> list[str]:
    """The answers to invalid requests that contain markers."""
    marked = NEVER["refused"]
    lead, deal = f"/qualification/v1/leads/{story.lead_id}", f"/pipeline/v1/opportunities/{story.deals[0]}"
    asked: list[tuple[str, str, Any]] = [
        ("POST", "/intake/v1/leads", CAPTURES[0] | {"source": marked}),
        ("POST", "/intake/v1/leads", CAPTURES[0] | {"person": PERSON | {"email": f"{marked} at"}}),
        ("POST", "/intake/v1/leads", CAPTURES[0] | {"unknown": marked}),
        ("POST", f"{lead}/bant", {"budget": {"status": marked, "evidence": MARKERS["evidence"]}}),
        ("POST", f"{lead}/hand-over", {"owner": marked, "name": MARKERS["opportunity name"]}),
        ("POST", f"{lead}/hand-over", {"owner": "ann", "name": MARKERS["opportunity name"]}),
        ("POST", f"{deal}/lose", {"reason": marked, "note": MARKERS["note of a loss"]}),
        ("POST", f"{deal}/win", {"unknown": marked}),
        ("GET", f"/intake/v1/leads?email={quote(MARKERS['e-mail'])}", None),
        ("GET", f"/intake/v1/people/{quote(MARKERS['e-mail'])}", None),
    ]
    if not erased:
        asked.append(("POST", "/intake/v1/leads", CAPTURES[0] | {"source_detail": "another content"}))
    answers = [await api.request(method, path, json=body) for method, path, body in asked]
    assert {answer.status_code // 100 for answer in answers} == {4}, [answer.text for answer in answers]
    return [answer.text for answer in answers]


# -- where they show -------------------------------------------------------------------------------------------------


def shapes(marker: str) -> set[str]:
    """The marker, and what it looks like as a URL, as bytes, and hashed without a key."""
    raw = marker.casefold().encode()
    hashes = {sha256(raw).hexdigest(), md5(raw, usedforsecurity=False).hexdigest()}
    return {marker.casefold(), quote(marker).casefold(), raw.hex(), *hashes}


def found_in(content: str) -> set[str]:
    folded = content.casefold()
    return {name for name, marker in MARKERS.items() if any(shape in folded for shape in shapes(marker))}


TABLES = text("""
    SELECT c.oid, n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'""")
COLUMNS = text("""
    SELECT a.attname, format_type(a.atttypid, NULL) FROM pg_attribute a
    WHERE a.attrelid = :oid AND a.attnum > 0 AND NOT a.attisdropped""")
SAMPLES = text("SELECT CAST(s AS text) FROM pg_statistic s WHERE starelid >= 16384")


@dataclass(frozen=True)
class Scan:
    """`tables`: how many were read; `where`: the markers in each that has any."""

    tables: int
    where: Mapping[str, set[str]]


async def scanned(database: str) -> Scan:
    """Every column of every table of every schema, as text; and what the planner keeps as samples of them."""
    where: dict[str, set[str]] = {}
    async with connected(database) as engine, engine.connect() as tx:
        tables = [(row[0], row[1]) for row in await tx.execute(TABLES)]
        for oid, table in tables:
            if found := found_in(await content(tx, oid, table)):
                where[table] = found
        samples = "\n".join((await tx.execute(SAMPLES)).scalars())
        if found := found_in(samples):
            where["the planner's samples"] = found
    return Scan(len(tables), where)


async def content(tx: AsyncConnection, oid: int, table: str) -> str:
    columns = [(row[0], row[1]) for row in await tx.execute(COLUMNS, {"oid": oid})]
    shown = ", ".join(
        f"encode(\"{name}\", 'escape')" if kind == "bytea" else f'CAST("{name}" AS text)' for name, kind in columns
    )
    rows = await tx.execute(text(f"SELECT {shown or 'NULL'} FROM {table}"))  # noqa: S608 - names of our own tables
    return "\n".join(str(value) for row in rows for value in row)
