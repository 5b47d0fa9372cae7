"""Harmless spellings of a body's fields, and their normal form."""

import re
from collections.abc import Collection
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from services.lead_intake.lead.contact import domain_name, email_address
from services.lead_intake.lead.events import Count
from shared.rules.country import country_code
from shared.rules.fields import PRINTABLE, has_address

COUNT = r"([0-9]{1,3}(?:[,. ’'][0-9]{3}){1,2}|[0-9]{1,9})"
SIZE = re.compile(rf"{COUNT}(?:\s*(?:[-–—]|to)\s*{COUNT}|\s*\+)?")
BLANK = {"type": "string", "maxLength": 200, "pattern": r"^\s*$"}
SIZE_LENGTH = 40
CLICK_IDS = ("gclid", "gbraid", "wbraid", "dclid", "fbclid", "msclkid", "ttclid", "twclid", "li_fat_id")
"""The names under which advertising networks add a click's id to a landing page's address."""


def without_blanks(fields: Any, objects: Collection[str]) -> Any:
    """The fields without those whose text is blank. Fields in `objects` are no texts, and stay."""
    if not isinstance(fields, dict):
        return fields
    blank = [name for name, value in fields.items() if isinstance(value, str) and not value.strip()]
    return {name: value for name, value in fields.items() if name not in blank or name in objects} if blank else fields


def allow_blanks(schema: dict[str, Any], objects: Collection[str]) -> None:
    """Documents that every optional field but those in `objects` may be blank."""
    optional = schema["properties"].keys() - set(schema.get("required", ())) - set(objects)
    for name in optional:
        field = schema["properties"][name]
        if "anyOf" not in field:
            field["anyOf"] = [{key: field.pop(key) for key in list(field) if key not in ("title", "default")}]
        field["anyOf"].append(BLANK)


def bare_domain(domain: Any) -> Any:
    """The domain without scheme, `www.`, path and the period of the root."""
    if not isinstance(domain, str):
        return domain
    host = domain.strip().lower()
    if "://" in host or host.startswith("//"):
        host = urlsplit(host).hostname or ""
    return host.partition("/")[0].removeprefix("www.").removesuffix(".")


def employee_count(employees: Any) -> Any:
    """A number, also as text; of a range such as `51-200` or `500+` its lower end."""
    if not isinstance(employees, str):
        return employees
    text = employees.strip() if len(employees) <= SIZE_LENGTH else ""
    if found := SIZE.fullmatch(text):
        return int(re.sub(r"[^0-9]", "", found[1]))
    raise ValueError("must be a number of employees, such as 250, or a range, such as 51-200")


def without_query(url: str) -> str:
    """Scheme, host and path: query, fragment, user name, or an address in the path may identify a visitor."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be an absolute URL of http or https, such as https://example.com/pricing")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = f":{parts.port}" if parts.port else ""
    path = "" if has_address(parts.path) else parts.path
    return f"{parts.scheme}://{host}{port}{path}"


Email = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=320, pattern=PRINTABLE),
    AfterValidator(email_address),
    Field(json_schema_extra={"format": "idn-email"}),
]
Phone = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40, pattern=PRINTABLE)]
Domain = Annotated[
    str,
    StringConstraints(strip_whitespace=True, to_lower=True, max_length=253),
    AfterValidator(domain_name),
    BeforeValidator(bare_domain),
]
Country = Annotated[
    str,
    StringConstraints(max_length=60),
    AfterValidator(country_code),
    Field(json_schema_extra={"examples": ["DE", "Germany"]}),
]
SizeText = Annotated[str, StringConstraints(max_length=SIZE_LENGTH)]
EmployeeCount = Annotated[Count, BeforeValidator(employee_count, json_schema_input_type=Count | SizeText)]
Url = Annotated[str, StringConstraints(max_length=2000, pattern=PRINTABLE), AfterValidator(without_query)]
