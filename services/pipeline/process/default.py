"""The process that is shipped: version 0 of the pipeline `default`.

Stored events name this version, and no event holds it: what it says must never change. A new field of a stage or of a
process needs a default that means what was so before. Another shipped process is a new version, defined by an event.
"""

from services.pipeline.process.events import ForecastCategory, Stage
from services.pipeline.process.state import Process

DEFAULT = Process(
    version=0,
    stages=(
        Stage(stage="unqualified", category=ForecastCategory.PIPELINE),
        Stage(stage="qualified", category=ForecastCategory.PIPELINE),
        Stage(stage="proposal", category=ForecastCategory.UPSIDE),
        Stage(stage="negotiation", category=ForecastCategory.COMMIT),
    ),
    first_qualified="qualified",
    won="won",
    lost="lost",
)
