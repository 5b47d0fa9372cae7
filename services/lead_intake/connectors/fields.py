"""Our names for a vendor's fields: by the connection's settings, by the vendor's type, or by common spellings."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

from services.lead_intake.connectors.delivery import Connection, Json, JsonObject
from services.lead_intake.connectors.outcomes import PersonRef
from services.lead_intake.connectors.parsing import Malformed
from services.lead_intake.connectors.redaction import plain_name
from services.lead_intake.connectors.values import answer_text, line, text
from services.lead_intake.lead.spelling import CLICK_IDS

PERSON = ("email", "phone", "first_name", "last_name", "job_title")
COMPANY = ("company", "domain", "country", "industry", "employees")
CAMPAIGN = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "click_id", "landing_url")
DEMO_REQUEST = ("message", "timeline", "role", "product", "seats")
FIELDS = frozenset((*PERSON, "full_name", *COMPANY, *CAMPAIGN, *DEMO_REQUEST, "consent"))
"""The fields to which an owner can map a vendor's field."""
FREE_TEXTS = frozenset(("message", "timeline", "role"))
COUNTS = frozenset(("employees", "seats"))
SPELLINGS = {
    "email": "emailaddress workemail businessemail useremail",
    "phone": "phonenumber mobile mobilephone mobilenumber telephone tel workphone workphonenumber",
    "first_name": "fname givenname forename",
    "last_name": "lname familyname surname",
    "full_name": "name yourname",
    "job_title": "title position",
    "company": "companyname organization organisation org employer",
    "domain": "website companywebsite companydomain",
    "country": "countrycode",
    "employees": "noofemployees numberofemployees numemployees companysize",
    "timeline": "purchasingtimeframe",
    "role": "roleinpurchaseprocess",
    "message": "comments comment description yourmessage",
    "click_id": " ".join(plain_name(name) for name in CLICK_IDS),
}
KNOWN: Mapping[str, str] = {plain_name(target): target for target in FIELDS - {"consent"}} | {
    spelling: target for target, spellings in SPELLINGS.items() for spelling in spellings.split()
}
"""The names that need no mapping. Consent is never among them: an owner says which box asks for it."""

EMPTY: Mapping[str, Json] = {}


class FormAnswer(NamedTuple):
    """One field of a submission. `names`: reference, id and title, the last for people to read. `meaning`: the field
    that the vendor's type says."""

    names: tuple[str, ...]
    value: Json
    meaning: str | None = None


@dataclass(frozen=True)
class Fields:
    """Answers by our names for them, the first of each; all others as lines for people to read; and the wording of the
    question that asked for consent."""

    by_name: JsonObject
    others: list[str]
    consent_wording: str | None

    def chosen(self, names: Iterable[str]) -> JsonObject:
        return {name: self.by_name[name] for name in names if name in self.by_name}


def answer(name: Json, value: Json, *more_names: Json, meaning: str | None = None) -> FormAnswer:
    names = tuple(found for one in (name, *more_names) if (found := line(one)))
    return FormAnswer(names or ("",), value, meaning)


def answers_of(fields: Mapping[str, Json]) -> list[FormAnswer]:
    return [answer(name, value) for name, value in fields.items()]


def sort_fields(answers: Iterable[FormAnswer], connection: Connection, extra: Mapping[str, Json] = EMPTY) -> Fields:
    """`extra`: fields by our names, which count where no answer gives them."""
    mapped = {plain_name(name): target for name, target in connection.fields.items()}
    by_name: JsonObject = {}
    others: list[str] = []
    wording = None
    for one in answers:
        value = answer_text(one.value)
        target = target_of(one, mapped)
        if value is None:
            continue
        cleaned = clean(target, one.value) if target else None
        if target is None or by_name.setdefault(target, cleaned) != cleaned:
            others.append(f"{one.names[-1]}: {value}")
        elif target == "consent":
            wording = one.names[-1]
    filled = {name: clean(name, value) for name, value in extra.items() if answer_text(value) is not None}
    return Fields(filled | by_name, others, wording)


def target_of(one: FormAnswer, mapped: Mapping[str, str]) -> str | None:
    names = [plain_name(name) for name in one.names]
    by_settings = next((mapped[name] for name in names if name in mapped), None)
    by_spelling = next((KNOWN[name] for name in names if name in KNOWN), None)
    return by_settings or one.meaning or by_spelling


def clean(target: str, value: Json) -> Json:
    if target == "consent":
        return value
    found = answer_text(value) or ""
    if target in COUNTS:
        return int(found) if found.isascii() and found.isdigit() and len(found) < 10 else found
    if target == "domain":
        return host_of(found)
    return found if target in FREE_TEXTS else line(found)


def host_of(website: str) -> str:
    try:
        host = urlsplit(website if "//" in website else f"//{website}").hostname
    except ValueError:
        return website
    return (host or website).removeprefix("www.")


def person_ref(email: Json, phone: Json = None, vendor_id: str | None = None) -> PersonRef:
    """Raises `Malformed` when nothing identifies the person."""
    person = PersonRef(line(email), line(phone), vendor_id)
    if person == PersonRef():
        raise Malformed("neither e-mail address nor phone number")
    return person


def profile_of(fields: Fields) -> JsonObject:
    profile = {"person": person_of(fields), "company": company_of(fields)}
    return {name: value for name, value in profile.items() if value}


def person_of(fields: Fields) -> JsonObject:
    """A full name's last word is the last name, where first and last name are not both given."""
    person = fields.chosen(PERSON)
    full_name = fields.by_name.get("full_name")
    if full_name is not None and not {"first_name", "last_name"} <= person.keys():
        first, _, last = full_name.rpartition(" ")
        person = {"last_name": last} | ({"first_name": first} if first else {}) | person
    return person


def company_of(fields: Fields) -> JsonObject:
    return {"name" if name == "company" else name: value for name, value in fields.chosen(COMPANY).items()}


def campaign_of(fields: Fields) -> JsonObject:
    """Explicit fields count before the parameters of the landing page's address."""
    campaign = fields.chosen(CAMPAIGN)
    return parameters_of(campaign.get("landing_url")) | campaign


def parameters_of(url: Json) -> JsonObject:
    try:
        query = urlsplit(text(url) or "").query
    except ValueError:
        return {}
    parameters = [(KNOWN.get(plain_name(name)), line(value)) for name, value in parse_qsl(query, errors="replace")]
    return {name: value for name, value in parameters if name in CAMPAIGN and name != "landing_url" and value}
