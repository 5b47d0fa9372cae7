"""Parameters that several routes of the forecast have: nodes and periods, and the caller who may read."""

from typing import Annotated

from fastapi import Depends, Path, Query
from pydantic import AfterValidator

from services.forecast.periods.calendar import EXAMPLES, parsed_key
from shared.rules.fields import Slug
from shared.web.routing.call import Call
from shared.web.routing.needs import Needs


def check_period_key(key: str) -> str:
    parsed_key(key)
    return key


Reads = Annotated[Call, Depends(Needs("forecast:read"))]
PeriodKey = Annotated[
    str, AfterValidator(check_period_key), Query(description=f"Such as {EXAMPLES}; by default this quarter")
]
NodeId = Annotated[Slug, Path()]
PeriodPath = Annotated[str, AfterValidator(check_period_key), Path(description=f"Such as {EXAMPLES}")]
