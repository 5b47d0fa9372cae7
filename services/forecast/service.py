"""What the forecast service is made of."""

from services.forecast.api import org, org_import, rollup
from services.forecast.events import PARSE, PUBLIC
from services.forecast.projections import ledger
from services.forecast.upstream import pipeline
from shared.run.service import Service, Upstream
from shared.web.feed import Feed

SERVICE = Service(
    name="forecast",
    topic="funnelcast.forecast.v1",
    parse=PARSE,
    scopes=["forecast:read", "forecast:write"],
    routers=[org_import.router, org.router, rollup.router, Feed("forecast", PUBLIC).router()],
    projections=[ledger.PROJECTION],
    upstream=[Upstream("pipeline", "funnelcast.pipeline.v1", pipeline.PARSE)],
    fast_routes=["/rollup"],
)
