"""Deliveries in quarantine that mention an e-mail address: found by its blind index, and discarded with its person."""

import json
import re
from collections.abc import Collection
from typing import Any

from services.lead_intake.lead.contact import mailbox
from services.lead_intake.projections import quarantine as waiting
from services.lead_intake.quarantine import commands
from services.lead_intake.quarantine.decider import DECIDER
from shared.store.aliases import BlindIndex
from shared.store.write_request import Step
from shared.web.routing.call import Call

CHARACTER = r"[^\s@\"'<>,;:()\\]"
MENTION = re.compile(rf"(?<!{CHARACTER}){CHARACTER}+@{CHARACTER}+\.{CHARACTER}+")
"""Looked for where a word begins, and nowhere inside it: a search at each character of a megabyte would take hours."""
ESCAPE = re.compile(r"\\+[bfnrt]")
"""JSON's escapes of line breaks and other blanks: the letter is no part of the word behind it."""
MOST_MENTIONS = 50


async def erase_mentions(call: Call, emails: Collection[str]) -> None:
    """Discards deliveries in quarantine that mention any of the addresses."""
    for quarantine_id in await mentioning(call, emails):
        command = commands.DiscardDelivery(reason=commands.ERASED)
        await call.context.committer.write(call.write_request(DECIDER, quarantine_id, [Step(command)]))


async def mentioning(call: Call, emails: Collection[str]) -> list[str]:
    """The ids of deliveries in quarantine that mention any of the addresses."""
    if not emails:
        return []
    async with call.context.reads.connect() as tx:
        return await waiting.mentioning(tx, [mention(call.context.blind_index, email) for email in emails])


def mention(blind_index: BlindIndex, email: str) -> str:
    return blind_index.index("mention", mailbox(email.lower()))


def mentions(blind_index: BlindIndex, kept: Any) -> tuple[str, ...]:
    """The blind indexes of e-mail addresses anywhere in an element."""
    found = sorted(set(MENTION.findall(ESCAPE.sub(" ", json.dumps(kept, ensure_ascii=False)))))
    return tuple(mention(blind_index, email) for email in found[:MOST_MENTIONS])
