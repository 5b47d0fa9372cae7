"""Sends leads in batches, and then what else their rows say that they did."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from funnelcast.importing.org_sending import words_of
from funnelcast.importing.record import MappedRecord, Record
from funnelcast.importing.sending import Accepted, Pair, SendResult, batch_lines, refused, result_of
from funnelcast.remote import client

LEADS, ACTIVITIES = "/intake/v1/leads/batch", "/intake/v1/activities"
AT_ONCE = 16


@dataclass(frozen=True)
class LeadSender:
    """A lead whose activity is refused is refused: what was taken of it is not taken twice."""

    http: httpx.AsyncClient

    async def send(self, pairs: Sequence[Pair]) -> list[SendResult]:
        lines = await batch_lines(self.http, LEADS, pairs)
        free = asyncio.Semaphore(AT_ONCE)
        return await asyncio.gather(*(self.answer(free, *pair, line) for pair, line in zip(pairs, lines, strict=True)))

    async def answer(
        self, free: asyncio.Semaphore, record: Record, mapped: MappedRecord, line: Mapping[str, Any]
    ) -> SendResult:
        answer = result_of(record, line)
        if not isinstance(answer, Accepted) or not mapped.activities:
            return answer
        position = answer.position
        for activity in mapped.activities:
            body = {"lead_id": line["lead_id"]} | activity
            async with free:
                try:
                    response = await client.request(self.http, "POST", ACTIVITIES, json=body)
                except client.Refused as refusal:
                    return refused(record, f"{activity['kind']}: {words_of(refusal)}")
            position = max(position, response.json()["position"])
        return Accepted(answer.is_new, position)

    async def finish(self) -> Sequence[str]:
        return ()
