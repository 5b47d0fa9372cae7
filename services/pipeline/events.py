"""Every event this service stores: what its projections, its feed and its topic may contain."""

from services.pipeline.opportunity.events import OpportunityEvent, TextsErased
from services.pipeline.process.events import ProcessEvent
from shared.rules.message import Parser, members, parser

PipelineEvent = OpportunityEvent | ProcessEvent
PARSE: Parser[PipelineEvent] = parser(PipelineEvent)
PUBLIC = frozenset(event.type for event in members(OpportunityEvent)) - {TextsErased.type}
"""Told to subscribers."""
