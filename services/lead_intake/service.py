"""What the lead intake service is made of."""

from services.lead_intake.api import batch, leads, people
from services.lead_intake.events import PARSE
from services.lead_intake.projections import leads as lead_list
from shared.run.service import Service

SERVICE = Service(
    name="intake",
    topic="funnelcast.lead-intake.v1",
    parse=PARSE,
    scopes=["leads:write", "leads:read", "people:read", "people:erase"],
    routers=[batch.router, leads.router, people.router],
    projections=[lead_list.PROJECTION],
    fast_routes=["/leads"],
)
