"""Commands on a prospect. `ProspectInput` is the body of its route."""

from pydantic import ValidationInfo, field_validator, model_validator

from services.lead_intake.lead.capture_body import CompanyInput, Input, PersonInput, field_error, with_dialled_phone
from shared.rules.message import Command


class ProspectInput(Input, Command):
    """A company, and perhaps a person there. Without a person, the company's domain says which account it is."""

    OBJECTS = frozenset({"person", "company"})

    company: CompanyInput
    person: PersonInput | None = None

    @field_validator("person")
    @classmethod
    def dialled_in_its_country(cls, person: PersonInput | None, info: ValidationInfo) -> PersonInput | None:
        return person and with_dialled_phone(person, info.data.get("company"))

    @model_validator(mode="after")
    def is_somebody(self) -> "ProspectInput":
        if self.person is None and self.company.domain is None:
            raise field_error("company", "needs a domain when there is no person")
        return self


class RecordProspect(Command):
    """`person_id`: of a person who has none yet. `content`: a keyed digest of the body."""

    body: ProspectInput
    person_id: str
    content: str
