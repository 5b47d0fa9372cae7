"""Commands on a person's data."""

from shared.rules.message import Command


class RecordAccess(Command):
    """Somebody was shown the data. Every access is an event of its own, never a repetition."""


class ErasePerson(Command):
    """The leads and the prospects that are this person; none of either when there is no such person."""

    lead_ids: tuple[str, ...]
    prospect_ids: tuple[str, ...] = ()


PersonCommand = RecordAccess | ErasePerson
