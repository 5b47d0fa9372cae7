"""The rules for forms."""

from datetime import datetime

from services.lead_intake.form import commands, events
from services.lead_intake.form.state import Form, evolve
from shared.rules.decider import Decider


def decide(form: Form, command: commands.DefineForm, at: datetime) -> list[events.FormEvent]:
    settings = command.settings()
    return [] if form.settings == settings else [events.FormDefined(settings=settings)]


DECIDER: Decider[commands.DefineForm, Form, events.FormEvent] = Decider("form", events.PARSE, Form(), decide, evolve)
