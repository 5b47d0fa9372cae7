"""Events of a prospect, stored for ever: add, never change. The person's data is sealed under the person."""

from typing import ClassVar

from services.lead_intake.lead.events import Company, EmailKind, RoleClass, SizeBand
from shared.rules.fields import Label
from shared.rules.message import Event, Parser, parser
from shared.rules.sealed import Sealed


class ProspectRecorded(Event):
    """All that was submitted, which replaces what was recorded before. `person_id`: none of an account alone.
    `content`: a keyed digest of the submitted body."""

    type: ClassVar[str] = "prospect.recorded"
    person_id: str | None
    company: Company
    email_kind: EmailKind
    email_domain: Label | None
    role_class: RoleClass | None
    size_band: SizeBand | None
    person: Sealed[dict[str, str]]
    content: str

    def vault_subject(self, stream: str) -> str:
        return f"person-{self.person_id}" if self.person_id else stream


ProspectEvent = ProspectRecorded
PARSE: Parser[ProspectEvent] = parser(ProspectEvent)
