"""Warnings about the owner that a deal is given to: anybody may own deals, but only some are in the organisation."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel

from shared.organisation import org_nodes
from shared.store.write_request import WriteResult
from shared.web.routing.call import Call

Code = Literal["owner_unassigned", "owner_inactive"]
DETAILS: Mapping[Code, str] = {
    "owner_unassigned": "the owner is not in the organisation",
    "owner_inactive": "the owner has left the organisation",
}


class OwnerWarning(BaseModel):
    code: Code
    detail: str


async def reply_about(call: Call, owner: str | None) -> Callable[[Any], Mapping[str, Any]]:
    """The fields of a write's answer beside its position: with it a repeated answer has the warnings of the first
    one."""
    codes = [] if owner is None else await codes_of(call, owner)
    return lambda state: {"warnings": codes}


async def codes_of(call: Call, owner: str) -> list[Code]:
    async with call.context.reads.connect() as tx:
        node = await org_nodes.find_node(tx, owner)
    if node is None:
        return ["owner_unassigned"]
    return [] if node.active else ["owner_inactive"]


def warnings_of(result: WriteResult) -> list[OwnerWarning]:
    return owner_warnings(result.body.get("warnings", []))


def owner_warnings(codes: Sequence[Code]) -> list[OwnerWarning]:
    return [OwnerWarning(code=code, detail=DETAILS[code]) for code in codes]
