"""The rules for recording a prospect."""

from datetime import datetime

from services.lead_intake.lead.capture_fields import company_of
from services.lead_intake.lead.classification import company_domain, email_kind, role_class, size_band
from services.lead_intake.lead.events import COMPANY_NAME, Company
from services.lead_intake.prospect import commands, events
from services.lead_intake.prospect.state import NotExisting, Prospect, State, evolve
from shared.rules.decider import Decider
from shared.rules.sealed import Sealed


def decide(state: State, command: commands.RecordProspect, at: datetime) -> list[events.ProspectEvent]:
    """The same content again adds nothing."""
    if isinstance(state, Prospect) and state.content == command.content:
        return []
    body = command.body
    email = body.person.email if body.person else None
    return [
        events.ProspectRecorded(
            person_id=person_id_of(state, command),
            company=company_of(body.company) or Company(),
            email_kind=email_kind(email),
            email_domain=company_domain(email),
            role_class=role_class(body.person.job_title if body.person else None),
            size_band=size_band(body.company.employees),
            person=Sealed(value=personal_data(body)),
            content=command.content,
        )
    ]


def person_id_of(state: State, command: commands.RecordProspect) -> str | None:
    if command.body.person is None:
        return None
    return command.person_id if isinstance(state, NotExisting) else state.person_id


def personal_data(body: commands.ProspectInput) -> dict[str, str]:
    fields = dict(body.person) if body.person else {}
    fields[COMPANY_NAME] = body.company.name
    return {name: value for name, value in fields.items() if value is not None}


DECIDER: Decider[commands.RecordProspect, State, events.ProspectEvent] = Decider(
    "prospect", events.PARSE, NotExisting(), decide, evolve
)
