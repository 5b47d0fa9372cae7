"""The OWASP API Security Top 10 (2023), one by one, each on what there is here."""

import ast
import asyncio
import json
import socket
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select
from structlog.testing import capture_logs

from funnelcast.serving.services import SCOPES, SERVED, SERVICES
from shared.run.process import route_by_prefix
from shared.run.settings import Settings
from shared.store.committer import Committer
from shared.web.callers import access
from shared.web.callers.access import Access, Caller, Scope
from shared.web.requests.body import LARGEST_BODY
from shared.web.routing.fast_path import FastPath
from tests.qualification.neighbours import CAPTURED, Neighbour, captured, neighbours, stored
from tests.running import connected, eventually, fresh, make_key, running_apps, running_services, served_services
from tests.security import markers
from tests.security.inventory import ANY_KEY, Entry, inventory, status
from tests.security.markers import PERSONAL, Story, found_in, lived

ROOT = Path(__file__).parents[2]
ALL = list(SERVED.values())
LEADS, DEALS = "/intake/v1/leads", "/pipeline/v1/opportunities"
DEAL = {"name": "A", "account": "a", "owner": "ann", "motion": "new_business"}
ADA = {"source": "contact_form", "person": {"email": "ada@engines.example"}}
Document = dict[str, Any]


@asynccontextmanager
async def running(database: str, *names: str, work: bool = False) -> AsyncIterator[Mapping[str, FastAPI]]:
    async with running_apps(database, [SERVED[name] for name in names or SERVED], work=work) as apps:
        yield apps


def caller(apps: Mapping[str, FastAPI], key: str) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {key}"}
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(route_by_prefix(apps)), base_url="http://test", headers=headers
    )


def but(*scopes: Scope) -> list[Scope]:
    return [scope for scope in SCOPES if scope not in scopes]


async def documents(api: httpx.AsyncClient) -> dict[str, Document]:
    return {name: (await api.get(f"/{name}/openapi.json")).json() for name in SERVED}


def operations(document: Document) -> Iterator[tuple[str, str, Document]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


# -- API1 ------------------------------------------------------------------------------------------------------------


async def test_api1_broken_object_level_authorization(database: str) -> None:
    """What is not there, and what is of another kind, are 404 alike; nobody is told which, and 403 tells of nothing."""
    async with running_services(database, ALL) as api:
        lead = (await api.post(LEADS, json=ADA)).json()
        deal = (await api.post(DEALS, json=DEAL)).json()["opportunity_id"]
        ours = [lead[name] for name in ("lead_id", "person_id", "capture_id")]
        ids = [*ours, deal, "all", "nobody", "..%2f..%2fadmin"]
        right = {"/intake/v1/leads/": lead["lead_id"], "/intake/v1/people/": lead["person_id"], f"{DEALS}/": deal}
        asked = 0
        for path in await paths_with_ids(api):
            before, _, after = path.partition("{")
            for each in ids:
                if right.get(before, lead["lead_id"]) != each:
                    answer = await api.get(before + each + after.partition("}")[2])
                    assert answer.status_code == 404, (path, each, answer.text)
                    asked += 1
    print(f"{asked} ids of others and of nobody: 404 each")


async def paths_with_ids(api: httpx.AsyncClient) -> list[str]:
    """The paths of single resources. (An unknown account or node is no 404: its numbers are 0.)"""
    described = (await documents(api)).values()
    found = [path for each in described for method, path, _ in operations(each) if method == "GET"]
    return [path for path in found if any(name in path for name in ("{lead_id}", "{person_id}", "{opportunity_id}"))]


async def test_api1_the_answers_of_one_key_are_not_those_of_another(database: str) -> None:
    async with running(database, "pipeline") as apps:
        keys = [await make_key(database) for _ in range(2)]
        opened = []
        for key in keys:
            async with caller(apps, key) as api:
                answer = await api.post(DEALS, json=DEAL, headers={"Idempotency-Key": "same"})
                opened.append((answer.json()["opportunity_id"], answer.headers.get("Idempotent-Replayed")))
    assert opened[0][0] != opened[1][0]
    assert [replayed for _, replayed in opened] == [None, None]


# -- API2 ------------------------------------------------------------------------------------------------------------


async def test_api2_broken_authentication(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key is 256 random bits. It is stored, and looked for, by its hash alone: no comparison's time tells of it. What
    is wrong with one is not told."""
    asked: list[str] = []
    look_up = Access.look_up

    async def spying(one: Access, hashes: Collection[str]) -> dict[str, Caller]:
        asked.extend(hashes)
        return await look_up(one, hashes)

    monkeypatch.setattr(Access, "look_up", spying)
    keys = [await make_key(database) for _ in range(100)]
    revoked = await make_key(database)
    async with connected(database) as engine, engine.begin() as tx:
        rows = (await tx.execute(select(access.keys))).all()
        stored = "\n".join(str(row) for row in rows)
        (found,) = [row.key_id for row in rows if row.hash == access.hash_secret(revoked)]
        await access.revoke(tx, found)
    assert len(set(keys)) == 100
    assert all(len(key.removeprefix("fc_")) >= 43 for key in keys)
    assert not any(key in stored or key[3:] in stored for key in keys)
    assert all(row.hash in {access.hash_secret(key) for key in [*keys, revoked]} for row in rows)
    async with running(database, "pipeline") as apps, caller(apps, keys[0]) as api:
        assert (await api.get(DEALS)).status_code == 200
        answer = {
            (await api.get(DEALS, headers={"Authorization": f"Bearer {key}"})).text
            for key in (revoked, "fc_garbage", keys[1][:-1], "")
        }
    assert len(answer) == 1
    assert keys[0] not in asked
    assert access.hash_secret(keys[0]) in asked


# -- API3 ------------------------------------------------------------------------------------------------------------


@pytest.mark.timeout(120)
async def test_api3_broken_object_property_level_authorization(database: str) -> None:
    """Who lacks people:read sees no personal data: in no GET, feed, stream, metric, or page of health."""
    async with served_services(database, ALL) as (api, _):
        story = await lived(api)
        key = await make_key(database, but("people:read", "people:erase"))
        everybody = {"Authorization": f"Bearer {key}"}
        named = found_in(await looked(api, story, {}))
        shown = await looked(api, story, everybody)
        feeds = [f"/{name}/v1/events/stream" for name in ("qualification", "pipeline")]
        streamed = [await first_of(api, feed, everybody) for feed in feeds]
        person = await api.get(f"/intake/v1/people/{story.person_id}", headers=everybody)
    print(f"with people:read {len(named & PERSONAL)} of a person's {len(PERSONAL)} markers are seen, without it 0")
    assert named >= PERSONAL
    assert found_in(shown + "".join(streamed)) & PERSONAL == set()
    assert "opportunity.stage_changed" in streamed[1]
    assert "opportunity.stage_changed" in shown
    assert person.status_code == 403


async def looked(api: httpx.AsyncClient, story: Story, headers: dict[str, str]) -> str:
    """The answers of every GET but the streams, with the largest page."""
    answers = []
    for document in (await documents(api)).values():
        for method, path, operation in operations(document):
            if method == "GET" and not path.endswith("/stream"):
                ids = story.ids()
                pages = "?limit=1000" if takes(operation, "limit") else ""
                answers.append((await api.get(path.format(**ids) + pages, headers=headers)).text)
    return "\n".join(answers)


def takes(operation: Document, parameter: str) -> bool:
    return any(each["name"] == parameter for each in operation.get("parameters", ()))


async def first_of(api: httpx.AsyncClient, path: str, headers: dict[str, str]) -> str:
    """All that is in the store already."""
    head = (await api.get(path.removesuffix("/stream"), headers=headers)).json()["head"]
    found = ""
    async with asyncio.timeout(20), api.stream("GET", path, headers=headers) as stream:
        async for line in stream.aiter_lines():
            found += f"{line}\n"
            if line.startswith("data: ") and f"id: {await last(api, path, headers, head)}\n" in found:
                return found
    return found


async def last(api: httpx.AsyncClient, path: str, headers: dict[str, str], head: int) -> int:
    page = (await api.get(f"{path.removesuffix('/stream')}?after=0&limit=1000", headers=headers)).json()
    assert page["next"] >= head
    return int(page["items"][-1]["position"])


async def test_api3_no_field_that_is_not_asked_for_is_taken(database: str) -> None:
    """Of every body of every route, however deep: what is not named is refused, so nothing can be slipped in."""
    async with running_services(database, ALL, work=False) as api:
        found = await documents(api)
        loose = [f"{place} {name}" for document in found.values() for place, name in open_objects(document)]
        slipped = [
            await api.post(LEADS, json=ADA | {name: "x"})
            for name in ("lead_id", "person_id", "position", "created", "actor", "received_at", "erased")
        ] + [
            await api.post(DEALS, json=DEAL | {name: "x"})
            for name in ("opportunity_id", "outcome", "qualified", "category", "lead_ids", "version", "recorded_at")
        ]
    assert loose == []
    assert {answer.status_code for answer in slipped} == {422}


def open_objects(document: Document) -> Iterator[tuple[str, str]]:
    """Objects of request bodies that would take fields beyond those that they name."""
    for method, path, operation in operations(document):
        for body in operation.get("requestBody", {}).get("content", {}).values():
            for name, schema in reached(document, body["schema"], "body"):
                closed = schema.get("additionalProperties") not in (None, True) or "patternProperties" in schema
                if schema.get("type") == "object" and not closed:
                    yield f"{method} {path}", name


def reached(document: Document, node: Any, name: str, known: set[str] | None = None) -> Iterator[tuple[str, Document]]:
    """A schema and all that it is made of."""
    known = set() if known is None else known
    if isinstance(node, list):
        for each in node:
            yield from reached(document, each, name, known)
    if not isinstance(node, dict):
        return
    reference = node.get("$ref")
    if isinstance(reference, str) and reference not in known:
        known.add(reference)
        called = reference.rpartition("/")[2]
        yield from reached(document, document["components"]["schemas"][called], called, known)
    if "type" in node:
        yield name, node
    for key, each in node.items():
        if key == "properties":
            for field, schema in each.items():
                yield from reached(document, schema, f"{name}.{field}", known)
        elif key in ("items", "prefixItems", "anyOf", "oneOf", "allOf", "additionalProperties"):
            yield from reached(document, each, name, known)


# -- API4 ------------------------------------------------------------------------------------------------------------


async def test_api4_unrestricted_resource_consumption(database: str) -> None:
    """Pages, texts and bodies have an end; what they are allowed together, and how often: test_limits.py."""
    async with running_services(database, ALL, work=False) as api:
        found = await documents(api)
        lists = [
            (path, each["schema"])
            for document in found.values()
            for method, path, operation in operations(document)
            for each in operation.get("parameters", ())
            if each["name"] == "limit" and not path.endswith("/board")  # there it is of one column
        ]
        endless = [f"{place} {name}" for document in found.values() for place, name in endless_texts(document)]
        pages = {
            limit: {(await api.get(f"{with_required(path)}limit={limit}")).status_code for path, _ in lists}
            for limit in ("0", "1", "1000", "1001", "1e3", "-1", "99999999999999999999")
        }
        unpaged = [
            (method, path)
            for document in found.values()
            for method, path, operation in operations(document)
            if "Page" in str(operation["responses"].get("200", {})) and not takes(operation, "limit")
        ]
        large = b'{"a": "' + b"x" * LARGEST_BODY + b'"}'
        bodies = {
            (await api.request(method, path.format(**IDS), content=large, headers=JSON)).status_code
            for document in found.values()
            for method, path, operation in operations(document)
            if "requestBody" in operation and not path.endswith(("/batch", "/import"))
        }
    print(f"{len(lists)} lists, {len(endless)} texts without an end")
    assert len(lists) >= 7
    assert {schema.get("maximum") for _, schema in lists} == {1000}
    assert unpaged == []
    assert {limit for limit, statuses in pages.items() if 422 in statuses} == set(pages) - {"1", "1000"}
    assert all(statuses == {422} for limit, statuses in pages.items() if limit not in ("1", "1000"))
    assert bodies == {413}
    assert endless == []


def with_required(path: str) -> str:
    """The path of a list, and the parameters that it needs."""
    return f"{path.format(**IDS)}?{REQUIRED.get(path, '')}"


JSON = {"Content-Type": "application/json"}
REQUIRED = {
    "/pipeline/v1/metrics/cycles": "step=mql&",
    "/pipeline/v1/metrics/opportunities": "set=open&",
    "/pipeline/v1/metrics/stays": "stage=proposal&qualified=true&",
}
IDS = {
    **dict.fromkeys(
        (
            "lead_id",
            "opportunity_id",
            "person_id",
            "node_id",
            "connection_id",
            "form_key",
            "quarantine_id",
            "webhook_id",
            "snapshot_id",
            "key_id",
            "key",
        ),
        "x",
    ),
    "version": "1",
    "currency": "USD",
    "day": "2026-01-01",
    "year": "2026",
    "period": "2026-Q1",
    "column": "commit?by=self",
}
BOUNDS = ("maxLength", "pattern", "enum", "const", "format")


def endless_texts(document: Document) -> Iterator[tuple[str, str]]:
    """Texts of requests of which nothing says how long they may be."""
    for method, path, operation in operations(document):
        for body in operation.get("requestBody", {}).get("content", {}).values():
            for name, schema in reached(document, body["schema"], "body"):
                if schema.get("type") == "string" and not any(bound in schema for bound in BOUNDS) and name != "body":
                    yield f"{method} {path}", name


# -- API5 ------------------------------------------------------------------------------------------------------------


async def test_api5_broken_function_level_authorization(database: str) -> None:
    """For each route a key that may do everything but what this route needs, and one that may only read."""
    refused = 0
    async with running(database) as apps:
        reader = await make_key(database, [scope for scope in SCOPES if scope.endswith(":read")])
        almost: dict[tuple[str, ...], str] = {}
        for entry in [entry for entry in inventory(apps) if entry.needs not in (None, ANY_KEY)]:
            if entry.at_entrance:
                continue
            needs = entry.needs or ANY_KEY
            almost[needs] = almost.get(needs) or await make_key(database, but(*needs))
            keys = [almost[needs]]
            if not entry.only_reads:
                keys.append(reader)
            for key in keys:
                got = await status(route_by_prefix(apps), entry.method, entry.url, {"Authorization": f"Bearer {key}"})
                assert got == 403, entry
                refused += 1
        admin = [entry for entry in inventory(apps) if entry.needs == ("admin",)]
    print(f"{refused} refused; {len(admin)} routes for admins")
    assert {service(entry) for entry in admin} == set(SERVED)


def service(entry: Entry) -> str:
    return entry.path.split("/")[1]


# -- API6 ------------------------------------------------------------------------------------------------------------


async def test_api6_unrestricted_access_to_sensitive_business_flows(database: str) -> None:
    """A form that is sent a hundred times is one lead; one SDR gets an MQL, one opportunity comes of a hand-over."""
    demo = ADA | {"source": "demo_request", "company": {"domain": "engines.example"}}
    async with running_services(database, ALL) as api:
        answers = await asyncio.gather(*(api.post(LEADS, json=demo) for _ in range(100)))
        assert len({answer.json()["capture_id"] for answer in answers}) == 1
        assert sorted(answer.status_code for answer in answers) == [200] * 99 + [201]
        lead = f"/qualification/v1/leads/{answers[0].json()['lead_id']}"
        last = max(answers, key=lambda answer: answer.json()["position"])
        assert (await api.get(lead, headers=fresh(last))).status_code == 200
        claims = await asyncio.gather(*(api.post(f"{lead}/claim", json={"sdr": f"sdr{n}"}) for n in range(20)))
        assert sorted(claim.status_code for claim in claims) == [200] + [409] * 19
        met = {name: {"status": "met"} for name in markers.BANT}
        assert (await api.post(f"{lead}/bant", json=met)).status_code == 200
        asked = {"owner": "ann", "name": "A"}
        handed = await asyncio.gather(*(api.post(f"{lead}/hand-over", json=asked) for _ in range(20)))
        assert sorted(each.status_code for each in handed) == [201] + [409] * 19
        won = next(each for each in handed if each.status_code == 201)
        assert len((await api.get(DEALS, headers=fresh(won))).json()["items"]) == 1


async def test_api6_the_past_is_changed_by_few(database: str) -> None:
    key = await make_key(database, but("history:write"))
    then = {"occurred_at": "2020-01-01T00:00:00Z"}
    async with running(database, "intake", "pipeline") as apps, caller(apps, key) as api:
        answers = [await api.post(LEADS, json=ADA | then), await api.post(DEALS, json=DEAL | then)]
        batch = await api.post(f"{DEALS}/batch", content=b"{}", headers={"Content-Type": "application/x-ndjson"})
    assert {answer.status_code for answer in (*answers, batch)} == {403}


# -- API7 ------------------------------------------------------------------------------------------------------------

TARGETS = ["http://169.254.169.254/latest", "http://localhost:6379/", "https://target.example/a", "http://[::1]/"]
INSIDE = ["https://169.254.169.254/latest", "https://localhost:6379/", "https://[::1]/", "http://127.0.0.1/"]
CLIENTS = {"httpx", "requests", "aiohttp", "urllib3", "urllib.request", "http.client", "dns", "smtplib", "ftplib"}


async def test_api7_server_side_request_forgery(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's URL, domain or address is ever asked for: of all names, only that of Postgres is looked up, and a
    webhook's, which must not lead inside."""
    asked: list[str] = []
    loop_type = type(asyncio.get_running_loop())
    create_connection, lookup, getaddrinfo = loop_type.create_connection, loop_type.getaddrinfo, socket.getaddrinfo

    async def connecting(loop: Any, factory: Any, host: Any = None, port: Any = None, **more: Any) -> Any:
        asked.append(str(host))
        return await create_connection(loop, factory, host, port, **more)

    def looking_up(host: Any, *more: Any, **named: Any) -> Any:
        asked.append(str(host))
        return getaddrinfo(host, *more, **named)

    async def looking_up_by_the_loop(loop: Any, host: Any, *more: Any, **named: Any) -> Any:
        asked.append(str(host))
        return await lookup(loop, host, *more, **named)

    monkeypatch.setattr(loop_type, "create_connection", connecting)
    monkeypatch.setattr(loop_type, "getaddrinfo", looking_up_by_the_loop)
    monkeypatch.setattr(socket, "getaddrinfo", looking_up)
    async with running_services(database, ALL, settings=Settings(connections=4, port=0)) as api:
        hooks = [await api.post("/pipeline/v1/webhooks", json={"url": target}) for target in INSIDE]
        assert [answer.status_code for answer in hooks] == [422] * len(INSIDE)
        found = [
            {
                "source": "demo_request",
                "person": {"email": f"ada{number}@target.example"},
                "company": {"domain": "target.example"},
                "campaign": {"landing_url": target},
            }
            for number, target in enumerate(TARGETS)
        ]
        answers = [await api.post(LEADS, json=each) for each in found]
        assert [answer.status_code for answer in answers] == [201] * len(TARGETS)
        seen = await api.get("/qualification/v1/leads", headers=fresh(answers[-1]))
        await asyncio.get_running_loop().getaddrinfo("localhost", 80)
    assert len(seen.json()["items"]) == len(TARGETS)
    print(f"asked for: {sorted(set(asked))}")
    assert "localhost" in asked, "this test would see it"
    assert set(asked) <= {"127.0.0.1", "localhost"}


def test_api7_one_module_speaks_to_others() -> None:
    """What serves has no client of any kind, apart from webhooks, which check every address, and from the keys of the
    issuer of tokens, whose address is a setting; the command is one."""
    importing = {
        str(path.relative_to(ROOT)): found
        for folder in ("services", "shared")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if (found := imported(path.read_text()) & CLIENTS)
    }
    assert importing == {"shared/web/callers/issuer_keys.py": {"httpx"}}
    assert imported("import urllib.request\nfrom dns import resolver\n") & CLIENTS == {"urllib.request", "dns"}


def imported(source: str) -> set[str]:
    nodes = list(ast.walk(ast.parse(source)))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return plain | {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}


# -- API8 ------------------------------------------------------------------------------------------------------------

OURS = ("site-packages", "Traceback", 'File "', "shared/", "services/", "asyncpg", "sqlalchemy", "uvicorn", "fastapi")


async def test_api8_security_misconfiguration(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over a real socket: nothing says what runs here, no other site may ask, no fault shows what is inside."""
    origin = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    async with served_services(database, [SERVICES["pipeline"], SERVICES["intake"]]) as (api, _):
        answers = [
            await api.get(DEALS, headers=origin),
            await api.options(DEALS, headers=origin),
            await api.get("/pipeline/readyz", headers=origin),
            await api.get("/pipeline/nowhere"),
            await api.get("/nowhere"),
            await api.post(DEALS, content=b"{", headers=JSON),
            await api.get(DEALS, headers={"Authorization": "Bearer wrong"}),
            await api.get("/pipeline/docs/oauth2-redirect"),
            await api.request("TRACE", DEALS),
        ]
        monkeypatch.setattr(Committer, "write", fails)
        with capture_logs():
            answers += [await api.post(DEALS, json=DEAL), await api.post(LEADS, json=ADA)]
        upgraded = await api.get(DEALS, headers={"Connection": "Upgrade", "Upgrade": "websocket"})
    assert [answer.status_code for answer in answers] == [200, 405, 200, 404, 404, 422, 401, 404, 405, 500, 500]
    assert upgraded.status_code == 200
    for answer in answers:
        assert "server" not in answer.headers
        assert not [name for name in answer.headers if name.startswith(("access-control", "x-powered", "set-cookie"))]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert not [word for word in OURS if word in answer.text], answer.text
        assert "a fault of ours" not in answer.text
        if answer.request.url.path != "/pipeline/readyz":
            assert answer.headers["Cache-Control"] == "no-store"


async def fails(committer: Committer, asked: object) -> None:
    raise RuntimeError("a fault of ours, with a secret")


async def test_api8_what_is_open_to_all_tells_no_secret_and_of_no_person(database: str) -> None:
    async with running_services(database, ALL) as api:
        story = await lived(api)
        nobody = {"Authorization": ""}
        pages = [
            await api.get(f"/{name}/{page}", headers=nobody)
            for name in SERVED
            for page in ("healthz", "readyz", "metrics", "openapi.json", "docs")
        ]
        text_of_all = "\n".join(page.text for page in pages)
    password = database.partition("postgres:")[2].partition("@")[0]
    assert {page.status_code for page in pages} == {200}
    assert found_in(text_of_all) == set()
    for secret in (password, "postgresql", "127.0.0.1", story.lead_id, story.person_id, story.deals[0], "Bearer fc_"):
        assert secret not in text_of_all, secret


# -- API9 ------------------------------------------------------------------------------------------------------------


async def test_api9_improper_inventory_management(database: str) -> None:
    """Every route is in the OpenAPI document, with its scope, and nothing is there that is not served; all under v1."""
    async with running(database) as apps, caller(apps, await make_key(database)) as api:
        found = inventory(apps)
        described = {
            (method, path): operation
            for document in (await documents(api)).values()
            for method, path, operation in operations(document)
        }
        ways = {path: way for app in apps.values() for path, way in short_ways(app).items()}
    about = ("/docs", "/openapi.json")
    served = {
        (entry.method, entry.path): entry
        for entry in found
        if not entry.path.endswith(about) and "/docs/" not in entry.path
    }
    assert served.keys() == described.keys()
    for place, entry in served.items():
        assert entry.is_open or entry.path.split("/")[2] == "v1"
        if entry.is_open or entry.at_entrance:
            assert described[place]["security"] == []
        else:
            needed = "Scope: " + (" or ".join(f"`{scope}`" for scope in entry.needs or ()) or "none")
            assert needed in described[place]["description"]
            assert described[place]["security"] == [{"key": []}]
    assert ways
    assert all(way.needs.scopes == served[way.method, path].needs for path, way in ways.items())


def short_ways(app: FastAPI) -> Mapping[str, Any]:
    (ways,) = [
        each.kwargs["routes"] for each in app.user_middleware if getattr(each.cls, "__name__", "") == FastPath.__name__
    ]
    assert isinstance(ways, dict)
    return ways


# -- API10 -----------------------------------------------------------------------------------------------------------

DEEP = '{"a":' * 20_000 + "1" + "}" * 20_000
HOSTILE: Sequence[Any] = (
    "not json at all",
    "",
    "null",
    "[]",
    DEEP,
    '{"capture_id": "x"}',
    CAPTURED | {"source": ["a", "list"]},
    CAPTURED | {"source": "A" * 500},
    CAPTURED | {"engaged_at": "0000-00-00T00:00:00Z"},
    CAPTURED | {"engaged_at": "9999-12-31T23:59:59Z", "company": {"employees": 10**30}},
    CAPTURED | {"capture_id": "a\x00b"},
    CAPTURED | {"external_id": "jane@acme.com"},
)


@pytest.mark.timeout(120)
async def test_api10_unsafe_consumption_of_apis(database: str) -> None:
    """What comes over the log is not believed: what cannot be read parks its own key, and everybody else goes on."""
    async with neighbours(database) as near, running_services(database, [SERVICES["qualification"]]) as api:
        await near.intake.log.create_topic(near.intake.topic, 12)
        for number, hostile in enumerate(HOSTILE):
            await tell_as_it_is(near.intake, f"lead-hostile{number}", hostile)
            await near.intake.publish(f"lead-good{number}", "lead.captured", captured("newsletter", f"good{number}"))

        async def all_good() -> bool:
            answers = [await api.get(f"/qualification/v1/leads/good{number}") for number in range(len(HOSTILE))]
            return {answer.status_code for answer in answers} == {200}

        assert await eventually(all_good)
        parked = (await api.get("/qualification/v1/parked")).json()["items"]
        ready = (await api.get("/qualification/readyz")).json()
    keys = {each["key"] for each in parked if each["subscription"] == "reactions"}
    print(f"{len(HOSTILE)} hostile events: {len(keys)} keys parked, {len(HOSTILE)} others went on")
    assert ready["status"] == "degraded"
    assert keys <= {f"lead-hostile{number}" for number in range(len(HOSTILE))}
    assert len(keys) >= len(HOSTILE) - 2
    assert "Traceback" not in str(parked)


async def tell_as_it_is(neighbour: Neighbour, stream: str, data: Any) -> None:
    """Publishes an event as an attacker in the place of the upstream service might."""
    neighbour.position += 1
    body = data if isinstance(data, str) else json.dumps(data)
    event = stored(neighbour.position, stream, "lead.captured", {})._replace(data=body)
    async with neighbour.log.publisher(neighbour.topic, neighbour.source) as publisher:
        await publisher.publish([event])
