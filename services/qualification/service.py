"""What the qualification service is made of."""

from services.qualification import reactions
from services.qualification.api import changes, hand_over, leads, models, queue, scores
from services.qualification.events import PARSE, PUBLIC
from services.qualification.projections import deals
from services.qualification.projections import leads as lead_list
from services.qualification.upstream import intake, pipeline
from shared.run.service import Service, Upstream
from shared.web.feed import Feed

SERVICE = Service(
    name="qualification",
    topic="funnelcast.qualification.v1",
    parse=PARSE,
    scopes=["leads:read", "qualification:write"],
    routers=[
        changes.router,
        leads.router,
        hand_over.router,
        queue.router,
        scores.router,
        models.router,
        Feed("qualification", PUBLIC).router(),
    ],
    projections=[deals.PROJECTION, lead_list.PROJECTION],
    upstream=[
        Upstream("intake", "funnelcast.lead-intake.v1", intake.PARSE),
        Upstream("pipeline", "funnelcast.pipeline.v1", pipeline.PARSE),
    ],
    react=reactions.react,
    reacts_to=["intake", "pipeline"],
)
