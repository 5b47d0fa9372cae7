"""A delivery, which is one HTTP request that arrives at a connection, and the connection's settings that say how to
read it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from services.lead_intake.lead.events import Source

Json = Any
"""A value of the JSON parser. Numbers with a fraction or an exponent are texts: they are never rounded."""
JsonObject = dict[str, Json]


@dataclass(frozen=True)
class Delivery:
    """One request. `body`: as received, since signatures cover its bytes. `headers`: with names in lower case. `path`:
    without the query."""

    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    query_string: str = field(default="", repr=False)
    method: str = "POST"
    path: str = ""

    @cached_property
    def query(self) -> Mapping[str, str]:
        return dict(parse_qsl(self.query_string, keep_blank_values=True, errors="replace"))


@dataclass(frozen=True)
class Kind:
    """The source that a submission counts as, with the details that its vendor does not send."""

    source: Source
    source_detail: str | None = None
    details: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True)
class ConsentQuestion:
    """The question that a form's consent box asks."""

    purpose: str
    text_version: str | None = None


@dataclass(frozen=True)
class Connection:
    """An owner's settings of one connection, as far as readers need them.

    `secrets`: the newest first; while one is rotated two are valid. `verify_token`: of Facebook's handshake, so that
    the app's secret need not stand in an address; when blank, a secret counts. `system`: prefix of external ids, by
    default the connector's name; a connection whose vendor numbers submissions per account needs a name of its own,
    which must not be the address that nobody can guess. `fields`: a vendor's field name, reference, title or path ->
    one of `fields.FIELDS`. `kinds`: the id of a form, list, campaign or event type -> its kind; `kind`: that of all
    others. `public_url`: the address that the vendor calls, without query, where
    a proxy shows us another. `redirect_hosts`: where a browser may be
    sent. `legacy_signatures`: HubSpot's first two kinds, which have no time stamp.
    """

    connector: str
    secrets: tuple[str, ...] = field(default=(), repr=False)
    verify_token: str = field(default="", repr=False)
    system: str = ""
    kind: Kind | None = None
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    consent: ConsentQuestion | None = None
    public_url: str = ""
    redirect_hosts: frozenset[str] = frozenset()
    legacy_signatures: bool = False


@dataclass(frozen=True)
class Verified:
    """The delivery is the vendor's."""


@dataclass(frozen=True)
class Unverified:
    """The delivery is not shown to be the vendor's; the answer is 401."""

    reason: str


Verification = Verified | Unverified


@dataclass(frozen=True)
class Reply:
    """An answer that the vendor prescribes. `location`: of a redirect."""

    status: int
    content_type: str
    body: bytes
    location: str | None = None
