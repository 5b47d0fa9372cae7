"""The rules for webhooks."""

from datetime import datetime

from shared.rules.decider import Decider
from shared.rules.message import Rejected
from shared.rules.sealed import Sealed, seal
from shared.webhooks import commands, events
from shared.webhooks.state import Existing, NotExisting, State, evolve, must_exist


def decide(state: State, command: commands.WebhookCommand, at: datetime) -> list[events.WebhookEvent]:
    match command:
        case commands.CreateWebhook():
            return create(state, command)
        case commands.ChangeWebhook():
            return change(state, command)
        case commands.RotateSecret():
            must_exist(state)
            return [events.WebhookSecretRotated(secret=Sealed(value=command.secret))]
        case commands.DisableWebhook():
            return [] if must_exist(state).disabled else [events.WebhookDisabled(reason=command.reason)]
        case commands.RemoveWebhook():
            return remove(state)


def create(state: State, command: commands.CreateWebhook) -> list[events.WebhookEvent]:
    if state != NotExisting():
        raise Rejected("there is a webhook with this id")
    return [
        events.WebhookCreated(
            url=Sealed(value=command.url),
            types=command.types,
            description=seal(command.description),
            secret=Sealed(value=command.secret),
            owner=command.owner,
            from_position=command.from_position,
            node=command.node,
            on_behalf_of_node=command.on_behalf_of_node,
        )
    ]


def change(state: State, command: commands.ChangeWebhook) -> list[events.WebhookEvent]:
    before = must_exist(state)
    changes: list[events.WebhookEvent] = []
    if has_other_values(before, command):
        url, description = seal(command.url), seal(command.description)
        changes.append(events.WebhookChanged(url=url, types=command.types, description=description))
    if command.is_enabled and before.disabled:
        changes.append(events.WebhookEnabled())
    if command.is_enabled is False and not before.disabled:
        changes.append(events.WebhookDisabled(reason="by_hand"))
    return changes


def has_other_values(before: Existing, command: commands.ChangeWebhook) -> bool:
    """Texts are in the vault, and cannot be compared here."""
    has_no_description = command.description is None and before.description is None
    keeps_texts = command.url is None and (command.keeps_description or has_no_description)
    return not keeps_texts or command.types != before.types


def remove(state: State) -> list[events.WebhookEvent]:
    if state == NotExisting(removed=True):
        return []
    must_exist(state)
    return [events.WebhookRemoved()]


DECIDER: Decider[commands.WebhookCommand, State, events.WebhookEvent] = Decider(
    "webhook", events.PARSE, NotExisting(), decide, evolve
)
