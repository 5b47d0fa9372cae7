"""The person of a lead was erased: the lead cannot be worked any more, but it goes on to count."""

from services.qualification.lead import events
from services.qualification.lead.state import NotExisting, State


def erase(state: State) -> list[events.LeadEvent]:
    """The texts of its deals are erased too, also those of refused hand-overs."""
    if isinstance(state, NotExisting) or state.fields.erased:
        return []
    after = state.fields._replace(erased=True, falls_below_at=None)
    return [events.LeadErased(after=after, opportunity_ids=tuple(state.deals))]
