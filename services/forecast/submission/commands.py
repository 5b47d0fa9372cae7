"""Commands on submissions."""

from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator

from services.forecast.submission.events import CalledAmounts
from shared.rules.fields import Line, Prose, Slug
from shared.rules.message import Command


def some_amount(amounts: CalledAmounts) -> CalledAmounts:
    if all(amount is None for _, amount in amounts):
        raise ValueError("must have at least one amount")
    return amounts


class SubmissionBody(Command):
    """`week`: such as 2017-Q3-W05, by default the one that it is now. `amounts`: of the cumulative columns."""

    node: Slug
    period: Line
    week: Line | None = None
    amounts: Annotated[CalledAmounts, AfterValidator(some_amount)]
    note: Prose | None = None


class SubmitCall(Command):
    """`week_begins`: the first instant of the week."""

    node: str
    period: str
    first_day: date
    last_day: date
    week: str
    week_starts: date
    week_begins: datetime
    amounts: CalledAmounts
    note: Prose | None
    frontier: str
