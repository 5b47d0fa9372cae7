"""Commands on a webhook."""

from uuid import UUID

from shared.rules.fields import Line, Prose
from shared.rules.message import Command
from shared.webhooks.events import Reason


class CreateWebhook(Command):
    """`from_position`: the first position that is delivered; None: the one after the creation. `node`,
    `on_behalf_of_node`: the place of the caller."""

    url: str
    types: tuple[Line, ...] | None
    description: Prose | None
    secret: str
    owner: UUID
    from_position: int | None
    node: str | None = None
    on_behalf_of_node: str | None = None


class ChangeWebhook(Command):
    """`url`, `is_enabled`: None leaves them as they are. `types`, `description`: their new values. `keeps_description`:
    the description is the one that the webhook has already."""

    url: str | None
    types: tuple[Line, ...] | None
    description: Prose | None
    keeps_description: bool = False
    is_enabled: bool | None = None


class RotateSecret(Command):
    secret: str


class DisableWebhook(Command):
    reason: Reason


class RemoveWebhook(Command):
    pass


WebhookCommand = CreateWebhook | ChangeWebhook | RotateSecret | DisableWebhook | RemoveWebhook
