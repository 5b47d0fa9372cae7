"""The instants that a question may name, and the moment that it is answered for."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field, TypeAdapter, ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.answers.moment import (
    FRONTIER,
    NOW,
    Applied,
    Instants,
    Moment,
    frontier_positions,
    moment_of,
)
from services.forecast.projections.settings import BusinessSettings, settings_at
from shared.rules.fields import LATEST, Instant
from shared.rules.message import InvalidField
from shared.web.errors.problems import InvalidRequest
from shared.web.routing import freshness
from shared.web.routing.call import Call

INSTANT: TypeAdapter[datetime] = TypeAdapter(Instant)
KNOWN_AT = (
    "A frontier such as an answer gives, or an instant: what was recorded until then. By default all that is known"
)


def frontier_or_instant(text: str) -> str:
    try:
        return text if FRONTIER.fullmatch(text) else INSTANT.validate_python(text).isoformat()
    except ValidationError:
        raise ValueError("must be a frontier such as forecast:7,pipeline:12, or an instant") from None


AsOf = Annotated[Instant, Field(description="By default now")]
OrgAsOf = Annotated[Instant, Field(description="By default the earlier of as_of and the period's end")]
KnownAt = Annotated[str, Field(max_length=500, description=KNOWN_AT), AfterValidator(frontier_or_instant)]


async def find_moment(call: Call, tx: AsyncConnection, instants: Instants = NOW) -> Moment:
    """Raises `InvalidField` for instants that lie in the future, and for positions that no event has yet."""
    settings = await present_settings(call, tx) if instants.is_now else None
    return await moment_of(tx, call.context.clock_and_ids.now(), applied(call), instants, settings)


def applied(call: Call) -> Applied:
    """The positions that the snapshot of the call has applied."""
    positions = call.frontier.positions
    return Applied(call.context.read_models, {each: positions.get(each, 0) for each in call.context.projected_sources})


async def wait_until_known(call: Call, known_at: str | None) -> None:
    """Waits until the positions of a frontier are applied, as long as `Prefer` says. Raises `InvalidField` for a
    frontier that no answer had, and `PositionNotReached`."""
    if known_at is None or not FRONTIER.fullmatch(known_at):
        return
    wanted, sources = frontier_positions(known_at), call.context.projected_sources
    if wanted.keys() != sources:
        raise InvalidField("query/known_at", f"must name {' and '.join(sorted(sources))}")
    if wanted[call.context.service] > await freshness.head(call.context):
        raise InvalidField("query/known_at", f"names an event of {call.context.service} that does not exist yet")
    try:
        await freshness.wait_until_applied(call.context, wanted, call.request.headers, call.caller.lineage)
    except InvalidRequest:
        raise InvalidField("query/known_at", "names an event that does not exist yet") from None


async def present_settings(call: Call, tx: AsyncConnection) -> BusinessSettings:
    """The settings of now. They are kept while the read models stay as they are: no change starts in the future."""
    cache = call.context.answer_cache
    settings: BusinessSettings | None = cache.get(call.frontier, "settings")
    if settings is None:
        settings = await settings_at(tx, LATEST)
        cache.put(call.frontier, "settings", settings, 1)
    return settings
