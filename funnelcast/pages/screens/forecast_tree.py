"""The roll-up as rows of a tree that opens level by level: which nodes are open stands in the page's address."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from funnelcast.pages.api import Api, ApiError
from funnelcast.pages.question import Question

DEPTH = 2
"""One level is shown, and the one below it says which of its nodes can be opened."""
MOST_OPEN = 50
RETRIES = 2
NOT_FOUND = 404
RollupNode = Mapping[str, Any]
RollupBody = Mapping[str, Any]
"""The body of an answer of `/forecast/v1/rollup`."""


@dataclass(frozen=True)
class Row:
    """`toggled`: the nodes that are open after this one was opened or closed; none for a node without any below it."""

    node: RollupNode
    level: int
    is_open: bool
    toggled: str | None
    position: int
    siblings: int


@dataclass(frozen=True)
class Tree:
    """`answer`: the roll-up of the top node. `nodes`: those that are open, by id, each with its children."""

    answer: RollupBody
    nodes: Mapping[str, RollupNode]

    @property
    def top(self) -> RollupNode:
        node: RollupNode = self.answer["node"]
        return node

    @property
    def is_anything_known(self) -> bool:
        """Whether an event was recorded by the moment that the answer is about."""
        return any(part.partition(":")[2] != "0" for part in self.answer["frontier"].split(","))

    def answered(self) -> list[RollupNode]:
        """The nodes that the answer is about and its warnings count, also those that are not opened."""
        return [*nodes_of(self.top)]

    def rows(self) -> list[Row]:
        top = self.top
        return [Row(top, 1, True, None, 1, 1), *self.rows_below(top, 2)]

    def rows_below(self, node: RollupNode, level: int) -> Iterator[Row]:
        children: Sequence[RollupNode] = node["children"]
        for position, child in enumerate(children, 1):
            opened = self.nodes.get(child["node_id"])
            toggled = self.toggled(child["node_id"]) if child["children"] else None
            yield Row(child, level, opened is not None, toggled, position, len(children))
            if opened is not None:
                yield from self.rows_below(opened, level + 1)

    def toggled(self, node: str) -> str:
        others = [each for each in self.nodes if each != node]
        return ",".join(others if node in self.nodes else [*others, node])


def nodes_of(node: RollupNode) -> Iterator[RollupNode]:
    yield node
    for child in node["children"]:
        yield from nodes_of(child)


async def find_tree(api: Api, question: Question, opened: Sequence[str]) -> Tree:
    """All levels are of one frontier, unless the numbers move faster than they can be read. A node that is open but
    does not exist, as of then or any more, is left out."""
    asked = list(dict.fromkeys(opened))[:MOST_OPEN]
    top, below = await ask_all(api, question, asked)
    for _ in range(RETRIES):
        if all(answer["frontier"] == top["frontier"] for answer in below):
            break
        top, below = await ask_all(api, question, asked)
    return Tree(top, {answer["node"]["node_id"]: answer["node"] for answer in below})


async def ask_all(api: Api, question: Question, opened: Sequence[str]) -> tuple[RollupBody, list[RollupBody]]:
    asked_below = asyncio.gather(*(rollup_if_it_exists(api, question.of(node)) for node in opened))
    top, below = await asyncio.gather(rollup(api, question), asked_below)
    return top, [answer for answer in below if answer is not None]


async def rollup_if_it_exists(api: Api, question: Question) -> RollupBody | None:
    try:
        return await rollup(api, question)
    except ApiError as error:
        if error.status != NOT_FOUND:
            raise
        return None


async def rollup(api: Api, question: Question) -> RollupBody:
    answer: RollupBody = await api.get("/forecast/v1/rollup", depth=DEPTH, **question.parameters)
    return answer
