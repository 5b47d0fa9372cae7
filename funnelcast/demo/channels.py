"""The ways by which the company's marketing arrives: two vendors' webhooks, a form of its website, and the API."""

from dataclasses import dataclass, field
from typing import Any

import httpx

from funnelcast.demo.names import ASSETS
from funnelcast.remote import client

ASSET_FORMS, WEBINARS = "Assets behind forms (Typeform)", "Webinars (Zoom)"
"""Names of the connections."""
FORM_KEY = "newsletter"
ORIGIN = "https://www.kestrel.example"
HONEYPOT = "fax"
CONNECTIONS: dict[str, dict[str, Any]] = {
    ASSET_FORMS: {
        "connector": "typeform",
        "kinds": {
            asset_id: {
                "source": "gated_content",
                "details": {"asset_id": asset_id, "asset_type": asset_type, "title": title},
            }
            for asset_id, asset_type, title in ASSETS
        },
    },
    WEBINARS: {"connector": "zoom"},
}
"""The settings of each connection."""
FORM = {
    "source": "newsletter",
    "details": {"list": "monthly", "double_opt_in": True},
    "fields": {"agree": "consent"},
    "consent": {"purpose": "newsletter", "text_version": "1"},
    "origins": [ORIGIN],
    "redirect": f"{ORIGIN}/thanks",
    "honeypot": HONEYPOT,
    "least_seconds": 3,
}


@dataclass(frozen=True)
class SigningConnection:
    """A connection. `secret`: what its vendor signs with."""

    connection_id: str
    path: str
    secret: str = field(repr=False)


@dataclass(frozen=True)
class Channels:
    typeform: SigningConnection
    zoom: SigningConnection


async def open_channels(http: httpx.AsyncClient) -> Channels:
    """`http`: with a key that has `admin`. Connections of an earlier run get other secrets, because a secret is shown
    once. The one before stays valid for a day, so that no delivery is lost."""
    found = (await client.request(http, "GET", "/intake/v1/connections")).json()["items"]
    existing = {one["name"]: one for one in found}
    connections = [await open_connection(http, name, existing.get(name)) for name in CONNECTIONS]
    await client.request(http, "PUT", f"/intake/v1/forms/{FORM_KEY}", json=FORM)
    return Channels(*connections)


async def open_connection(http: httpx.AsyncClient, name: str, existing: dict[str, Any] | None) -> SigningConnection:
    path = "/intake/v1/connections"
    if existing is None:
        made = (await client.request(http, "POST", path, json={"name": name, **CONNECTIONS[name]})).json()
        return SigningConnection(made["connection_id"], made["path"], made["secret"])
    rotated = await client.request(http, "POST", f"{path}/{existing['connection_id']}/rotate-secret", json={})
    return SigningConnection(existing["connection_id"], existing["path"], rotated.json()["secret"])
