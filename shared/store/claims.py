"""Aliases that a request takes for its stream when its steps are accepted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from shared.store.aliases import AliasRecord

SEPARATOR = ","
"""The separator between the fingerprints of steps that were accepted together."""


@dataclass(frozen=True)
class AliasClaim:
    """An alias that the stream takes when the step is accepted.

    If another stream holds it, the step is refused. If this stream holds it with the same fingerprint, the step was
    accepted before and is skipped; with another fingerprint it is refused.
    """

    alias: str
    fingerprint: str | None = None


class HistoryClaims(NamedTuple):
    """An alias and a fingerprint for each step of an imported history, which may be sent again, also with more steps at
    its end.

    The first of the new steps claims its alias, with the fingerprints of all of them: one row, however many steps.
    """

    aliases: Sequence[str] = ()
    fingerprints: Sequence[str] = ()

    def compare(self, records: Mapping[str, AliasRecord], stream: str) -> tuple[int, AliasRecord | None]:
        """The number of steps that were accepted before, and the record that shows a next step to be another one."""
        count = 0
        while count < len(self.aliases) and (record := records.get(self.aliases[count])):
            stored = (record.fingerprint or "").split(SEPARATOR)
            sent = self.fingerprints[count : count + len(stored)]
            if record.stream != stream or stored[: len(sent)] != list(sent):
                return count, record
            count += len(stored)
        return count, None

    def claim_of_rest(self, accepted: int) -> AliasClaim | None:
        if accepted >= len(self.aliases):
            return None
        return AliasClaim(self.aliases[accepted], SEPARATOR.join(self.fingerprints[accepted:]))
