"""The parameters that all measures have in common."""

from collections.abc import Mapping, Sequence
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Query
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from services.pipeline.metrics.deal_sums import GroupKey
from services.pipeline.metrics.dimensions import Dimension
from services.pipeline.metrics.window import Window
from services.pipeline.opportunity.events import Approach, Motion
from services.pipeline.setting.decider import ALL
from services.pipeline.setting.decider import DECIDER as SETTING
from services.pipeline.setting.state import Settings
from shared.rules.fields import Instant, Line
from shared.rules.message import InvalidField
from shared.web.callers.access import METRICS_READ
from shared.web.callers.place import PlaceRule
from shared.web.requests.window import WindowParameters, format_bound, refuse_future
from shared.web.routing.call import Call
from shared.web.routing.needs import Needs

Reads = Annotated[Call, Depends(Needs("pipeline:read", place=PlaceRule.SUBTREE))]
"""The right to read single deals and cycles."""
Measures = Annotated[Call, Depends(Needs("pipeline:read", or_one_of=(METRICS_READ,), place=PlaceRule.SUBTREE))]
"""The right to read counts and rates. A measure that has amounts answers by `amounts.view_for`."""
MeasuresWhole = Annotated[Call, Depends(Needs("pipeline:read", or_one_of=(METRICS_READ,)))]
"""The right to read figures that belong to no place."""
ONE = f"({'|'.join(Dimension)})"
MOST_DIMENSIONS = 2


class WindowQuery(WindowParameters):
    as_of: Annotated[Instant | None, Field(description="As it was then; by default now")] = None

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters as the caller wrote them."""
        given = {"from": self.begins, "to": self.ends, "as_of": self.as_of}
        return {name: text for name, value in given.items() if (text := format_bound(value)) is not None}


class MetricsQuery(WindowQuery):
    by: Annotated[
        list[Annotated[str, Field(pattern=f"^{ONE}(,{ONE})?$")]],
        Query(max_length=MOST_DIMENSIONS, description="At most two dimensions, repeated or separated by a comma"),
    ] = []  # noqa: RUF012 - a default of pydantic, which copies it

    @property
    def dimensions(self) -> list[Dimension]:
        """Raises `InvalidField` for more than two."""
        names = list(dict.fromkeys(Dimension(name) for each in self.by for name in each.split(",")))
        if len(names) > MOST_DIMENSIONS:
            raise InvalidField("query/by", f"at most {MOST_DIMENSIONS} at once")
        return names


class GroupQuery(WindowQuery):
    """The query for what is behind the numbers of one group: a value for each of its dimensions, or that there is
    none."""

    source: Line | None = None
    mql_source: Line | None = None
    campaign: Line | None = None
    owner: Line | None = None
    motion: Motion | None = None
    approach: Approach | None = None
    pipeline: Line | None = None
    product: Line | None = None
    currency: Line | None = None
    without: Annotated[
        str | None,
        Field(
            pattern=f"^{ONE}(,{ONE})*$",
            max_length=200,
            description="Dimensions in which there is no value, separated by commas",
        ),
    ] = None

    @property
    def group(self) -> dict[Dimension, str | None]:
        """Raises `InvalidField` for a dimension with and without a value."""
        given = {name: value for name in Dimension if (value := getattr(self, name)) is not None}
        without = [Dimension(name) for name in self.without.split(",")] if self.without else []
        if both := given.keys() & set(without):
            raise InvalidField("query/without", f"{min(both)} has a value too")
        return given | dict.fromkeys(without)


async def window_of(call: Call, tx: AsyncConnection, query: WindowQuery) -> tuple[Window, Settings]:
    """The window in the snapshot of `Call.read`, with the deals that the caller may see, and the settings in force.
    Raises `InvalidField` for an empty window, and an instant in the future."""
    refuse_future(query.as_of, call.context.clock_and_ids.now())
    settings = (await call.states(tx, SETTING, [ALL]))[ALL]
    begins, ends = query.instants(settings.start_of_day, settings.end_of_day)
    return Window(begins, ends, query.as_of, call.subtree.nodes), settings


def group_key(by: Sequence[Dimension], key: GroupKey) -> dict[str, str | None]:
    return dict(zip(by, key, strict=True))


def deals_link(query: WindowQuery, group: Mapping[str, str | None], **more: str) -> str:
    """The address of the list of the deals behind a number."""
    return list_link("opportunities", query, group, more)


def list_link(resource: str, query: WindowQuery, group: Mapping[str, str | None], more: Mapping[str, str]) -> str:
    values = {name: value for name, value in group.items() if value is not None}
    without = ",".join(name for name, value in group.items() if value is None)
    parameters = query.parameters | values | ({"without": without} if without else {}) | dict(more)
    return f"/pipeline/v1/metrics/{resource}?{urlencode(parameters)}"
