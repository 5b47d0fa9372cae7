"""Every event that this service stores, and those that its subscribers see."""

from services.pipeline.benchmark.events import BenchmarkCrossed
from services.pipeline.opportunity.events import OpportunityEvent, TextsErased
from services.pipeline.process.events import ProcessEvent
from services.pipeline.setting.events import SettingEvent
from services.pipeline.spend.events import SpendRecorded
from shared.rules.message import Parser, members, parser
from shared.webhooks.events import WebhookEvent

PipelineEvent = OpportunityEvent | BenchmarkCrossed | ProcessEvent | SettingEvent | SpendRecorded | WebhookEvent
PARSE: Parser[PipelineEvent] = parser(PipelineEvent)
PUBLIC = frozenset(event.type for event in members(OpportunityEvent | BenchmarkCrossed)) - {TextsErased.type}
"""The types in the feed, and in the event stream."""
