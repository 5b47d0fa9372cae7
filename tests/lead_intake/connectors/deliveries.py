"""Deliveries in the shapes that the vendors publish, one or more per vendor, all about invented people."""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote_plus

from services.lead_intake.connectors import READERS
from services.lead_intake.connectors.delivery import Connection, ConsentQuestion, Delivery, Kind
from services.lead_intake.connectors.outcomes import Capture, Element, Outcome
from services.lead_intake.connectors.reader import read
from services.lead_intake.lead.capture_body import CaptureLead
from services.lead_intake.lead.events import Source
from tests.lead_intake.connectors.signing import PUBLIC_URL, SECRET

FORMS = ("mailchimp", "salesforce-web-to-lead")
"""Whose bodies are forms."""
NEWS = ConsentQuestion("newsletter", "2026-01")

HUBSPOT_EVENT: dict[str, Any] = {
    "eventId": 3816279340,
    "subscriptionId": 25,
    "portalId": 33,
    "appId": 1160452,
    "occurredAt": 1772452800000,
    "subscriptionType": "contact.propertyChange",
    "attemptNumber": 0,
    "objectId": 1246965,
    "changeSource": "CRM",
    "propertyName": "hs_email_optout",
    "propertyValue": "true",
}
HUBSPOT_CONTACT: dict[str, Any] = {
    "vid": 1246965,
    "portal-id": 33,
    "is-contact": True,
    "profile-token": "AO_T-secret",
    "properties": {
        "email": {"value": "jane@acme.com", "versions": []},
        "firstname": {"value": "Jane"},
        "lastname": {"value": "Müller"},
        "phone": {"value": "+49 30 901820"},
        "company": {"value": "Acme"},
        "jobtitle": {"value": "Head of Sales"},
        "hs_object_id": {"value": "1246965"},
    },
    "form-submissions": [
        {
            "conversion-id": "11111111-aaaa-4aaa-8aaa-000000000001",
            "timestamp": 1772366400000,
            "form-id": "form-old",
            "page-url": "https://www.example.com/old",
        },
        {
            "conversion-id": "11111111-aaaa-4aaa-8aaa-000000000002",
            "timestamp": 1772452800000,
            "form-id": "form-new",
            "page-url": "https://www.example.com/guide?utm_source=news&utm_campaign=spring&gclid=abc",
            "page-title": "The guide",
            "title": "Download the guide",
        },
    ],
}
HUBSPOT_FORM: dict[str, Any] = {
    "fields": [
        {"objectTypeId": "0-1", "name": "email", "value": "jane@acme.com"},
        {"objectTypeId": "0-1", "name": "firstname", "value": "Jane"},
    ],
    "submittedAt": "1772452800000",
    "formGuid": "form-new",
    "context": {"hutk": "60c2", "pageUri": "https://www.example.com/guide", "pageName": "The guide"},
    "legalConsentOptions": {
        "consent": {
            "consentToProcess": True,
            "text": "I agree that my data are stored.",
            "communications": [{"value": True, "subscriptionTypeId": 999, "text": "I want the newsletter."}],
        }
    },
}
MAILCHIMP: dict[str, Any] = {
    "type": "subscribe",
    "fired_at": "2026-03-02 12:00:00",
    "data": {
        "id": "8a25ff1d98",
        "list_id": "a6b5da1054",
        "email": "jane@acme.com",
        "email_type": "html",
        "ip_opt": "192.0.2.1",
        "merges": {
            "EMAIL": "jane@acme.com",
            "FNAME": "Jane",
            "LNAME": "Müller",
            "PHONE": "+4930901820",
            "INTERESTS": "Group1,Group2",
            "GROUPINGS": {"0": {"name": "Topics", "groups": "A"}},
        },
    },
}
UPEMAIL: dict[str, Any] = {
    "type": "upemail",
    "fired_at": "2026-03-02 12:00:00",
    "data": {"list_id": "a6", "new_id": "51", "new_email": "jane@new.example", "old_email": "jane@acme.com"},
}
TYPEFORM: dict[str, Any] = {
    "event_id": "LtWXD3crgy",
    "event_type": "form_response",
    "form_response": {
        "form_id": "lT4Z3j",
        "token": "a3a12ec67a1365927098a606107fac15",
        "submitted_at": "2026-03-02T12:00:00Z",
        "landed_at": "2026-03-02T11:58:00Z",
        "hidden": {"utm_source": "news", "utm_campaign": "spring"},
        "definition": {
            "id": "lT4Z3j",
            "title": "Talk to us",
            "fields": [
                {"id": "f1", "ref": "ref-email", "type": "email", "title": "Your e-mail?"},
                {"id": "f2", "ref": "ref-name", "type": "short_text", "title": "Full name"},
                {"id": "f3", "ref": "ref-firm", "type": "short_text", "title": "Where do you work, {{field:f2}}?"},
                {"id": "f4", "ref": "ref-size", "type": "multiple_choice", "title": "Team size"},
                {"id": "f5", "ref": "ref-legal", "type": "legal", "title": "May we write to you?"},
                {"id": "f6", "ref": "ref-phone", "type": "phone_number", "title": "Phone"},
            ],
        },
        "answers": [
            {"type": "email", "email": "jane@acme.com", "field": {"id": "f1", "ref": "ref-email", "type": "email"}},
            {"type": "text", "text": "Jane van Dyk", "field": {"id": "f2", "ref": "ref-name", "type": "short_text"}},
            {"type": "text", "text": "Acme", "field": {"id": "f3", "ref": "ref-firm", "type": "short_text"}},
            {
                "type": "choices",
                "choices": {"labels": ["Sales", "Support"]},
                "field": {"id": "f4", "ref": "ref-size", "type": "multiple_choice"},
            },
            {"type": "boolean", "boolean": True, "field": {"id": "f5", "ref": "ref-legal", "type": "legal"}},
            {
                "type": "phone_number",
                "phone_number": "+4930901820",
                "field": {"id": "f6", "ref": "ref-phone", "type": "phone_number"},
            },
        ],
    },
}
ZOOM: dict[str, Any] = {
    "event": "webinar.registration_created",
    "event_ts": 1772452800000,
    "payload": {
        "account_id": "AAA",
        "object": {
            "uuid": "4444AAAiAAAAAiAiAiiAii==",
            "id": 94444444444,
            "topic": "Forecasting",
            "start_time": "2026-03-09T17:00:00Z",
            "registrant": {
                "id": "r-1",
                "email": "jane@acme.com",
                "first_name": "Jane",
                "last_name": "Müller",
                "phone": "",
                "org": "Acme",
                "job_title": "VP Sales",
                "no_of_employees": "25",
                "custom_questions": [{"title": "What do you hope for?", "value": "Numbers"}],
                "status": "approved",
                "join_url": "https://zoom.example.com/w/94444444444?tk=join-token",
                "tracking_source": {
                    "id": "5516482804110",
                    "source_name": "general",
                    "tracking_url": "https://example.com/webinar?utm_source=li&utm_medium=social",
                },
            },
        },
    },
}
ZOOM_JOINED: dict[str, Any] = {
    "event": "webinar.participant_joined",
    "event_ts": 1773075700000,
    "payload": {
        "object": {
            "uuid": "4444AAAiAAAAAiAiAiiAii==",
            "id": "94444444444",
            "topic": "Forecasting",
            "participant": {
                "user_id": "16778240",
                "user_name": "Jane Müller",
                "email": "jane@acme.com",
                "registrant_id": "r-1",
                "join_time": "2026-03-09T17:01:00Z",
            },
        }
    },
}
INVITEE = "https://api.calendly.com/scheduled_events/EV1/invitees/INV1"
CALENDLY: dict[str, Any] = {
    "event": "invitee.created",
    "created_at": "2026-03-02T12:00:01.000000Z",
    "payload": {
        "uri": INVITEE,
        "created_at": "2026-03-02T12:00:00.000000Z",
        "email": "jane@acme.com",
        "name": "Jane van Dyk",
        "first_name": None,
        "last_name": None,
        "text_reminder_number": "+49 30 901820",
        "cancel_url": "https://calendly.com/cancellations/INV1",
        "reschedule_url": "https://calendly.com/reschedulings/INV1",
        "rescheduled": False,
        "old_invitee": None,
        "new_invitee": None,
        "questions_and_answers": [
            {"question": "Company", "answer": "Acme", "position": 0},
            {"question": "What do you want to see?", "answer": "The forecast", "position": 1},
        ],
        "tracking": {"utm_campaign": "spring", "utm_source": "ads", "salesforce_uuid": None},
        "scheduled_event": {
            "uri": "https://api.calendly.com/scheduled_events/EV1",
            "name": "Demo",
            "event_type": "https://api.calendly.com/event_types/DEMO",
            "start_time": "2026-03-05T09:00:00.000000Z",
        },
    },
}
SALESFORCE: dict[str, Any] = {
    "oid": "00D000000000001",
    "retURL": "https://www.example.com/thanks",
    "first_name": "Jane",
    "last_name": "Müller",
    "email": "jane@acme.com",
    "company": "Acme",
    "title": "VP Sales",
    "phone": "+49 30 901820",
    "description": "Please call.\r\nThank you.",
    "Campaign_ID": "70100000000001",
    "lead_source": "Web",
    "00N500000000001": "spring",
    "captcha_settings": '{"keyname":"k","fallback":"true","orgId":"00D","ts":""}',
    "g-recaptcha-response": "captcha-token",
}
GOOGLE: dict[str, Any] = {
    "lead_id": "TeSter-123-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "user_column_data": [
        {"column_name": "Vollständiger Name", "string_value": "Jane van Dyk", "column_id": "FULL_NAME"},
        {"string_value": "jane@acme.com", "column_id": "EMAIL"},
        {"column_name": "Phone", "string_value": "+4930901820", "column_id": "PHONE_NUMBER"},
        {"column_name": "Company", "string_value": "Acme", "column_id": "COMPANY_NAME"},
        {"column_name": "City", "string_value": "Berlin", "column_id": "CITY"},
    ],
    "api_version": "1.0",
    "form_id": 40000000000,
    "campaign_id": 123456789012345678901,
    "google_key": SECRET,
    "is_test": False,
    "gcl_id": "Cj0KCQ",
    "adgroup_id": 20000000000,
    "lead_submit_time": "2026-03-02T12:00:00Z",
}
FACEBOOK_CHANGE: dict[str, Any] = {
    "field": "leadgen",
    "value": {
        "leadgen_id": 444444444444,
        "page_id": 444444444,
        "form_id": 444444445,
        "adgroup_id": 0,
        "ad_id": 0,
        "created_time": 1772452800,
    },
}
FACEBOOK_HOOK: dict[str, Any] = {
    "object": "page",
    "entry": [{"id": "153125381133", "time": 1772452801, "changes": [FACEBOOK_CHANGE]}],
}
FACEBOOK_LEAD: dict[str, Any] = {
    "id": "444444444444",
    "created_time": "2026-03-02T12:00:00+0000",
    "form_id": "444444445",
    "campaign_id": "6042",
    "campaign_name": "Spring",
    "platform": "ig",
    "is_organic": False,
    "field_data": [
        {"name": "full_name", "values": ["Jane van Dyk"]},
        {"name": "email", "values": ["jane@acme.com"]},
        {"name": "company_name", "values": ["Acme"]},
        {"name": "what_do_you_need?", "values": ["A forecast"]},
    ],
    "custom_disclaimer_responses": [{"checkbox_key": "newsletter", "is_checked": "1"}],
}
GENERIC: dict[str, Any] = {
    "submission": {"id": 4711, "at": "2026-03-02T13:00:00+01:00", "form": "whitepaper"},
    "contact": {"email": "jane@acme.com", "name": "Jane van Dyk", "mobile": "+49 30 901820"},
    "company": {"name": "Acme", "employees": 250},
    "page": {"title": "The white paper", "url": "https://www.example.com/wp?utm_source=x"},
    "terms": {"news": "yes"},
}
GENERIC_FIELDS = {
    "submission.id": "external_id",
    "submission.at": "occurred_at",
    "submission.form": "kind",
    "contact.name": "full_name",
    "terms.news": "consent",
    "page.url": "landing_url",
}
SEGMENT: dict[str, Any] = {
    "type": "track",
    "event": "Demo Requested",
    "messageId": "ajs-next-1",
    "userId": "u-7",
    "timestamp": "2026-03-02T12:00:00.000Z",
    "properties": {"title": "Demo", "seats": 25, "message": "Soon, please"},
    "context": {
        "traits": {"email": "jane@acme.com", "name": "Jane van Dyk", "company": {"name": "Acme"}},
        "campaign": {"name": "spring", "source": "news"},
        "page": {"url": "https://www.example.com/demo"},
    },
}
LINKEDIN_HOOK: dict[str, Any] = {
    "type": "LEAD_ACTION",
    "leadGenFormResponse": "urn:li:leadGenFormResponse:52dcb737-26f9-4af3-b1fc-935b3e93f838-4",
    "leadGenForm": "urn:li:versionedLeadGenForm:(urn:li:leadGenForm:3213,1)",
    "owner": {"sponsoredAccount": "urn:li:sponsoredAccount:1232131"},
    "leadType": "SPONSORED",
    "leadAction": "CREATED",
    "occurredAt": 1772452800000,
}
LINKEDIN_LEAD: dict[str, Any] = {
    "id": "52dcb737-26f9-4af3-b1fc-935b3e93f838-4",
    "leadType": "SPONSORED",
    "leadMetadata": {"sponsoredLeadMetadata": {"campaign": "urn:li:sponsoredCampaign:32131231"}},
    "versionedLeadGenFormUrn": "urn:li:versionedLeadGenForm:(urn:li:leadGenForm:3213,1)",
    "submittedAt": 1772452800000,
    "testLead": False,
    "formResponse": {
        "consentResponses": [{"consentId": 1, "accepted": True}],
        "answers": [
            {"questionId": 20502584796, "answerDetails": {"textQuestionAnswer": {"answer": "jane@acme.com"}}},
            {"questionId": 20502643516, "answerDetails": {"textQuestionAnswer": {"answer": "Jane"}}},
        ],
    },
}
WEBFLOW: dict[str, Any] = {
    "triggerType": "form_submission",
    "payload": {
        "id": "6321ca84df3949bfc6752327",
        "formId": "65429eadebe8a9f3a30f62d0",
        "name": "Contact Us",
        "siteId": "65427cf400e02b306eaa049c",
        "submittedAt": "2026-03-02T12:00:00.000Z",
        "data": {
            "First Name": "Jane",
            "Last Name": "Müller",
            "email": "jane@acme.com",
            "Phone Number": "+49 30 901820",
        },
        "schema": [{"fieldName": "First Name", "fieldType": "FormTextInput"}],
    },
}
SAMPLES: Mapping[str, tuple[Any, ...]] = {
    "calendly": (CALENDLY, {**CALENDLY, "event": "invitee.canceled"}),
    "facebook": (FACEBOOK_HOOK, FACEBOOK_LEAD, {"data": [FACEBOOK_LEAD]}),
    "generic": (GENERIC, [GENERIC, GENERIC]),
    "google-ads": (GOOGLE,),
    "hubspot": ([HUBSPOT_EVENT], HUBSPOT_CONTACT, HUBSPOT_FORM),
    "linkedin": (LINKEDIN_HOOK, LINKEDIN_LEAD),
    "mailchimp": (MAILCHIMP, {**MAILCHIMP, "type": "cleaned"}),
    "salesforce-web-to-lead": (SALESFORCE,),
    "segment": (SEGMENT, {"batch": [SEGMENT, {**SEGMENT, "type": "identify"}]}),
    "typeform": (TYPEFORM,),
    "webflow": (WEBFLOW, {**WEBFLOW["payload"], "_id": "6321", "d": "2026-03-02T12:00:00Z"}),
    "zoom": (ZOOM, ZOOM_JOINED),
}
SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "generic": {"fields": GENERIC_FIELDS, "system": "wordpress"},
    "linkedin": {"fields": {"20502643516": "first_name"}},
    "segment": {"kinds": {"Demo Requested": Kind(Source.DEMO_REQUEST)}},
}


def connection(connector: str, **settings: Any) -> Connection:
    usual = {"secrets": (SECRET,), "public_url": PUBLIC_URL, "consent": NEWS, **SETTINGS.get(connector, {})}
    return Connection(connector, **(usual | settings))


def encoded(connector: str, value: Any) -> bytes:
    if connector in FORMS:
        return "&".join(f"{quote_plus(name)}={quote_plus(one)}" for name, one in bracketed(value)).encode()
    return json.dumps(value, ensure_ascii=False).encode()


def bracketed(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, one in value.items():
            yield from bracketed(one, f"{path}[{name}]" if path else name)
    else:
        yield path, "" if value is None else str(value)


def delivery(connector: str, value: Any, query: str = "") -> Delivery:
    content_type = "application/x-www-form-urlencoded" if connector in FORMS else "application/json"
    return Delivery(encoded(connector, value), {"content-type": content_type}, query)


def elements(connector: str, value: Any, **settings: Any) -> list[Element]:
    return read(READERS[connector], delivery(connector, value), connection(connector, **settings))


def outcomes(connector: str, value: Any, **settings: Any) -> tuple[Outcome, ...]:
    (element,) = elements(connector, value, **settings)
    return element.outcomes


def outcome(connector: str, value: Any, **settings: Any) -> Outcome:
    (found,) = outcomes(connector, value, **settings)
    return found


def captured(connector: str, value: Any, **settings: Any) -> Capture:
    """The one capture, which the route takes as it is."""
    (found,) = [one for one in outcomes(connector, value, **settings) if isinstance(one, Capture)]
    CaptureLead.model_validate(found.body)
    return found


def changed(value: Any, path: str, new: Any) -> Any:
    """A copy with something else at a dotted path."""
    step, _, rest = path.partition(".")
    if isinstance(value, list):
        inner = changed(value[int(step)], rest, new) if rest else new
        return [*value[: int(step)], inner, *value[int(step) + 1 :]]
    return {**value, step: changed(value.get(step, {}), rest, new) if rest else new}


def without(value: Any, path: str) -> Any:
    """A copy without what stands at a dotted path."""
    step, _, rest = path.partition(".")
    if isinstance(value, list):
        return [without(one, rest) if rest and index == int(step) else one for index, one in enumerate(value)]
    if rest:
        return {**value, step: without(value[step], rest)}
    return {name: one for name, one in value.items() if name != step}
