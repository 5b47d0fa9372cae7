"""The board: the open deals of a process, a column for each stage."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

from starlette.responses import Response

from funnelcast.pages.api import ApiError
from funnelcast.pages.rendering import address
from funnelcast.pages.screen import Screen, Visit, see_other
from funnelcast.pages.screens.names import names_of_nodes

PATH = "/board"
READS, WRITES = ("pipeline:read",), ("pipeline:read", "pipeline:write")
CHOICES = ("pipeline", "owner", "stale_after")
MOST = 200
"""Deals of one column."""
Fields = Mapping[str, Any]


class Move(NamedTuple):
    """`command`: the one that leads to the stage."""

    command: str
    stage: str


async def show_board(visit: Visit, refused: ApiError | None = None) -> Response:
    """`refused`: why the last move was not done."""
    processes = (await visit.api.get("/pipeline/v1/stages"))["items"]
    asked = {name: visit.query[name] for name in CHOICES} | {"limit": MOST}
    if not asked["pipeline"] and "default" not in [each["pipeline"] for each in processes]:
        asked["pipeline"] = processes[0]["pipeline"]
    board = await visit.api.get("/pipeline/v1/board", **asked)
    owners = [deal["owner"] for column in board["columns"] for deal in column["deals"]]
    return visit.page(
        "board.html",
        refused.status if refused else 200,
        board=board,
        people=await names_of_nodes(visit, [visit.query["owner"], *owners]),
        moves=moves_by_stage(board["columns"]),
        processes=[each["pipeline"] for each in processes],
        refused=refused,
        may_move=visit.may(*WRITES),
    )


def moves_by_stage(columns: Sequence[Fields]) -> dict[str, list[Move]]:
    """The moves to each stage. Only `qualify` leads from an unqualified stage to a qualified one, and nothing leads
    back."""
    return {column["stage"]: moves_from(number, columns) for number, column in enumerate(columns)}


def moves_from(number: int, columns: Sequence[Fields]) -> list[Move]:
    """The next stage stands first."""
    start = columns[number]
    if not start["in_process"]:
        return []
    others = [each for each in (*columns[number + 1 :], *columns[:number]) if each["in_process"]]
    return [
        Move("qualify" if each["qualified"] and not start["qualified"] else "advance", each["stage"])
        for each in others
        if each["qualified"] or not start["qualified"]
    ]


async def move_deal(visit: Visit) -> Response:
    """Moves the deal, on the version that the board showed."""
    command, _, to_stage = visit.fields["move"].partition(":")
    if command not in ("advance", "qualify"):
        raise ApiError(404, "Not Found", "the board knows no such command")
    path = f"/pipeline/v1/opportunities/{quote(visit.request.path_params['deal_id'], safe='')}"
    version = f'"{visit.fields["version"]}"'
    try:
        written = await visit.api.request("POST", f"{path}/{command}", body={"to_stage": to_stage}, if_match=version)
    except ApiError as error:
        if not error.is_refusal:
            raise
        return await show_board(visit, error)
    return see_other(address(PATH, {name: visit.query[name] for name in CHOICES}, after=written.position))


SCREENS = (
    Screen(PATH, show_board, READS, title="Board"),
    Screen(f"{PATH}/{{deal_id}}", move_deal, WRITES, method="POST"),
)
