"""The state of a form: its settings; none before it is defined."""

from dataclasses import dataclass
from datetime import datetime

from services.lead_intake.form import events


@dataclass(frozen=True)
class Form:
    settings: events.FormSettings | None = None


def evolve(form: Form, event: events.FormEvent, at: datetime) -> Form:
    return Form(event.settings)
