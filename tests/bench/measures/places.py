"""P22: the same questions by a key that is tied to half of a large company, and by one that is not."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

import httpx
from sqlalchemy import BigInteger, bindparam, text

from services.pipeline.opportunity.events import OpportunityOpened
from services.qualification.lead.events import LeadMql
from shared.rules.clock_and_ids import ClockAndIds
from tests.bench.company import org_table
from tests.bench.ground import Ground, analyse, whole, writing
from tests.bench.measures.ledger import sample, timed, written
from tests.bench.rounds import Run, Sample, Side
from tests.bench.stored import DEALS, NIL, fill, opened, template
from tests.bench.table import Row, at_least, compared
from tests.qualification.leads import SQL
from tests.running import eventually, make_key

AFTER = opened().after._replace(lead_ids=(), origin="direct", mql_source=None)
DIRECT = template(DEALS.kind, OpportunityOpened(after=AFTER, name=None))
LEAD = template("lead", LeadMql(after=SQL._replace(opportunity_id=NIL), began="crossing", capture_id=None))
# Every third deal is won a hundred days later.
WON = text("""
    INSERT INTO events (position, event_id, stream, version, type, data, occurred_at, recorded_at, actor,
        correlation_id)
    SELECT :deals + row_number() OVER (ORDER BY position), md5('won' || position)::uuid, stream, 2,
        'opportunity.stage_changed',
        (data - 'name') || '{"command": "win", "from_stage": "qualified", "to_stage": "won",
            "from_category": "pipeline", "to_category": "closed", "seconds_in_from_stage": 8640000,
            "reason": null, "note": null, "stage": "won", "category": "closed", "outcome": "won"}'
            || jsonb_build_object('from_amount', data->'amount', 'from_close_date', data->'close_date'),
        recorded_at + interval '100 days', recorded_at + interval '100 days', actor, correlation_id
    FROM events WHERE position % 3 = 0""").bindparams(bindparam("deals", type_=BigInteger))
PART = "rep-1"
"""A node with more than half of all people below it."""
IN_2026 = "from=2026-01-01&to=2026-12-31"
QUESTIONS: Mapping[str, str] = {
    "roll-up": f"/forecast/v1/rollup?node={PART}",
    "roll-up of five levels": f"/forecast/v1/rollup?node={PART}&depth=4",
    "roll-up as of a week ago": f"/forecast/v1/rollup?node={PART}&as_of=AGO",
    "waterfall": f"/forecast/v1/waterfall?node={PART}&from=AGO",
    "deals behind a number": f"/forecast/v1/rollup/{PART}/opportunities?limit=100",
    "list of deals": "/pipeline/v1/opportunities?limit=100",
    "list of deals by stage": "/pipeline/v1/opportunities?limit=100&stage=qualified",
    "list of deals by close date": "/pipeline/v1/opportunities?limit=100&closing_from=2026-06-01&closing_to=2026-06-30",
    "list of deals by owner": "/pipeline/v1/opportunities?limit=100&owner=rep-25",
    "board": "/pipeline/v1/board",
    "volume and value": f"/pipeline/v1/metrics/pipeline?{IN_2026}",
    "win rate": f"/pipeline/v1/metrics/win-rate?{IN_2026}",
    "events": "/pipeline/v1/events?limit=100",
    "list of leads": "/qualification/v1/leads?limit=100",
}


async def measure(ground: Ground) -> Sequence[Row]:
    people, deals = ground.sizes.people, ground.sizes.deals // 10
    rows = []
    async with company(ground, people, deals) as (http, key):
        for what, path in QUESTIONS.items():
            ours = Side(f"{what}, tied", asking(ground, http, path, {"Authorization": f"Bearer {key}"}))
            mine, theirs = await ground.rounds.interleaved(ours, Side("untied", asking(ground, http, path, {})))
            name = f"{what} tied to half of {people:,} people, {deals:,} deals"
            rows.append(compared("P22", name, "answers/s", mine, theirs, at_least(1 / 1.2)))
    return rows


@asynccontextmanager
async def company(ground: Ground, people: int, deals: int) -> AsyncIterator[tuple[httpx.AsyncClient, str]]:
    """A client that asks by a key that is not tied, and a key that is."""
    async with ground.database() as url, whole(url) as process, process.client() as http:
        euros = {"currency": "EUR", "from": "2020-01-01"}
        await written(http, "PUT", "/forecast/v1/settings", json=euros)
        table = {"content": org_table(people), "headers": {"Content-Type": "text/csv"}}
        placed = await written(http, "POST", "/forecast/v1/org/import", timeout=300, **table)
        async with writing(url, "qualification") as engine:
            await fill(engine, LEAD, 1, deals)
        async with writing(url, "pipeline") as engine:
            await fill(engine, DIRECT, 1, deals, people=people)
            async with engine.begin() as tx:
                won = (await tx.execute(WON, {"deals": deals})).rowcount
        pipeline = f"forecast:{placed},pipeline:{deals + won}"
        await read_up_to(http, "/forecast/v1/rollup?depth=0", pipeline)
        await read_up_to(http, "/pipeline/v1/board?limit=1", pipeline)
        await read_up_to(http, "/qualification/v1/leads?limit=1", f"{pipeline},qualification:{deals}")
        await analyse(url)
        yield http, await make_key(url, name="tied", node=PART)


async def read_up_to(http: httpx.AsyncClient, path: str, position: str) -> None:
    headers = {"X-Min-Position": position, "Prefer": "wait=30"}

    async def is_read() -> bool:
        return (await http.get(path, headers=headers)).status_code == 200

    await eventually(is_read, seconds=600)


def asking(ground: Ground, http: httpx.AsyncClient, path: str, headers: Mapping[str, str]) -> Run:
    """Sends one request after the other. AGO: another instant of a week ago each time, so that no answer is
    remembered."""
    week_ago = ClockAndIds().now() - timedelta(days=7)

    def paths() -> list[str]:
        instants = (week_ago + timedelta(seconds=ground.number()) for _ in range(ground.sizes.questions))
        return [path.replace("AGO", f"{each:%Y-%m-%dT%H:%M:%SZ}") for each in instants]

    async def run(mark: UUID) -> Sample:
        return sample([await timed(http, each, headers=headers) for each in paths()])

    return run
