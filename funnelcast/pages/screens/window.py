"""The days that a page of measures is about."""

from datetime import date, timedelta

from funnelcast.pages.api import ApiError, FieldError
from funnelcast.pages.formats import in_zone
from funnelcast.pages.screen import Visit


def window_of(visit: Visit, days: int) -> dict[str, str]:
    """`from` and `to`, by default the last `days`. Raises `ApiError`."""
    today = in_zone(visit.request.app.state.now(), visit.zone).date()
    return {"from": chosen_day(visit, "from", today - timedelta(days=days)), "to": chosen_day(visit, "to", today)}


def chosen_day(visit: Visit, name: str, otherwise: date) -> str:
    if not visit.query[name]:
        return str(otherwise)
    try:
        return str(date.fromisoformat(visit.query[name]))
    except ValueError:
        detail = "must be a day such as 2026-03-02"
        raise ApiError(422, "Unprocessable Content", detail, [FieldError(name, detail)]) from None
