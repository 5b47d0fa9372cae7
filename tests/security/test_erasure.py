"""A person is erased: what named them, or was written about them, is nowhere; no number moves, each is explained."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from io import StringIO
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import structlog
from confluent_kafka import Consumer, TopicPartition
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from funnelcast.serving.services import SERVICES
from funnelcast.verifying import read_models, snapshot
from funnelcast.verifying.run import open_engine
from shared.flow.log.kafka import KafkaLog
from shared.flow.projection import Projection
from shared.run.service import Service
from shared.run.telemetry import configure_logging
from shared.store import vault
from tests.kafka import Broker
from tests.running import connected, eventually, running_services
from tests.security.markers import (
    CAPTURES,
    KEPT,
    MARKERS,
    NEVER,
    OF_INTAKE,
    WHERE,
    Story,
    captured,
    found_in,
    handed_over,
    lived,
    refused,
    said,
    scanned,
    seen,
    send,
)

ALL = list(SERVICES.values())
BYSTANDER = {
    "source": "contact_form",
    "person": {"email": "bystander@acme.example", "first_name": "By", "phone": "+4930901821"},
}
NUMBERS = (
    "/forecast/v1/rollup?depth=3",
    "/forecast/v1/rollup/ann/opportunities?period=2030-Q1",
    "/qualification/v1/leads/{lead_id}/score?at=2030-01-01T00:00:00Z",
    "/qualification/v1/queue",
    "/pipeline/v1/opportunities/{opportunity_id}/history",
)
MOVING = {"as_of", "org_as_of", "frontier"}


@asynccontextmanager
async def running(database: str, services: Sequence[Service] = ALL, **more: Any) -> AsyncIterator[httpx.AsyncClient]:
    async with running_services(database, services, **more) as api:
        (
            await api.put("/forecast/v1/org/nodes/ann", json={"name": "Ann", "kind": "person", "parent": None})
        ).raise_for_status()
        yield api


@pytest.fixture
def logged(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], str]]:
    """Everything that anybody logs, in full detail, as a process writes it."""
    caplog.set_level(logging.DEBUG)
    for who_asks in ("httpx", "httpcore"):
        monkeypatch.setattr(logging.getLogger(who_asks), "disabled", True)
    written, before = StringIO(), structlog.get_config()
    configure_logging("debug")
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(written))

    def lines() -> str:
        out, err = capfd.readouterr()
        return written.getvalue() + out + err + caplog.text

    yield lines
    structlog.configure(**before)


# -- looks -----------------------------------------------------------------------------------------------------------


async def erased(api: httpx.AsyncClient, story: Story) -> httpx.Response:
    """Returns when every service has done it."""
    answer = await send(api, story, "DELETE", f"/intake/v1/people/{story.person_id}")
    assert answer.status_code == 202
    await eventually(lambda: known_as_erased(api, story))
    return answer


async def known_as_erased(api: httpx.AsyncClient, story: Story) -> bool:
    """Pipeline is the last to hear of it: every deal has lost its name."""
    deals = [(await api.get(f"/pipeline/v1/opportunities/{deal}")).json() for deal in story.deals]
    return all(deal["name"] is None for deal in deals)


async def numbers(api: httpx.AsyncClient, story: Story) -> dict[str, Any]:
    answers = {path: await api.get(path.format(**story.ids())) for path in NUMBERS}
    assert {answer.status_code for answer in answers.values()} == {200}, answers
    return {path: still(answer.json()) for path, answer in answers.items()}


def still(found: Any) -> Any:
    """Without what every look changes."""
    if isinstance(found, dict):
        return {name: still(each) for name, each in found.items() if name not in MOVING}
    return [still(each) for each in found] if isinstance(found, list) else found


async def shown(api: httpx.AsyncClient, story: Story) -> str:
    """The answers of every GET of every service about the person, to a caller with this key."""
    answers = []
    for service in SERVICES:
        paths = (await api.get(f"/{service}/openapi.json")).json()["paths"]
        for path in [each for each, methods in paths.items() if "get" in methods and not each.endswith("/stream")]:
            ids = story.ids()
            answers.append((await api.get(path.format(**ids))).text)
    return "\n".join(answers)


async def digests(database: str) -> dict[str, Any]:
    """The digests of the read models that hold amounts."""
    async with open_engine(database) as engine, snapshot.take_snapshot(engine) as now:
        service = SERVICES["forecast"]
        tx = await now.of(service.read_models)
        tables = [table for each in service.projections for table in each.tables.sorted_tables]
        return {table.name: await read_models.table_digest(tx, table) for table in tables}


async def rebuilt_otherwise(database: str) -> list[str]:
    async with open_engine(database) as engine, snapshot.take_snapshot(engine) as now:
        return [found for service in ALL for found in await read_models.check(engine, now, service)]


async def analyzed(database: str) -> None:
    """Takes the planner's samples, which Postgres takes by itself on a busy system."""
    async with connected(database) as engine, engine.execution_options(isolation_level="AUTOCOMMIT").connect() as tx:
        await tx.execute(text("ANALYZE"))


async def published(database: str) -> None:
    """Returns when the log has all that the stores have."""

    async def arrived() -> bool:
        async with connected(database) as engine, engine.connect() as tx:
            return not [each for each in SERVICES if await behind(tx, each)]

    await eventually(arrived)


async def behind(tx: AsyncConnection, service: str) -> bool:
    left = f"SELECT (SELECT coalesce(max(position), 0) FROM {service}.events) > position FROM {service}.published"  # noqa: S608
    return bool((await tx.execute(text(left))).scalar_one())


def parks_the_lead(monkeypatch: pytest.MonkeyPatch) -> None:
    """The list of leads cannot take this person's: its events are parked, as they came."""
    plain, *others = SERVICES["intake"].projections
    apply = plain.applies["intake"]

    async def poisoned(tx: AsyncConnection, facts: Sequence[Any]) -> None:
        if any(getattr(getattr(fact.event, "capture", None), "external_id", None) == "crm:1" for fact in facts):
            raise ValueError("a poison event")
        await apply(tx, facts)

    planted: Projection = replace(plain, applies={"intake": poisoned})
    monkeypatch.setitem(ALL_BY_NAME, "intake", replace(SERVICES["intake"], projections=[planted, *others]))


ALL_BY_NAME: dict[str, Service] = dict(SERVICES)


# -- the promise -----------------------------------------------------------------------------------------------------


@pytest.mark.timeout(120)
async def test_what_is_known_of_a_person_is_in_the_vaults_alone_and_after_erasure_nowhere(
    database: str, logged: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    parks_the_lead(monkeypatch)
    async with running(database, list(ALL_BY_NAME.values())) as api:
        story = await lived(api)
        bystander = (await send(api, story, "POST", "/intake/v1/leads", BYSTANDER)).json()
        wrong = await refused(api, story)
        await published(database)
        await analyzed(database)
        before, counted, sums = await scanned(database), await numbers(api, story), await digests(database)
        visible = found_in(await shown(api, story))
        assert await parked_events(database) > 0
        assert {table: sorted(names) for table, names in before.where.items()} == {
            table: sorted(names) for table, names in WHERE.items()
        }

        await erased(api, story)
        wrong += await refused(api, story, erased=True)
        await published(database)
        after = await scanned(database)
        output = "\n".join([*story.said, *wrong])
        print(
            f"{len(MARKERS)} markers, {after.tables} tables: {len(set().union(*before.where.values()))} found before,"
            f" {len(after.where)} after"
        )
        assert after.where == {}
        assert await parked_events(database) > 0
        assert found_in(output) == set()
        assert visible >= OF_INTAKE - {"click id"}
        assert found_in(await shown(api, story)) == set()
        assert await numbers(api, story) == counted
        assert await digests(database) == sums
        assert await rebuilt_otherwise(database) == []
        person = (await api.get(f"/intake/v1/people/{bystander['person_id']}")).json()
        assert (person["email"], person["first_name"]) == ("bystander@acme.example", "By")
    lines = logged()
    print(f"{lines.count(chr(10))} lines logged: {len(found_in(lines))} markers")
    assert '"event": "parked"' in lines
    assert '"event": "request"' in lines
    assert found_in(lines) == set()


async def parked_events(database: str) -> int:
    async with connected(database) as engine, engine.connect() as tx:
        return int((await tx.execute(text("SELECT count(*) FROM intake.parked"))).scalar_one())


@pytest.mark.harness
@pytest.mark.parametrize(
    ("forgotten", "left"),
    [("person-", "intake.vault"), ("lead-", "qualification.vault"), ("opportunity-", "pipeline.vault")],
)
async def test_a_planted_erasure_that_forgets_one_services_vault_is_found(
    database: str, monkeypatch: pytest.MonkeyPatch, forgotten: str, left: str
) -> None:
    erase = vault.erase

    async def forgetful(tx: AsyncConnection, subjects: Collection[str]) -> None:
        await erase(tx, [each for each in subjects if not each.startswith(forgotten)])

    monkeypatch.setattr(vault, "erase", forgetful)
    async with running(database) as api:
        story = await captured(api)
        await said(api, story, "evidence")
        await handed_over(api, story, "opportunity name")
        gone = await send(api, story, "DELETE", f"/intake/v1/people/{story.person_id}")
        await seen(api, f"/qualification/v1/leads/{story.lead_id}", gone)
        await eventually(lambda: has_heard(database, "pipeline.events", "opportunity.texts_erased"))
        after = await scanned(database)
    assert left in after.where
    assert set(after.where) <= {left, "exchange.lent"}


@pytest.mark.harness
async def test_a_planted_erasure_that_forgets_what_was_lent_is_found(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vault, "EMPTY_SHARED", text("SELECT CAST(:subjects AS text[])"))
    async with running(database) as api:
        story = await captured(api)
        await said(api, story, "evidence")
        await handed_over(api, story, "opportunity name")
        await erased(api, story)
        assert (await scanned(database)).where == {"exchange.lent": {"opportunity name"}}


async def has_heard(database: str, table: str, kind: str) -> bool:
    async with connected(database) as engine, engine.connect() as tx:
        count = await tx.execute(text(f"SELECT count(*) FROM {table} WHERE type = :kind"), {"kind": kind})  # noqa: S608
        return int(count.scalar_one()) > 0


def test_a_planted_line_in_the_log_is_found(logged: Callable[[], str]) -> None:
    structlog.get_logger().info("request", who=MARKERS["e-mail"])
    logging.getLogger("elsewhere").debug("about %s", MARKERS["note of a loss"])
    assert found_in(logged()) == {"e-mail", "note of a loss"}


def test_the_scan_sees_a_marker_in_any_shape() -> None:
    for name, marker in MARKERS.items():
        for shape in (marker, marker.upper(), marker.casefold().encode().hex(), f"x{marker}y", quote(marker)):
            assert name in found_in(shape)
    assert found_in("nothing of the kind") == set()


async def test_the_scan_sees_bytes_and_samples(database: str) -> None:
    async with connected(database) as engine, engine.begin() as tx:
        await tx.execute(text("CREATE TABLE intake.planted (raw bytea, word text)"))
        rows = {"raw": MARKERS["message"].encode(), "word": "no"}
        await tx.execute(text("INSERT INTO intake.planted VALUES (:raw, :word)"), [rows] * 3)
    assert (await scanned(database)).where == {"intake.planted": {"message"}}
    async with connected(database) as engine, engine.begin() as tx:
        await tx.execute(text("UPDATE intake.planted SET raw = '', word = :word"), {"word": MARKERS["role"]})
    await analyzed(database)
    assert (await scanned(database)).where == {"intake.planted": {"role"}, "the planner's samples": {"role"}}


# -- the log, when it is Kafka ---------------------------------------------------------------------------------------


@pytest.mark.kafka
@pytest.mark.timeout(120)
async def test_kafka_never_got_anything_of_the_person(database: str, kafka: Broker) -> None:
    mark = f"erasure{id(database)}"
    services = [
        replace(
            each,
            topic=f"{mark}.{each.topic}",
            upstream=[replace(one, topic=f"{mark}.{one.topic}") for one in each.upstream],
        )
        for each in ALL
    ]
    log = KafkaLog(kafka.address, watermarks=f"{mark}.watermarks.v1")
    try:
        async with running(database, services, log=log) as api:
            story = await captured(api)
            await said(api, story, "evidence")
            await handed_over(api, story, "opportunity name")
            await erased(api, story)
            await published(database)
    finally:
        await log.close()
    answer = await asyncio.to_thread(everything_in, kafka.address, mark)
    print(f"{len(answer)} records in Kafka: {len(found_in(' '.join(answer)))} markers")
    assert len(answer) > 8
    assert any(story.lead_id in each for each in answer)
    assert found_in("\n".join(answer)) == set()


def everything_in(address: str, mark: str) -> list[str]:
    """Key, value and headers of each record of each topic."""
    consumer = Consumer({"bootstrap.servers": address, "group.id": mark, "enable.auto.commit": False})
    try:
        topics = consumer.list_topics(timeout=10).topics
        places = [
            TopicPartition(name, each) for name in topics if name.startswith(mark) for each in topics[name].partitions
        ]
        ends = [consumer.get_watermark_offsets(place, timeout=10) for place in places]
        consumer.assign([TopicPartition(place.topic, place.partition, 0) for place in places])
        left = sum(end - start for start, end in ends)
        found = [consumer.poll(10) for _ in range(left)]
    finally:
        consumer.close()
    assert None not in found
    return [repr((one.key(), one.value(), one.headers())) for one in found if one is not None]


# -- at awkward moments ----------------------------------------------------------------------------------------------


async def test_a_person_erased_while_the_deal_is_on_its_way_leaves_nothing_in_it(database: str) -> None:
    """Handed over and erased before pipeline hears of either."""
    without = [each for each in ALL if each.name != "pipeline"]
    async with running(database, without) as api:
        story = await captured(api)
        await said(api, story, "evidence")
        await handed_over(api, story, "opportunity name", taken=False)
        on_its_way = await scanned(database)
        gone = await send(api, story, "DELETE", f"/intake/v1/people/{story.person_id}")
        await seen(api, f"/qualification/v1/leads/{story.lead_id}", gone)
        await published(database)
    assert on_its_way.where["exchange.lent"] == {"opportunity name"}
    async with running(database) as api:
        deal = f"/pipeline/v1/opportunities/{story.deals[0]}"
        await eventually(lambda: has_heard(database, "pipeline.events", "opportunity.texts_erased"))
        open_engine = (await api.get(deal)).json()
        assert (open_engine["name"], open_engine["amount"]["amount"]) == (None, "1000.00")
        lost = {"reason": "other", "note": MARKERS["note of a loss"]}
        late = await send(api, story, "POST", f"{deal}/lose", lost)
        await seen(api, "/pipeline/v1/opportunities", late)
        assert (await scanned(database)).where == {}
        assert await rebuilt_otherwise(database) == []


async def test_who_is_erased_many_times_at_once_is_erased_once(database: str) -> None:
    async with running(database, [SERVICES["intake"], SERVICES["forecast"]]) as api:
        body = (await api.post("/intake/v1/leads", json=CAPTURES[0])).json()
        person = f"/intake/v1/people/{body['person_id']}"
        answers = await asyncio.gather(*(api.delete(person) for _ in range(20)))
        again = await api.delete(person)
    assert {answer.status_code for answer in (*answers, again)} == {202}
    assert len({answer.text for answer in (*answers, again)}) == 1
    async with connected(database) as engine, engine.connect() as tx:
        count = await tx.execute(text("SELECT count(*) FROM intake.events WHERE type = 'person.erased'"))
        assert count.scalar_one() == 1


async def test_the_same_address_is_a_new_person_afterwards_who_may_be_erased_too(database: str) -> None:
    async with running(database) as api:
        first = await captured(api)
        await said(api, first, "evidence")
        await handed_over(api, first, "opportunity name")
        await erased(api, first)
        second = await captured(api, Story(keys=f"{NEVER['idempotency key']} again"))
        assert not {first.lead_id, first.person_id} & {second.lead_id, second.person_id}
        assert (await scanned(database)).where == {"intake.vault": OF_INTAKE}
        old = (await api.get(f"/intake/v1/leads/{first.lead_id}")).json()
        assert (old["erased"], old["person"]) == (True, None)
        gone = await send(api, second, "DELETE", f"/intake/v1/people/{second.person_id}")
        await seen(api, f"/qualification/v1/leads/{second.lead_id}", gone)
        assert (await scanned(database)).where == {}


async def test_who_writes_about_an_erased_person_is_refused_or_writes_into_the_void(database: str) -> None:
    async with running(database) as api:
        story = await captured(api)
        await said(api, story, "evidence")
        await handed_over(api, story, "opportunity name")
        gone = await erased(api, story)
        await seen(api, f"/qualification/v1/leads/{story.lead_id}", gone)
        lead = f"/qualification/v1/leads/{story.lead_id}"
        bant = {"budget": {"status": "met", "evidence": MARKERS["evidence"]}}
        assert (await api.post(f"{lead}/bant", json=bant)).status_code == 409
        assert (await api.post(f"{lead}/reject", json={"reason": "spam", "note": KEPT["evidence"]})).status_code == 409
        await send(api, story, "POST", f"/pipeline/v1/opportunities/{story.deals[0]}/qualify", {})
        note = {"reason": "no_fit", "note": MARKERS["note of a loss"]}
        ended = await send(api, story, "POST", f"/pipeline/v1/opportunities/{story.deals[0]}/recycle", note)
        await seen(api, lead, ended)
        assert (await scanned(database)).where == {}


def test_there_are_twelve_markers_and_more() -> None:
    assert len(KEPT) >= 12
    assert len(set(MARKERS.values())) == len(MARKERS)
    assert not set(KEPT) & set(NEVER)
