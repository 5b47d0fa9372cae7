"""The engagements of leads: sign-ups, downloads, webinars, demo requests. Some leads return, most do not."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any, NamedTuple

from funnelcast.demo.channels import FORM_KEY, Channels, SigningConnection
from funnelcast.demo.company import Account
from funnelcast.demo.names import ASSETS, FIRST_NAMES, JOB_TITLES, LAST_NAMES, PRODUCTS, WEBINARS
from funnelcast.demo.script import ScriptedWrite, days_later, new_id, random_start, scripted, working_time
from services.lead_intake.ingestion.capture_request import content_digest, external_claim
from services.lead_intake.lead.capture_body import CaptureLead
from services.lead_intake.lead.commands import RecordCapture
from services.lead_intake.lead.decider import DECIDER
from services.lead_intake.personal_data.aliases import identity
from shared.store.aliases import BlindIndex

LEADS = 3000
FIRST_SOURCES = {"newsletter": 33, "gated_content": 30, "webinar": 20, "demo_request": 17}
NEXT_SOURCES = {"gated_content": 36, "webinar": 36, "demo_request": 28}
RETURN_WEIGHTS = (55, 20, 12, 8, 5)
"""Weights of returning never, once, twice and so on."""
NONE_RETURNS = timedelta(days=14)
"""Before the end of the history. SDRs call a lead after its last engagement: one that became an MQL weeks ago and
returned today would wait since then."""
Person = dict[str, str]
"""The person of a capture request."""


def captures(
    random: Random, accounts: Sequence[Account], channels: Channels, blind_index: BlindIndex, now: datetime
) -> Iterator[ScriptedWrite]:
    taken: set[str] = set()
    for _ in range(LEADS):
        account = random.choice(accounts)
        person = new_person(random, account, taken)
        yield from person_captures(random, person, account, channels, blind_index, now)


def new_person(random: Random, account: Account, taken: set[str]) -> Person:
    """A person with an e-mail address that is not taken yet."""
    while True:
        first, last = random.choice(FIRST_NAMES), random.choice(LAST_NAMES)
        email = f"{first}.{last}@{account.domain}".lower()
        if email not in taken:
            taken.add(email)
            title = {"job_title": random.choice(JOB_TITLES)} if random.random() < 0.8 else {}
            return {"email": email, "first_name": first, "last_name": last, **title}


def person_captures(
    random: Random, person: Person, account: Account, channels: Channels, blind_index: BlindIndex, now: datetime
) -> Iterator[ScriptedWrite]:
    """The captures of one person up to now; a demo request is the last, because sales takes over."""
    lead_id, person_id = new_id(random), new_id(random)
    at, sources = random_start(random, now), [choose(random, FIRST_SOURCES)]
    sources += [choose(random, NEXT_SOURCES) for _ in range(random.choices(range(5), RETURN_WEIGHTS)[0])]
    for number, source in enumerate(sources):
        if at > (now - NONE_RETURNS if number else now):
            return
        found = capture_body(random, source, person, account)
        capture_id = new_id(random)
        arrival = arrival_of(source, capture_id, channels)
        body = CaptureLead.model_validate(found | {"external_id": arrival.external_id})
        command = RecordCapture(
            body=body,
            capture_id=capture_id,
            person_id=person_id,
            engaged_at=at,
            is_anonymous=arrival.external_id is None,
            content=content_digest(blind_index, body),
            connection_id=arrival.connection_id,
            form_key=arrival.form_key,
        )
        aliases, claim = identity(blind_index, body.person), external_claim(blind_index, body)
        yield scripted(DECIDER, lead_id, command, at, arrival.actor, aliases.resolve_by, aliases.also_claim, claim)
        if source == "demo_request":
            return
        at = days_later(random, at, 2, 30)


class Arrival(NamedTuple):
    """The way by which a capture arrived."""

    actor: str
    connection_id: str | None = None
    form_key: str | None = None
    external_id: str | None = None


def arrival_of(source: str, name: str, channels: Channels) -> Arrival:
    """`name`: of the submission."""
    match source:
        case "gated_content":
            return by_connection(channels.typeform, f"typeform:{name}")
        case "webinar":
            return by_connection(channels.zoom, f"zoom:{name}")
        case "newsletter":
            return Arrival(f"form {FORM_KEY}", form_key=FORM_KEY)
        case _:
            return Arrival("website")


def by_connection(connection: SigningConnection, external_id: str) -> Arrival:
    return Arrival(f"connection {connection.connection_id}", connection.connection_id, external_id=external_id)


def choose(random: Random, weights: dict[str, int]) -> str:
    return random.choices(list(weights), list(weights.values()))[0]


def capture_body(random: Random, source: str, person: Person, account: Account) -> dict[str, Any]:
    """The body of a capture request, as JSON."""
    company: dict[str, Any] = {"name": account.name, "domain": account.domain}
    if random.random() < 0.7:
        company |= {"country": account.country, "industry": account.industry, "employees": account.employees}
    consent = {"status": "granted", "purpose": "newsletter", "text_version": "1"}
    return {
        "source": source,
        "person": person,
        "company": company,
        "details": capture_details(random, source),
        "consent": consent if source == "newsletter" else None,
        "campaign": {"utm_source": random.choice(("search", "social", "partner")), "utm_medium": "web"},
    }


def capture_details(random: Random, source: str) -> dict[str, Any]:
    match source:
        case "newsletter":
            return {"list": "monthly", "double_opt_in": random.random() < 0.8}
        case "gated_content":
            asset_id, asset_type, title = random.choice(ASSETS)
            return {"asset_id": asset_id, "asset_type": asset_type, "title": title}
        case "webinar":
            attended = random.random() < 0.6
            return {"webinar_id": random.choice(WEBINARS), "attended": attended, "minutes": 45 if attended else None}
        case _:
            message = "We would like to see it with our own data."
            return {"message": message, "product": random.choice(PRODUCTS), "seats": random.randint(5, 400)}


def last_seen(writes: Sequence[ScriptedWrite]) -> dict[str, datetime]:
    """The last engagement of each lead, by its id."""
    in_order = sorted(writes, key=lambda write: write.at)
    return {write.write_request.stream.partition("-")[2]: write.at for write in in_order}


def first_call(random: Random, engaged_at: datetime) -> datetime:
    """Most leads are called within hours of their engagement, some within days."""
    after = engaged_at + timedelta(hours=random.lognormvariate(1.2, 1.2))
    return max(working_time(random, after), engaged_at + timedelta(minutes=4))
