"""Statements one after the other, each one's rows put together while the one before is carried out."""

import asyncio
from collections.abc import Iterator
from typing import Any, cast

import pytest
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.store.rows import Write, rows, write


class Noted:
    """A connection that takes its time, and what happened in which order."""

    def __init__(self) -> None:
        self.order: list[str] = []

    async def execute(self, statement: TextClause, found: Any) -> None:
        self.order.append(f"{statement} begins with {found['rows']}")
        for _ in range(5):
            await asyncio.sleep(0)
        self.order.append(f"{statement} ends")

    def writes(self, *amounts: object) -> Iterator[Write]:
        for number, amount in enumerate(amounts, start=1):
            self.order.append(f"{number} is put together")
            yield text(str(number)), rows([{"amount": amount}])


async def test_the_next_rows_are_put_together_meanwhile() -> None:
    noted = Noted()
    await write(cast(AsyncConnection, noted), noted.writes(7, 8))
    assert noted.order == [
        "1 is put together",
        '1 begins with [{"amount":7}]',
        "2 is put together",
        "1 ends",
        '2 begins with [{"amount":8}]',
        "2 ends",
    ]


async def test_a_value_without_a_json_form_ends_the_statement_after_earlier_rows() -> None:
    noted = Noted()
    with pytest.raises(TypeError, match="not JSON serializable"):
        await write(cast(AsyncConnection, noted), noted.writes(7, object(), 9))
    assert [each for each in noted.order if "ends" in each] == ["1 ends"]
