"""Events of a connection, stored for ever: add, never change. Secrets are sealed under the connection."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, PlainValidator, TypeAdapter

from services.lead_intake.lead.events import Count, Source
from shared.rules.fields import Flag, Label, Line, Slug
from shared.rules.message import Erasure, Event, Message, Parser, parser
from shared.rules.sealed import Sealed

Connector = Literal[
    "calendly",
    "facebook",
    "generic",
    "google-ads",
    "hubspot",
    "linkedin",
    "mailchimp",
    "salesforce-web-to-lead",
    "segment",
    "typeform",
    "webflow",
    "zoom",
]
FieldName = Literal[
    "email",
    "phone",
    "first_name",
    "last_name",
    "full_name",
    "job_title",
    "company",
    "domain",
    "country",
    "industry",
    "employees",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_term",
    "utm_content",
    "click_id",
    "landing_url",
    "message",
    "timeline",
    "role",
    "product",
    "seats",
    "consent",
    "external_id",
    "occurred_at",
    "kind",
]
MAX_ENTRIES = 200
LABEL: TypeAdapter[str] = TypeAdapter(Label)
COUNT: TypeAdapter[int] = TypeAdapter(Count)


def detail_value(value: Any) -> str | bool | int:
    """Chooses the type by the value, so that an error is about this value and not about three types."""
    if isinstance(value, bool):
        return value
    return LABEL.validate_python(value) if isinstance(value, str) else COUNT.validate_python(value)


DetailValue = Annotated[str | bool | int, PlainValidator(detail_value, json_schema_input_type=Label | bool | Count)]
Details = Annotated[dict[Slug, DetailValue], Field(max_length=20, json_schema_extra={"additionalProperties": False})]


class KindSettings(Message):
    """The source that a submission counts as, with details that the vendor does not send."""

    source: Source
    source_detail: Label | None = None
    details: Details = Field(default_factory=dict)


class ConsentSettings(Message):
    """The consent that a form's box asks for."""

    purpose: Label
    text_version: Label | None = None


class ConnectionSettings(Message):
    """The settings by which deliveries are read.

    `kinds`: by the id of a form, list, campaign or event type; `kind`: of all others. `fields`: the vendor's name,
    reference, title or path of a field, and what it means. `system`: the prefix of external ids, by default the
    connector's name. `public_url`: the address that the vendor calls and signs, if it is not the one that arrives here.
    `redirect_hosts`: where a browser may be sent after a form. `legacy_signatures`: HubSpot's first two kinds, which
    have no time stamp.
    """

    name: Label
    kind: KindSettings | None = None
    kinds: dict[Line, KindSettings] = Field(default_factory=dict, max_length=MAX_ENTRIES)
    fields: dict[Line, FieldName] = Field(default_factory=dict, max_length=MAX_ENTRIES)
    consent: ConsentSettings | None = None
    system: Slug | None = None
    public_url: Line | None = None
    redirect_hosts: Annotated[tuple[Label, ...], Field(max_length=20)] = ()
    legacy_signatures: Flag = False


class ConnectionCreated(Event):
    """`verify_token`: of a handshake, where it is not the secret."""

    type: ClassVar[str] = "connection.created"
    connector: Connector
    settings: ConnectionSettings
    secret: Sealed[str]
    verify_token: Sealed[str] | None = None


class ConnectionChanged(Event):
    """`settings`: all of them, as they are from now on."""

    type: ClassVar[str] = "connection.changed"
    settings: ConnectionSettings


class SecretRotated(Event):
    """The secret before this one stays valid for a day."""

    type: ClassVar[str] = "connection.secret_rotated"
    secret: Sealed[str]


class ConnectionRemoved(Erasure):
    """Deliveries are refused from now on; the secrets are deleted."""

    type: ClassVar[str] = "connection.removed"


ConnectionEvent = ConnectionCreated | ConnectionChanged | SecretRotated | ConnectionRemoved
PARSE: Parser[ConnectionEvent] = parser(ConnectionEvent)
