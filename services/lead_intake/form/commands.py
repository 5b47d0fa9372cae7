"""Commands on a form."""

from typing import Any

from pydantic import field_validator

from services.lead_intake.form.events import FormSettings
from services.lead_intake.lead.capture_body import DETAILS_BY_SOURCE
from shared.rules.message import Command


class DefineForm(FormSettings, Command):
    """The whole settings of a form."""

    @field_validator("details", mode="after")
    @classmethod
    def of_its_source(cls, details: Any, info: Any) -> Any:
        source = info.data.get("source")
        if details and source not in DETAILS_BY_SOURCE:
            raise ValueError(f"the source {source} has no details")
        return details

    def settings(self) -> FormSettings:
        return FormSettings.model_validate(self.model_dump())
