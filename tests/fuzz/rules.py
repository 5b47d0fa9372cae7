"""Rules of requests that OpenAPI cannot express: rules between fields, and such as need a list, a calendar or the
clock.

A request that fits the document and is refused with 422 all the same must be refused by one of these. The list is the
whole difference between the document and the service: what is not here is a fault of one of them.
"""

import re
from collections.abc import Mapping
from typing import Any

BEYOND: Mapping[str, str] = {
    # between fields
    r"an email or a phone is needed": "one of two",
    r"a line needs external_id or occurred_at": "one of two, and only in a batch",
    r"the source \w+ has no details": "details follow the source",
    r"details need a source": "the same",
    r"of a demo request it is among the details": "the message's place follows the source",
    r"comes with a source": "a field that needs another",
    r"either a person or a lead_id is needed": "one of two",
    r"opportunity_id stands alone.*": "one of two forms",
    r"either ids or an email is needed": "one of two",
    r"needs a domain when there is no person": "one of two",
    r"must not be one of the fields that people fill": "two different values",
    r"must be another lead": "two different values",
    r"owner is required, or the opportunity_id of an open deal": "one of two forms",
    r"a must be more than b, and b more than c": "an order of values",
    r"a rule is named twice": "unique by a part",
    r"negative points do not decay.*": "one field or the other",
    r"[A-Z]{3} has \d decimals": "decimals follow the currency",
    r"order": "the first fact opens, and no other",
    r"is needed as long as the settings have no currency": "a default that depends on the settings",
    r"must be another currency than [A-Z]{3}": "two different values",
    r"a calendar_rule needs the key of its calendar": "a field that needs another",
    r"a rate must be greater than 0": "a decimal in a text",
    r"one of from_position, since and status is needed": "one of three",
    r"from_position and since exclude each other": "one of two",
    r"opens must lie before closes": "an order of values",
    r"last must not lie before first": "an order of values",
    r"must not lie before (from|closing_from)": "an order of values",
    r"nothing lies between from and to": "an order of values",
    r"lies after (as_of|the other end)": "an order of values",
    r"low must not be above high": "an order of values",
    r"leads to more than \d+ quarters": "the difference of two values",
    r"the measure has a band for this source and motion": "unique by a part",
    r"a request on behalf of a node asks for no other one": "one of two",
    r"\w+ has a value too": "one field or the other",
    r"must have at least one amount": "one of several",
    r"is the (owner that the deals have|stage that the deals are in)": "two different values",
    r"an anchor needs a pattern of weeks": "a field that needs another",
    r"at most \d+ at once": "a list inside a text",
    # what exists
    r"is needed: there is no calendar .*": "the calendars in the settings",
    r"[\w.-]+ is the key of calendar years: another rule needs another key": "the calendars in the settings",
    # lists, grammars and calendars
    r"must be a phone number.*": "the world's numbering plans",
    r"must begin with \+ and the country's code.*": "the world's numbering plans",
    r"must be a country: .*": "the world's countries",
    r"must be (a|the) country's code of two letters.*": "the world's countries",
    r"must not be less than least_employees": "an order of values",
    r"must be a number of employees.*": "a grammar",
    r"is too short or too long for a phone number.*": "the world's numbering plans",
    r"must be an absolute URL of http or https.*": "a grammar",
    r"must begin with http(s://|:// or https://)": "a grammar",
    r"must be a URL.*": "a grammar",
    r"must have a port from 1 to 65535": "a grammar",
    r"must name a host.*": "a grammar",
    r"must not contain a user or password": "a grammar",
    r"must not have a zone": "a grammar",
    r"leads to an address that is not public": "the networks that the operator allows",
    r"fits none of .*": "a list of types or the beginnings of some",
    r"must not contain @.*": "an address has no place there",
    r"control characters are not allowed": "no pattern of OpenAPI tells them by class",
    r"the NUL character is not allowed": "the same",
    r"must not contain U\+FFFD.*": "the same",
    r"must lie between the years 1900 and 2200": "of an instant or a day",
    r"must be \d{4}-\d\d-\d\d or (more|less)": "of a day",
    r"must be (1 or more|3650 or less)": "of days that are written as a text",
    r"must be a frontier such as .*": "a grammar",
    r"must be a day such as .*": "the years 1900 to 2200",
    r"must be a day, such as .*": "year 0, which RFC 3339 has",
    r"must be an instant with its zone, such as .*": "year 0 and leap seconds, which RFC 3339 has",
    r"has more than \d+ values": "together, at all depths",
    r"must have at least \d+ characters": "white space around a text does not count",
    r"must not be empty": "white space around a text does not count",
    r"must have 1 to 100 characters of .*": "white space around a text does not count",
    r"must look like system:id, .*": "white space around a text does not count",
    r"must not contain control characters": "white space around a text does not count",
    r"must be a period such as .*": "a calendar's keys",
    r"must be a week such as .*": "a calendar's keys",
    r"[\w-]+ has no week \d+": "a calendar's weeks",
    r"must be an instant such as .*, or the id of a locked week; it is a day": "a grammar",
    r"must be a time zone of the IANA database.*": "the world's time zones",
    r"the columns must be .*": "a table inside a text",
    r"must be a whole number, .*; it is a number": "7.0 is an integer of JSON Schema",
    # the clock, and what is there
    r"must be one of .*": "the codes in the settings",
    r"this Idempotency-Key was used with another body": "what was sent before",
    r"(lies )?in the future": "the clock",
    r"unknown": "a cursor of ours, not any text of its letters",
    r"must not lie in the past: today is .*": "the clock",
    r"there is no pipeline .*": "the pipelines in the settings",
    r"the process has no open stage .*": "the stages in the settings",
    r"there is no calendar .*": "the calendars in the settings",
    r"there is no such entry": "what was sent before",
    r"is needed: deals are in .*": "the deals' currencies",
    r"the events of this service belong to no node": "which services have an organisation",
    r"must name \w+ and \w+": "which sources a service follows",
    r"names an event (of \w+ )?that does not exist yet": "how many events there are",
    r"names \w+; known here: .*": "which sources a service follows",
    r"names \w+:\d+, but \w+ is at about \d+": "how many events there are",
}
KNOWN = [re.compile(pattern) for pattern in BEYOND]
EMAIL = re.compile(r"(/person)?/email")
"""The pointer to an address. The validator has many texts for what is wrong with one."""
DOMAIN = re.compile(r"/company/domain")


def beyond_the_document(problem: Mapping[str, Any]) -> bool:
    """Whether every field that the answer points at breaks a rule of the list."""
    errors = problem.get("errors", ())
    return bool(errors) and all(is_known(error) for error in errors)


def is_known(error: Mapping[str, str]) -> bool:
    by_its_place = EMAIL.fullmatch(error["pointer"]) or DOMAIN.fullmatch(error["pointer"])
    return bool(by_its_place) or any(pattern.fullmatch(error["detail"]) for pattern in KNOWN)
