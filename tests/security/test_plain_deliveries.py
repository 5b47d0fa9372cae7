"""Personal data that vendors deliver and browsers post: it is in the vault, and in no event, topic, read model, log or
answer to a key without people:read."""

import copy
import json
from collections.abc import Iterator
from io import StringIO
from typing import Any

import httpx
import pytest

from funnelcast.serving.services import SERVICES
from services.lead_intake.ingestion import known_people
from tests.lead_intake.connectors.deliveries import SAMPLES, SETTINGS, UPEMAIL, encoded
from tests.lead_intake.connectors.signing import PUBLIC_URL, SECRET
from tests.lead_intake.test_webhooks import Vendor
from tests.running import Clock, make_key, running_services
from tests.security.test_plain_texts import (  # noqa: F401 - a fixture among them
    MARKER,
    WAYS,
    logged,
    replaced,
    strings,
    tables_with_the_marker,
)

PERSONAL = {
    "jane@acme.com": "zebra@marker.example",
    "jane@new.example": "zebranew@marker.example",
    "Jane": "Zebrafirst",
    "Müller": "Zebralast",
    "van Dyk": "Zebravan",
    "+49 30 901820": "+49 30 902734",
    "Acme": "Zebrafirm",
    "Head of Sales": "Zebrajob",
    "VP Sales": "Zebrajob",
    "Please call.": "zebra message",
    "The forecast": "zebra answer",
    "A forecast": "zebra answer",
    "Soon, please": "zebra message",
    "Numbers": "zebra answer",
    "I agree that my data are stored.": "zebra wording",
    "I want the newsletter.": "zebra wording",
}
"""Everything in the samples that is about the person or said by them."""
EVERY_SAMPLE = {**SAMPLES, "mailchimp": (*SAMPLES["mailchimp"], UPEMAIL)}
FORM = {
    "source": "contact_form",
    "fields": {"mail": "email", "name": "full_name", "text": "message", "firm": "company"},
    "origins": [],
}
POST = {"mail": "jane@acme.com", "name": "Jane Müller", "text": "Please call.", "firm": "Acme", "other": "Numbers"}
ANSWERS = (
    "/intake/v1/leads",
    "/intake/v1/quarantine",
    "/intake/v1/connections",
    "/intake/v1/metrics/captures?by=campaign",
    "/intake/v1/forms/contact/deliveries",
    "/qualification/v1/leads",
    "/qualification/v1/events?limit=1000",
)


async def vendor(api: httpx.AsyncClient, clock: Clock, connector: str) -> Vendor:
    body = {"connector": connector, "name": f"our {connector}", "secret": SECRET, "public_url": PUBLIC_URL}
    consent = {"consent": {"purpose": "newsletter", "text_version": "1"}}
    settings = json.loads(json.dumps(SETTINGS.get(connector, {}), default=lambda kind: {"source": kind.source}))
    made = await api.post("/intake/v1/connections", json=body | consent | settings)
    assert made.status_code == 201, made.text
    return Vendor(api, clock, connector, made.json()["connection_id"], prefix="/intake/v1/")


def named(value: Any) -> Any:
    text = json.dumps(value, ensure_ascii=False)
    for known, marker in PERSONAL.items():
        text = text.replace(known, marker)
    return json.loads(text)


def with_an_address_anywhere(connector: str, value: Any) -> Iterator[Any]:
    """A copy for each of its strings and each way to write an address."""
    for number, field in enumerate(strings(value)):
        for way in WAYS:
            yield replaced(copy.deepcopy(value), field, way.replace("{n}", f"{connector}{number}"))


async def deliver_everything(api: httpx.AsyncClient, clock: Clock) -> int:
    """Sends every delivery. Returns the number of those that were taken."""
    taken = 0
    for connector, samples in EVERY_SAMPLE.items():
        sender = await vendor(api, clock, connector)
        for sample in reversed(samples):
            for value in (named(sample), *with_an_address_anywhere(connector, sample)):
                taken += (await sender.send(value)).status_code == 200
            half = encoded(connector, named(sample))[:-30]
            taken += (await sender.send(None, body=half)).status_code == 200
    await api.put("/intake/v1/forms/contact", json=FORM)
    for post in (named(POST), *with_an_address_anywhere("form", POST), {"name": "Zebra without an address"}):
        taken += (await api.post("/intake/v1/forms/contact", data=post)).status_code == 200
    return taken


async def test_what_is_delivered_about_a_person_is_in_the_vault_alone(
    database: str,
    logged: StringIO,  # noqa: F811
) -> None:
    clock = Clock()
    services = [SERVICES["intake"], SERVICES["qualification"]]
    async with running_services(database, services, clock_and_ids=clock.clock_and_ids()) as api:
        taken = await deliver_everything(api, clock)
        connections = (await api.get("/intake/v1/connections?limit=100")).json()["items"]
        lists = [f"/intake/v1/connections/{each['connection_id']}/deliveries" for each in connections]
        reader = {"Authorization": f"Bearer {await make_key(database, ['leads:read', 'events:read'])}"}
        answers = [await api.get(path, headers=reader) for path in (*ANSWERS, *lists)]
        details = [
            await api.get(f"/intake/v1/quarantine/{each['quarantine_id']}", headers=reader)
            for each in (await api.get("/intake/v1/quarantine?limit=1000")).json()["items"]
        ]
    assert taken > 300, "too little was delivered"
    assert {answer.status_code for answer in (*answers, *details)} == {200}
    assert [answer.url for answer in (*answers, *details) if MARKER in answer.text.casefold()] == []
    assert await tables_with_the_marker(database) == []
    assert MARKER not in logged.getvalue().casefold()


@pytest.mark.harness
async def test_a_planted_reason_that_names_the_person_is_found(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_people, "described", repr)
    clock = Clock()
    async with running_services(database, [SERVICES["intake"]], clock_and_ids=clock.clock_and_ids()) as api:
        calendly = await vendor(api, clock, "calendly")
        await calendly.send(named(SAMPLES["calendly"][1]))
    assert any("intake.events" in each for each in await tables_with_the_marker(database))
