"""Columns with the day on which a deal entered a stage, as HubSpot names them."""

import re
from collections.abc import Mapping, Sequence

from funnelcast.importing.guessing.columns import Column
from funnelcast.importing.guessing.stages import guess_stage

ENTERED = re.compile(r"(?:date entered|entered)\W+(?P<stage>.*\w.*)", re.IGNORECASE)


def entered_columns(columns: Sequence[Column]) -> Mapping[str, Column]:
    """The first column for each stage that seems to be about it and has values."""
    found: dict[str, Column] = {}
    for column in columns:
        name = ENTERED.fullmatch(column.name)
        stage = guess_stage(name["stage"]) if name and column.values else None
        if stage is not None:
            found.setdefault("lost" if stage.startswith("{") else stage, column)
    return found
