"""What the forecast service is made of."""

from services.forecast.api import deals, org, org_import, rollup
from services.forecast.events import PARSE
from services.forecast.projections import ledger
from services.forecast.upstream import pipeline
from shared.run.service import Service, Upstream

SERVICE = Service(
    name="forecast",
    topic="funnelcast.forecast.v1",
    parse=PARSE,
    scopes=["forecast:read", "forecast:write"],
    routers=[org_import.router, org.router, rollup.router, deals.router],
    projections=[ledger.PROJECTION],
    upstream=[Upstream("pipeline", "funnelcast.pipeline.v1", pipeline.PARSE)],
    fast_routes=["/rollup"],
)
