"""The refusals that the services would give for a body, in the words of the export."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from pydantic import BaseModel, ValidationError

from funnelcast.importing.files.row import InvalidRow, shortened
from funnelcast.importing.record import Kind, MappedRecord
from services.lead_intake.lead.capture_body import CaptureLead
from services.pipeline.opportunity.history import History
from shared.rules.fields import CONTROL, has_address
from shared.rules.message import MAX_CLOCK_AHEAD

MODELS: Mapping[Kind, type[BaseModel]] = {"opportunities": History, "leads": CaptureLead}
EXPECTED = {
    "external_id": ("an id without blanks, of at most 150 characters", "1234567"),
    "name": ("a text of at most 4,000 characters", "Rollout Nord"),
    "account": ("a line of at most 200 characters", "Nordwind AG"),
    "company_name": ("a line of at most 200 characters", "Nordwind AG"),
    "product": ("a line of at most 200 characters", "Suite"),
    "owner": ("an id of a-z, 0-9, dots and dashes", "ada-krueger"),
    "email": ("an e-mail address", "ada@nordwind.example"),
    "phone": ("a phone number with its country's code", "+49 30 1234567"),
    "domain": ("a domain", "nordwind.example"),
    "company_domain": ("a domain", "nordwind.example"),
    "country": ("a country's code of two letters", "DE"),
    "employees": ("a number", "250"),
    "amount": ("a number below 10^15 with no more decimals than its currency has", "1054.50"),
    "occurred_at": ("a date between 1900 and 2200", "2017-03-01"),
    "close_date": ("a date between 1900 and 2200", "2017-03-01"),
}
ANYTHING = ("a line of at most 200 characters", "Nordwind")
WITH_ADDRESS = ("email", "name")
COLUMNS_OF = {"domain": "company_domain", "name": "company_name"}
"""Fields of a lead's company, by the field of the mapping."""
MOST_FACTS = 1000


def check(kind: Kind, record: MappedRecord, now: datetime) -> None:
    """Raises `InvalidRow` for the first thing that is wrong."""
    model = MODELS.get(kind)
    if model is None:
        return
    for body in record.bodies:
        if len(body.get("facts", ())) > MOST_FACTS:
            raise InvalidRow(f"its history has {len(body['facts'])} steps: at most {MOST_FACTS} are expected")
        try:
            model.model_validate_json(orjson.dumps(body))
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False)[0]
            raise explained(body, first["loc"], record.labels) from None
    if any(instant > now + MAX_CLOCK_AHEAD for instant in instants_of(record)):
        raise InvalidRow("it has a date in the future")


def instants_of(record: MappedRecord) -> Iterator[datetime]:
    """The instants of the record's facts."""
    for body in (*record.bodies, *record.activities):
        for fact in (body, *body.get("facts", ())):
            if "occurred_at" in fact:
                yield datetime.fromisoformat(fact["occurred_at"])


def explained(body: Mapping[str, Any], path: Sequence[int | str], labels: Mapping[str, str]) -> InvalidRow:
    value, name = value_at(body, path)
    field = next((each for each in (COLUMNS_OF.get(name, name), name) if each in labels), name)
    expected, example = EXPECTED.get(field, ANYTHING)
    if field not in WITH_ADDRESS and has_address(str(value)):
        expected = "a text without an address or an @"
    elif CONTROL.search(str(value)):
        expected = "a text without control characters"
    column = labels.get(field, name)
    shown = f"{column} {shortened(str(value))!r}" if value not in (None, "") else column
    return InvalidRow(f"{shown}: {expected} is expected, such as {example}")


def value_at(body: Any, path: Sequence[int | str]) -> tuple[Any, str]:
    """The innermost value that the path leads to, and its name. A union's tags are no part of the body."""
    name = "record"
    for step in path:
        if isinstance(body, Mapping) and step in body:
            body, name = body[step], str(step)
        elif isinstance(body, list) and isinstance(step, int) and step < len(body):
            body = body[step]
    return body if not isinstance(body, Mapping | list) else None, name
