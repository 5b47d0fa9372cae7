"""The parts beside the roll-up: what moved the number within the last week, and the note of the call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from funnelcast.pages.api import ApiError
from funnelcast.pages.question import Question
from funnelcast.pages.screen import Visit

SHOWN = 4
"""Steps, the largest ones."""
REUSED_FOR = timedelta(minutes=1)
MOST_REMEMBERED = 1000
LIVE = "Funnelcast-Live"
"""The header of a page that loads its numbers again because something was applied."""
NO_WATERFALL = (404, 409, 422)
Fields = Mapping[str, Any]


class LastWeek(NamedTuple):
    """`steps`: the largest ones first; `others`: how many there are beside them."""

    opening: str
    closing: str
    steps: Sequence[Fields]
    others: int


@dataclass
class RememberedWeeks:
    """Answers to live pages: a week changes little within a minute, and each of them asks at every change."""

    answers: dict[tuple[object, ...], tuple[datetime, LastWeek | None]] = field(default_factory=dict)

    async def find(self, visit: Visit, question: Question) -> LastWeek | None:
        now: datetime = visit.request.app.state.now()
        key = (visit.api.token, question)
        known = self.answers.get(key)
        if known is not None and LIVE in visit.request.headers and now - known[0] < REUSED_FOR:
            return known[1]
        found = await last_week(visit, question, now - timedelta(days=7))
        if len(self.answers) >= MOST_REMEMBERED:
            self.answers.clear()
        self.answers[key] = now, found
        return found


async def find_week(visit: Visit, question: Question) -> LastWeek | None:
    """The week; None for a question about the past, or by another calendar."""
    if question.at is not None or question.calendar is not None:
        return None
    weeks: RememberedWeeks = visit.request.app.state.weeks
    return await weeks.find(visit, question)


async def last_week(visit: Visit, question: Question, since: datetime) -> LastWeek | None:
    """The waterfall of the last week, by default of the same node and period as the roll-up. None where there is no
    waterfall: of several currencies, say, which never add up."""
    asked = {"node": question.node, "period": question.period}
    asked |= {"currency": question.currency, "basis": question.basis}
    try:
        answer = await visit.api.get("/forecast/v1/waterfall", view="commit", **{"from": since.isoformat()}, **asked)
    except ApiError as error:
        if error.status not in NO_WATERFALL:
            raise
        return None
    steps = sorted(answer["steps"], key=lambda step: -abs(Decimal(step["amount"])))
    steps = [step for step in steps if Decimal(step["amount"])]
    return LastWeek(answer["opening"], answer["closing"], steps[:SHOWN], len(steps[SHOWN:]))


async def call_note(visit: Visit, answer: Fields) -> str | None:
    """The note that was written with the call that is in force."""
    node, call = answer["node"]["node_id"], answer["node"]["call"]
    if call is None:
        return None
    asked = {"node": node, "period": answer["period"]["key"], "week": call["week"], "limit": 1000}
    found = await visit.api.get_if_allowed("/forecast/v1/submissions", **asked)
    notes: list[str | None] = [each["note"] for each in (found or {"items": []})["items"] if each["at"] == call["at"]]
    return notes[-1] if notes else None
