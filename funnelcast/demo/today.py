"""The requests that arrive when the history ends: real ones by every channel, and a few that have to wait in
quarantine."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

import httpx

from funnelcast.demo import deliveries, marketing
from funnelcast.demo.channels import HONEYPOT, Channels
from funnelcast.demo.company import Company
from funnelcast.demo.deliveries import Delivery, delivery_of
from funnelcast.demo.script import seeded
from funnelcast.remote import client

SOURCES = ("demo_request", "gated_content", "webinar", "newsletter")
EACH = 3
LATEST = timedelta(hours=20)
Body = dict[str, Any]


async def arrive_today(http: httpx.AsyncClient, company: Company, channels: Channels, now: datetime) -> None:
    """`http`: with a key that has `leads:write`. The vendors sign at `now`."""
    for number, source in enumerate(SOURCES * EACH):
        random = seeded("today", number)
        body, name = engagement(random, company, source), f"today-{number}"
        engaged_at = now - LATEST * random.random()
        delivery = delivery_of(body, name, engaged_at, now, channels)
        if delivery is None:
            own = {"external_id": f"demo:{name}", "occurred_at": engaged_at.isoformat()}
            await client.request(http, "POST", "/intake/v1/leads", json=body | own)
        else:
            await deliver(http, delivery)
    for delivery in doubtful(company, channels, now):
        await deliver(http, delivery)


async def deliver(http: httpx.AsyncClient, delivery: Delivery) -> None:
    await client.request(http, "POST", delivery.path, content=delivery.content, headers=dict(delivery.headers))


def engagement(random: Random, company: Company, source: str) -> Body:
    account = random.choice(company.accounts)
    person = marketing.new_person(random, account, set())
    person["email"] = person["email"].replace("@", ".today@")
    return marketing.capture_body(random, source, person, account)


def doubtful(company: Company, channels: Channels, now: datetime) -> Iterator[Delivery]:
    """A response without an address, a form that a program filled, and one that was filled too fast."""
    response = deliveries.typeform_response(
        engagement(seeded("no address"), company, "gated_content"), "today-without-address", now
    )
    answers = response["form_response"]["answers"]
    response["form_response"]["answers"] = [answer for answer in answers if answer["type"] != "email"]
    yield deliveries.by_typeform(channels.typeform, response)
    program = deliveries.form_fields(engagement(seeded("program"), company, "newsletter"))
    yield deliveries.newsletter_post(program | {HONEYPOT: "555 0100"})
    hasty = deliveries.form_fields(engagement(seeded("hasty"), company, "newsletter"))
    yield deliveries.newsletter_post(hasty | {"_seconds": "0.8"})
