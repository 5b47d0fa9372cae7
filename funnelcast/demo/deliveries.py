"""Requests of the company's vendors and browsers: signed deliveries and posts of the form, from the body of a capture
request."""

import hashlib
import hmac
import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from funnelcast.demo.channels import FORM_KEY, ORIGIN, Channels, SigningConnection
from services.lead_intake.connectors.posted import URLENCODED

JSON = "application/json"
Body = Mapping[str, Any]
"""The body of a capture request."""


@dataclass(frozen=True)
class Delivery:
    """One HTTP POST without an API key."""

    path: str
    content: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def delivery_of(body: Body, name: str, at: datetime, now: datetime, channels: Channels) -> Delivery | None:
    """The delivery by which such a capture arrives; None for those that the website sends through the API. `name`: of
    the submission. `at`: when the person engaged. Its content depends on `now` in nothing."""
    match body["source"]:
        case "gated_content":
            return by_typeform(channels.typeform, typeform_response(body, name, at))
        case "webinar":
            return by_zoom(channels.zoom, zoom_event(body, name, at), now)
        case "newsletter":
            return newsletter_post(form_fields(body))
        case _:
            return None


# -- Typeform ------------------------------------------------------------------------------------------------------


def typeform_response(body: Body, name: str, at: datetime) -> dict[str, Any]:
    asset, hidden = body["details"], {key: str(value) for key, value in body["company"].items() if key != "name"}
    response = {
        "form_id": asset["asset_id"],
        "token": name,
        "submitted_at": at.isoformat(),
        "hidden": hidden | body["campaign"],
        "definition": {"id": asset["asset_id"], "title": asset["title"]},
        "answers": list(typeform_answers(body)),
    }
    return {"event_id": name, "event_type": "form_response", "form_response": response}


def typeform_answers(body: Body) -> Iterator[dict[str, Any]]:
    for ref, value in (body["person"] | {"company": body["company"]["name"]}).items():
        kind = "email" if ref == "email" else "text"
        yield {"type": kind, kind: value, "field": {"id": ref, "ref": ref, "type": kind}}


def by_typeform(connection: SigningConnection, value: Mapping[str, Any]) -> Delivery:
    content = encode(value)
    signature = b64encode(hmac.digest(connection.secret.encode(), content, hashlib.sha256)).decode()
    return Delivery(connection.path, content, {"Content-Type": JSON, "Typeform-Signature": f"sha256={signature}"})


# -- Zoom ----------------------------------------------------------------------------------------------------------


def zoom_event(body: Body, name: str, at: datetime) -> dict[str, Any]:
    """A Zoom event: people who came have joined; the others have registered."""
    details = body["details"]
    webinar: dict[str, Any] = {"id": details["webinar_id"], "topic": details["webinar_id"].replace("-", " ")}
    if details["attended"]:
        webinar["participant"] = zoom_participant(body["person"], name, at)
        return {"event": "webinar.participant_joined", "event_ts": milliseconds(at), "payload": {"object": webinar}}
    webinar["registrant"] = {"id": name, **zoom_registrant(body)}
    return {"event": "webinar.registration_created", "event_ts": milliseconds(at), "payload": {"object": webinar}}


def zoom_participant(person: Mapping[str, str], name: str, at: datetime) -> dict[str, str]:
    user_name = f"{person['first_name']} {person['last_name']}"
    return {"registrant_id": name, "email": person["email"], "user_name": user_name, "join_time": at.isoformat()}


def zoom_registrant(body: Body) -> dict[str, Any]:
    company = body["company"]
    return {
        **body["person"],
        "org": company["name"],
        "industry": company.get("industry", ""),
        "country": company.get("country", ""),
        "no_of_employees": str(company.get("employees", "")),
        "tracking_source": {"source_name": body["campaign"]["utm_source"]},
    }


def by_zoom(connection: SigningConnection, value: Mapping[str, Any], now: datetime) -> Delivery:
    content, stamp = encode(value), str(milliseconds(now) // 1000)
    signature = hmac.new(connection.secret.encode(), f"v0:{stamp}:".encode() + content, hashlib.sha256).hexdigest()
    headers = {"Content-Type": JSON, "X-Zm-Request-Timestamp": stamp, "X-Zm-Signature": f"v0={signature}"}
    return Delivery(connection.path, content, headers)


# -- the form ------------------------------------------------------------------------------------------------------


def form_fields(body: Body) -> dict[str, str]:
    return {**body["person"], "company": body["company"]["name"], "agree": "yes", "_seconds": "21"}


def newsletter_post(fields: Mapping[str, str]) -> Delivery:
    headers = {"Content-Type": URLENCODED, "Origin": ORIGIN, "Referer": f"{ORIGIN}/newsletter?utm_medium=web"}
    return Delivery(f"/intake/v1/forms/{FORM_KEY}", urlencode(fields).encode(), headers)


def encode(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value).encode()


def milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)
