"""Commands on an awaited person."""

from shared.rules.message import Command


class AwaitPerson(Command):
    """The delivery in quarantine waits until the person is captured."""

    quarantine_id: str


class EndWait(Command):
    """The person came; these deliveries were tried again. When others came meanwhile, the wait goes on."""

    quarantine_ids: tuple[str, ...]


AwaitedPersonCommand = AwaitPerson | EndWait
