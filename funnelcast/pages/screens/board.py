"""The board: the open deals of a process, a column for each stage."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple
from urllib.parse import quote

from starlette.responses import Response

from funnelcast.pages.api import Api, ApiError
from funnelcast.pages.formats import in_zone
from funnelcast.pages.rendering import address
from funnelcast.pages.screen import Screen, Visit, see_other

PATH = "/board"
READS, WRITES = ("pipeline:read",), ("pipeline:read", "pipeline:write")
REFUSALS = (403, 404, 409, 412, 422)
MOST = 200
"""Deals of one column."""
Fields = Mapping[str, Any]


class Move(NamedTuple):
    """`command`: the one that leads to the stage."""

    command: str
    stage: str


@dataclass(frozen=True)
class Column:
    """`is_whole`: whether these are all deals of the stage. `moves`: where they can be moved."""

    stage: str
    qualified: bool
    deals: Sequence[Fields]
    is_whole: bool
    moves: Sequence[Move]

    @property
    def sums(self) -> Mapping[str, str]:
        """Of the amounts, by currency."""
        found: dict[str, Decimal] = {}
        for deal in self.deals:
            if deal["amount"]:
                currency = deal["amount"]["currency"]
                found[currency] = found.get(currency, Decimal(0)) + Decimal(deal["amount"]["amount"])
        return {currency: format(amount, "f") for currency, amount in sorted(found.items())}


async def show_board(visit: Visit, refused: ApiError | None = None) -> Response:
    """`refused`: why the last move was not done."""
    processes = (await visit.api.get("/pipeline/v1/stages"))["items"]
    names = [each["pipeline"] for each in processes]
    process = next((each for each in processes if each["pipeline"] == visit.query["pipeline"]), processes[0])
    now = in_zone(visit.request.app.state.now(), visit.zone)
    return visit.page(
        "board.html",
        refused.status if refused else 200,
        columns=await find_columns(visit.api, process, visit.query["owner"]),
        processes=names,
        process=process["pipeline"],
        today=now.date().isoformat(),
        age_of=lambda deal: (now - in_zone(deal["created_at"], visit.zone)).days,
        refused=refused,
        may_move=visit.may(*WRITES),
    )


async def find_columns(api: Api, process: Fields, owner: str) -> list[Column]:
    stages = [each["stage"] for each in process["stages"]]
    pages = await asyncio.gather(*(find_deals(api, stage, owner) for stage in stages))
    first = stages.index(process["first_qualified"])
    return [
        Column(
            stage,
            number >= first,
            [deal for deal in page["items"] if deal["pipeline"] == process["pipeline"]],
            page["next"] is None,
            moves_from(number, stages, first),
        )
        for number, (stage, page) in enumerate(zip(stages, pages, strict=True))
    ]


def moves_from(number: int, stages: Sequence[str], first: int) -> list[Move]:
    """`first`: the number of the first qualified stage. Only `qualify` leads there from an unqualified one. The
    next stage stands first."""
    others = [*range(number + 1, len(stages)), *range(number)]
    return [
        Move("qualify" if number < first <= other else "advance", stages[other])
        for other in others
        if number < first or other >= first
    ]


async def find_deals(api: Api, stage: str, owner: str) -> Any:
    return await api.get("/pipeline/v1/opportunities", stage=stage, owner=owner, outcome="open", limit=MOST)


async def move_deal(visit: Visit) -> Response:
    """On the version that the board showed."""
    command, _, to_stage = visit.fields["move"].partition(":")
    if command not in ("advance", "qualify"):
        raise ApiError(404, "Not Found", "the board knows no such command")
    path = f"/pipeline/v1/opportunities/{quote(visit.request.path_params['deal_id'], safe='')}"
    version = f'"{visit.fields["version"]}"'
    try:
        written = await visit.api.answer("POST", f"{path}/{command}", body={"to_stage": to_stage}, if_match=version)
    except ApiError as error:
        if error.status not in REFUSALS:
            raise
        return await show_board(visit, error)
    chosen = {name: visit.query[name] for name in ("pipeline", "owner")}
    return see_other(address(PATH, chosen, after=written.position))


SCREENS = (
    Screen(PATH, show_board, READS, title="Board"),
    Screen(f"{PATH}/{{deal_id}}", move_deal, WRITES, method="POST"),
)
