"""The version of the model by which a lead was scored, and what counted, at any instant."""

from datetime import datetime

from services.qualification.lead.fields import Lifecycle
from services.qualification.lead.state import Lead
from shared.rules.message import BEGINNING

COUNTS_ANEW = (Lifecycle.REJECTED, Lifecycle.NURTURE, Lifecycle.CUSTOMER)


def model_version_at(lead: Lead, at: datetime) -> int:
    """The version that had scored the lead last at that time; before the first score, the version that gave it."""
    scored = [version for since, version in lead.models if since <= at]
    return scored[-1] if scored else lead.models[0][1]


def counts_after_at(lead: Lead, at: datetime) -> datetime:
    """The instant after which engagement counted towards the next crossing, at that time."""
    ends = [transition.at for transition in lead.history if transition.to in COUNTS_ANEW and transition.at <= at]
    return ends[-1] if ends else BEGINNING
