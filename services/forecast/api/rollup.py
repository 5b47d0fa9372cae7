"""The roll-up: what the deals below a node come to in a period."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.answers.moment import Instants
from services.forecast.answers.rollup import RollupQuestion, computed_rollup
from services.forecast.api.moment import AsOf, KnownAt, OrgAsOf, find_moment, present_settings, wait_until_known
from services.forecast.api.node_views import View
from services.forecast.api.parameters import PeriodKey
from services.forecast.api.places import ReadsBelow, visible_node
from services.forecast.api.rollup_views import RollupView, rollup_view
from services.forecast.quota.events import Motion
from services.forecast.snapshot.events import RatePolicy
from shared.rules.fields import Slug
from shared.rules.money import Currency
from shared.web.routing.call import Call

router = APIRouter(tags=["roll-up"])


class RollupQuery(BaseModel):
    """A whole question: on the same day, to the same read models, it has one answer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    period: PeriodKey | None = None
    node: Annotated[Slug | None, Field(description="By default the root")] = None
    depth: Annotated[int, Field(ge=0, le=20)] = 1
    view: View = "single"
    motion: Motion | None = None
    pipeline: Slug | None = None
    qualified: bool | None = None
    currency: Annotated[
        Currency | None, Field(description="By default that of the settings, else the deals' own if they have one")
    ] = None
    rate_policy: Annotated[RatePolicy | None, Field(description="By default that of the settings")] = None
    calendar: Annotated[Slug | None, Field(description="By default that of the settings")] = None
    as_of: AsOf | None = None
    known_at: KnownAt | None = None
    org_as_of: OrgAsOf | None = None

    @property
    def instants(self) -> Instants:
        return Instants(self.as_of, self.known_at, self.org_as_of)

    @property
    def question(self) -> RollupQuestion:
        names = RollupQuestion.__dataclass_fields__.keys() & type(self).model_fields.keys()
        return RollupQuestion(**self.model_dump(include=names), instants=self.instants)


@router.get("/rollup")
async def get_rollup(query: Annotated[RollupQuery, Query()], call: ReadsBelow) -> RollupView:
    """Roll up a period, per node and category.

    A period that has ended keeps the organisation of its end. What the numbers leave out is in `warnings`. Filtered by
    motion, pipeline or qualified, only `pure` is answered. A key that is tied to a node sees it and the nodes below it,
    and not what the node's manager made of it.
    """
    await wait_until_known(call, query.known_at)
    async with call.read() as tx:
        node = await visible_node(call, tx, query.node)
        return await cached_answer(call, tx, query if node == query.node else query.model_copy(update={"node": node}))


@dataclass(frozen=True)
class CachedRollup:
    """An answer that stays the same until something is applied or the business day ends. Only the instants of one that
    is asked for now differ."""

    view: RollupView
    instants: Instants
    period_ends: datetime

    def at(self, now: datetime) -> RollupView:
        if self.instants.as_of is not None:
            return self.view
        as_of = max(now, self.view.as_of)
        return self.view.model_copy(
            update={"as_of": as_of, "org_as_of": self.instants.org_as_of or min(as_of, self.period_ends)}
        )


async def cached_answer(call: Call, tx: AsyncConnection, query: RollupQuery) -> RollupView:
    now, cache = call.context.clock_and_ids.now(), call.context.answer_cache
    today = (await present_settings(call, tx)).today(now)
    question = call.caller.place, query, today
    answer: CachedRollup | None = cache.get(call.frontier, question)
    if answer is None:
        rollup = await computed_rollup(tx, await find_moment(call, tx, query.instants), query.question, call.subtree)
        view = await rollup_view(tx, rollup, query.view)
        answer = CachedRollup(view, query.instants, rollup.period.last_instant(rollup.moment.settings.timezone))
        if answer.view.final or query.known_at is None:  # an instant may become final without another event
            cache.put(call.frontier, question, answer, len(rollup.totals.sums))
    return answer.at(now)
