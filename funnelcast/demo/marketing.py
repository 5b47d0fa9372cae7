"""What leads do: sign up, download, listen, ask for a demo; some come back, most never become more."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from funnelcast.demo.company import Account
from funnelcast.demo.script import Told, at_work, later, new_id, some_day, told
from funnelcast.demo.words import ASSETS, FIRST, LAST, PRODUCTS, TITLES, WEBINARS
from services.lead_intake.api.capture_request import content_digest, identity
from services.lead_intake.lead.commands import CaptureLead, RecordCapture
from services.lead_intake.lead.decider import DECIDER
from shared.store.aliases import BlindIndex

LEADS = 3000
FIRST_SOURCES = {"newsletter": 33, "gated_content": 30, "webinar": 20, "demo_request": 17}
NEXT_SOURCES = {"gated_content": 36, "webinar": 36, "demo_request": 28}
COMES_BACK = (55, 20, 12, 8, 5)
"""Weights of coming back never, once, twice and so on."""
Person = dict[str, str]


def captures(random: Random, accounts: Sequence[Account], blind_index: BlindIndex, now: datetime) -> Iterator[Told]:
    taken: set[str] = set()
    for _ in range(LEADS):
        account = random.choice(accounts)
        yield from of_person(random, person(random, account, taken), account, blind_index, now)


def person(random: Random, account: Account, taken: set[str]) -> Person:
    """One address is one person."""
    while True:
        first, last = random.choice(FIRST), random.choice(LAST)
        email = f"{first}.{last}@{account.domain}".lower()
        if email not in taken:
            taken.add(email)
            title = {"job_title": random.choice(TITLES)} if random.random() < 0.8 else {}
            return {"email": email, "first_name": first, "last_name": last, **title}


def of_person(random: Random, who: Person, account: Account, blind_index: BlindIndex, now: datetime) -> Iterator[Told]:
    """Who asked for a demo is with sales from then on."""
    lead_id, person_id = new_id(random), new_id(random)
    at, sources = some_day(random, now), [chosen(random, FIRST_SOURCES)]
    sources += [chosen(random, NEXT_SOURCES) for _ in range(random.choices(range(5), COMES_BACK)[0])]
    for source in sources:
        if at > now:
            return
        body = CaptureLead.model_validate(submission(random, source, who, account))
        command = RecordCapture(
            body=body,
            capture_id=new_id(random),
            person_id=person_id,
            engaged_at=at,
            is_anonymous=True,
            content=content_digest(blind_index, body),
        )
        who_it_is = identity(blind_index, body.person)
        yield told(DECIDER, lead_id, command, at, "website", find=who_it_is.resolve_by, also=who_it_is.also_claim)
        if source == "demo_request":
            return
        at = later(random, at, 2, 30)


def chosen(random: Random, weights: dict[str, int]) -> str:
    return random.choices(list(weights), list(weights.values()))[0]


def submission(random: Random, source: str, who: Person, account: Account) -> dict[str, Any]:
    company: dict[str, Any] = {"name": account.name, "domain": account.domain}
    if random.random() < 0.7:
        company |= {"country": account.country, "industry": account.industry, "employees": account.employees}
    consent = {"status": "granted", "purpose": "newsletter", "text_version": "1"}
    return {
        "source": source,
        "person": who,
        "company": company,
        "details": details(random, source),
        "consent": consent if source == "newsletter" else None,
        "campaign": {"utm_source": random.choice(("search", "social", "partner")), "utm_medium": "web"},
    }


def details(random: Random, source: str) -> dict[str, Any]:
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


def last_seen(write_requests: Sequence[Told]) -> dict[str, datetime]:
    """When each lead last did something, by its id."""
    return {each.ask.stream.partition("-")[2]: each.at for each in sorted(write_requests, key=lambda each: each.at)}


def soon_after(random: Random, at: datetime) -> datetime:
    """Most are called within hours, some within days."""
    return max(at_work(random, at + timedelta(hours=random.lognormvariate(1.2, 1.2))), at + timedelta(minutes=4))
