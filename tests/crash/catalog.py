"""All crash points, along the path of a fact, and then through the life of a system."""

from typing import Any

from shared.rules.reaction import REACTIONS
from tests.crash.points import Given, Point

KEYED = ("intake", "qualification", "pipeline")
"""Services whose commands of the load carry an Idempotency-Key."""
FOLLOWERS = ("qualification", "forecast")
"""Services whose read models follow another's topic."""
REACTING = ("qualification", "pipeline")
ERASING = KEYED
BATCHES = ("intake", "pipeline")
INTAKE = ("intake",)
WAITED = "services.lead_intake.ingestion.early_outcomes:"
SENDING = ("pipeline",)
"""The service to which the tests add a webhook."""


def results(given: Given, result: Any) -> bool:
    return bool(result)


def own(given: Given, result: Any) -> bool:
    """Whether the consumer applies the service's own events, for its read models."""
    return bool(given["self"].subscription.partition("_read_")[0] == given["self"].source)


def reacting(given: Given, result: Any) -> bool:
    """Whether the consumer reacts to the load. Forecast's organisation and settings are there before it begins."""
    return bool(given["self"].subscription == REACTIONS and given["self"].source != "forecast")


def foreign(given: Given, result: Any) -> bool:
    return not own(given, result) and not reacting(given, result)


def changes(given: Given, result: Any) -> bool:
    deals = [event.stream for event in given.get("events", ()) if event.stream.startswith("opportunity-")]
    return len(deals) > len(set(deals))


def some(name: str) -> Any:
    return lambda given, result: bool(given[name])


def poison(given: Given, result: Any) -> bool:
    return given.get("error") is not None


def behind(given: Given, result: Any) -> bool:
    return given.get("error") is None and bool(given["events"])


def sends(given: Given, result: Any) -> bool:
    return bool((given.get("batch") or given["taken"]).deliveries)


def dies(given: Given, result: Any) -> bool:
    """A delivery was tried for the last time."""
    return any(row.status == "dead" for row in given["new_rows"])


COMMAND = (
    Point("command taken, nothing locked", "shared.store.committer:handle", "before"),
    Point("append lock taken", "shared.store.handler:deciders_by_stream", "before"),
    Point("decided, nothing written", "shared.store.handler:write", "before"),
    Point("appended", "shared.store.event_store:append", "after", some("new_events")),
    Point("texts kept", "shared.store.vault:keep", "after", some("entries")),
    Point("answers kept", "shared.store.idempotency:keep", "after", some("fresh"), KEYED),
    Point("handled, before COMMIT", "shared.store.committer:handle", "after"),
    Point("committed, before the answer", "shared.store.committer:Committer.commit", "after"),
    Point("answered, before the reply", "shared.store.committer:Committer.write", "after"),
    Point(
        "half a batch committed", "shared.store.committer:Committer.write_all", "after", services=BATCHES, scene="batch"
    ),
)
ERASURE = (
    Point("vault emptied", "shared.store.vault:erase", "after", some("subjects"), ERASING),
    Point("aliases forgotten", "shared.store.aliases:forget", "after", some("subjects"), ERASING),
)
RELAY = (
    Point("relay has read", "shared.flow.relay:Relay.next_events", "after", results),
    Point("one partition produced", "shared.flow.log.batches:BatchPublisher.deliver", "after"),
    Point("produced, before the cursor", "shared.flow.log.batches:BatchPublisher.publish", "after"),
    Point("cursor moved", "shared.flow.relay:Relay.publish_events", "after"),
    Point("clock promised, before the watermark", "shared.flow.relay:Relay.store_watermark", "after", nth=2),
    Point("watermark told", "shared.flow.log.kafka:KafkaLog.set_watermark", "after", nth=2),
)
READ_MODELS = (
    Point("own events read", "shared.flow.consumer:Consumer.process", "before", own),
    Point("own checkpoint moved", "shared.flow.consumer:Consumer.advancing_checkpoint", "entered", own),
    Point("own effects, before COMMIT", "shared.flow.consumer:Consumer.advancing_checkpoint", "leaving", own),
    Point("own effects committed", "shared.flow.consumer:Consumer.advancing_checkpoint", "left", own),
    Point("foreign events read", "shared.flow.consumer:Consumer.process", "before", foreign, FOLLOWERS),
    Point(
        "foreign checkpoint moved", "shared.flow.consumer:Consumer.advancing_checkpoint", "entered", foreign, FOLLOWERS
    ),
    Point(
        "foreign effects, before COMMIT",
        "shared.flow.consumer:Consumer.advancing_checkpoint",
        "leaving",
        foreign,
        FOLLOWERS,
    ),
    Point(
        "foreign effects committed", "shared.flow.consumer:Consumer.advancing_checkpoint", "left", foreign, FOLLOWERS
    ),
)
REACTION = (
    Point("upstream events read", "shared.flow.consumer:Consumer.process", "before", reacting, REACTING),
    Point(
        "reaction's checkpoint moved",
        "shared.flow.consumer:Consumer.advancing_checkpoint",
        "entered",
        reacting,
        REACTING,
    ),
    Point("reaction appended", "shared.run.reacting:handle", "after", services=REACTING),
    Point(
        "reaction, before COMMIT", "shared.flow.consumer:Consumer.advancing_checkpoint", "leaving", reacting, REACTING
    ),
    Point("reaction committed", "shared.flow.consumer:Consumer.advancing_checkpoint", "left", reacting, REACTING),
)
DELIVERY = (
    Point("deliveries claimed, nothing sent", "shared.webhooks.batch:send", "before", sends, SENDING, "deliver"),
    Point("receiver answered, before the cursor", "shared.webhooks.batch:send", "after", sends, SENDING, "deliver"),
    Point(
        "webhook's cursor moved", "shared.webhooks.queue:advance", "after", some("has_succeeded"), SENDING, "deliver"
    ),
    Point("deliveries recorded, before COMMIT", "shared.webhooks.batch:record", "after", sends, SENDING, "deliver"),
    Point("deliveries committed", "shared.webhooks.dispatcher:Dispatcher.record", "after", sends, SENDING, "deliver"),
    Point("delivery marked dead, before COMMIT", "shared.webhooks.queue:save", "after", dies, SENDING, "deliver"),
)
EARLY = (
    Point(
        "captured, nothing that waited recorded", f"{WAITED}record_early", "before", some("streams"), INTAKE, "early"
    ),
    Point("one that waited recorded, not released", f"{WAITED}record_each", "after", results, INTAKE, "early"),
    Point("one that waited released", f"{WAITED}record_waiting", "after", results, INTAKE, "early"),
    Point(
        "all that waited recorded, the wait not ended", f"{WAITED}end_wait", "before", some("tried"), INTAKE, "early"
    ),
)
LIFE = (
    Point("port taken", "funnelcast.serving.runtime:bind", "after"),
    Point("schema checked", "shared.run.lifecycle:prepare", "after"),
    Point("lease taken", "shared.run.worker:Worker.run_as_leader", "before"),
    Point("told to stop", "shared.run.process:Server.stop", "after", scene="stop"),
    Point("drained, before the worker stops", "shared.run.worker:Worker.stop", "before", scene="stop"),
    Point("worker stopped, before the log closes", "shared.flow.log.kafka:KafkaLog.close", "before", scene="stop"),
    Point(
        "tables of a version made, before COMMIT", "shared.flow.read_schema:create_tables", "after", scene="new version"
    ),
    Point(
        "new version half built",
        "shared.flow.consumer:Consumer.advancing_checkpoint",
        "leaving",
        own,
        scene="new version",
    ),
)
REBUILD = (
    Point("rebuild begun", "shared.flow.rebuild:Rebuild.create_tables", "after", scene="rebuild"),
    Point("rebuild half built", "shared.flow.rebuild:Rebuild.apply", "after", scene="rebuild"),
    Point("rebuild built", "shared.flow.rebuild:Rebuild.analyze", "after", scene="rebuild"),
    Point("consumers held", "shared.flow.rebuild:Rebuild.lock_checkpoints", "after", scene="rebuild"),
    Point("swapped, before COMMIT", "shared.flow.rebuild:Rebuild.swap", "after", scene="rebuild"),
    Point("swap committed", "shared.flow.rebuild:Rebuild.try_swap", "after", scene="rebuild"),
)
PARKING = (
    Point("poison found", "shared.flow.consumer:Consumer.park", "before", scene="park"),
    Point("parked, before COMMIT", "shared.flow.parked:park_events", "after", poison, scene="park"),
    Point("parking committed", "shared.flow.consumer:Consumer.park", "after", scene="park"),
    Point("queued behind, before COMMIT", "shared.flow.parked:park_events", "after", behind, scene="park"),
    Point("wish written, before COMMIT", "shared.flow.parked_actions:request_action", "after", scene="wish"),
    Point("released, before COMMIT", "shared.flow.parked_actions:remove_events", "after", scene="unpark"),
    Point("release committed", "shared.flow.consumer:Consumer.apply_parked", "after", scene="unpark"),
    Point("skipped, before COMMIT", "shared.flow.parked_actions:skip_event", "after", scene="unpark"),
    Point("skip committed", "shared.flow.consumer:Consumer.skip", "after", scene="unpark"),
)
NOBODY = ("",)
"""Points of commands that are no service's."""
MIGRATION = (
    Point("one schema migrated", "shared.run.schema:upgrade", "after", services=NOBODY, scene="migrate", nth=2),
    Point("all migrated, before COMMIT", "shared.run.schema:upgrade", "after", services=NOBODY, scene="migrate", nth=5),
    Point(
        "migrated, before the first key",
        "funnelcast.administration.keys:create_first",
        "before",
        services=NOBODY,
        scene="migrate",
    ),
)
FIRST_START = (
    Point(
        "cluster made, not in its place",
        "funnelcast.embedded_postgres.cluster:publish",
        "before",
        services=NOBODY,
        scene="up",
    ),
    Point(
        "Postgres started",
        "funnelcast.embedded_postgres.cluster:create_database",
        "before",
        services=NOBODY,
        scene="up",
    ),
    Point(
        "key of blind indexes kept",
        "funnelcast.administration.blind_index_key:write_key",
        "after",
        services=NOBODY,
        scene="up",
    ),
    Point("bootstrapped", "funnelcast.administration.bootstrap:bootstrap", "after", services=NOBODY, scene="up"),
)
IMPORT = (
    Point("batch sent", "funnelcast.importing.sending:batch", "after", services=NOBODY, scene="import", nth=2),
    Point(
        "all sent, not yet visible", "funnelcast.importing.sending:visible", "before", services=NOBODY, scene="import"
    ),
)
POINTS = (
    *COMMAND,
    *ERASURE,
    *RELAY,
    *READ_MODELS,
    *REACTION,
    *DELIVERY,
    *EARLY,
    *LIFE,
    *REBUILD,
    *PARKING,
    *MIGRATION,
    *FIRST_START,
    *IMPORT,
)
BETWEEN = Point("between two steps that a bug took apart", "tests.crash.bugs:between", "after")
"""A point that no process of the product ever reaches."""
BETWEEN_CHANGES = Point("the same, with several changes of one deal", BETWEEN.target, "after", changes)
"""What was applied alone does no harm when it is applied again: it is compared with what is there."""
BY_NAME = {point.name: point for point in (*POINTS, BETWEEN, BETWEEN_CHANGES)}
