"""A question about the forecast, as it stands in a page's address."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from funnelcast.pages.api import ApiError, FieldError
from funnelcast.pages.screen import Visit

VIEWS, BASES = ("cumulative", "single"), ("seen_by_self", "pure")


@dataclass(frozen=True)
class Question:
    """`at`: a local time in the business zone, such as 2026-03-31T18:00; none for now. `as_known_then`: whether later
    corrections are left out."""

    period: str | None = None
    node: str | None = None
    currency: str | None = None
    calendar: str | None = None
    view: str = VIEWS[0]
    basis: str = BASES[0]
    at: str | None = None
    as_known_then: bool = False
    zone: str = "UTC"

    @property
    def instant(self) -> str | None:
        """Raises `ApiError` for text that is no time."""
        if self.at is None:
            return None
        try:
            return datetime.fromisoformat(self.at).replace(tzinfo=ZoneInfo(self.zone)).isoformat()
        except ValueError:
            detail = "must be a day and a time such as 2026-03-31T18:00"
            raise ApiError(422, "Unprocessable Content", detail, [FieldError("at", detail)]) from None

    @property
    def instants(self) -> dict[str, str | None]:
        """The parameters of the API that fix when, and what was known."""
        return {"as_of": self.instant, "known_at": self.instant if self.as_known_then else None}

    @property
    def parameters(self) -> dict[str, str | None]:
        """The parameters of a roll-up."""
        chosen = {"period": self.period, "node": self.node, "currency": self.currency}
        return chosen | {"calendar": self.calendar, "view": self.view} | self.instants

    @property
    def address(self) -> dict[str, Any]:
        """The address of a page that asks the same; what is as by default is left out."""
        default = Question()
        names = ("period", "node", "currency", "calendar", "view", "basis", "at")
        chosen = {name: getattr(self, name) for name in names if getattr(self, name) != getattr(default, name)}
        return chosen | ({"then": "1"} if self.as_known_then else {})

    def of(self, node: str) -> "Question":
        return replace(self, node=node)


def question_of(visit: Visit) -> Question:
    """The question of a request: by default about the part of the organisation that the person is confined to, else
    about the whole."""
    found = visit.query
    return Question(
        period=found["period"] or None,
        node=found["node"] or visit.person.confined_to,
        currency=found["currency"].upper() or None,
        calendar=found["calendar"] or None,
        view=found["view"] if found["view"] in VIEWS else VIEWS[0],
        basis=found["basis"] if found["basis"] in BASES else BASES[0],
        at=found["at"] or None,
        as_known_then=found["then"] == "1",
        zone=visit.zone,
    )
