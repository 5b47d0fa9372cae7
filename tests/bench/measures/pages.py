"""P23: the forecast page of a large company, and what many open pages cost everybody else."""

import re
import zlib
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from time import perf_counter
from uuid import UUID

import httpx

from funnelcast.pages.security import COOKIE
from services.forecast.service import SERVICE as FORECAST
from shared.rules.clock_and_ids import ClockAndIds
from tests.bench import usage
from tests.bench.company import filled_forecast
from tests.bench.ground import COMMAND, Ground, Process, serving, started, whole, writing
from tests.bench.intake import rows_of
from tests.bench.load import Failing, Load
from tests.bench.open_pages import OpenPages, deal_changing
from tests.bench.own_load import percentile
from tests.bench.rounds import Sample, Side
from tests.bench.table import Row, alone, at_least, at_most, compared, one

PERIOD = "2026-Q3"
PAGE = f"/pages/forecast?period={PERIOD}"
ASKED = (
    "/forecast/v1/me",
    f"/forecast/v1/rollup?depth=2&view=cumulative&period={PERIOD}",
    f"/forecast/v1/waterfall?view=commit&basis=seen_by_self&period={PERIOD}&from=",
)
"""The last one from a week ago."""
FILES = re.compile(rb'(?:href|src)="(/pages/static/[^"]+)"')
SYSTEM = ClockAndIds()
OWN_WRITE = {"Sec-Fetch-Site": "same-origin"}


async def measure(ground: Ground) -> Sequence[Row]:
    return [*await one_page(ground), *await many_pages(ground)]


async def sign_in(http: httpx.AsyncClient, process: Process) -> str:
    """The cookie of a new session."""
    answer = await http.post("/pages/sign-in", data={"key": process.key}, headers=OWN_WRITE)
    if COOKIE not in answer.cookies:
        raise Failing(f"signing in: {answer.status_code}")
    return f"{COOKIE}={answer.cookies[COOKIE]}"


# -- one page of very many deals -------------------------------------------------------------------------------------


async def one_page(ground: Ground) -> list[Row]:
    sizes, path = ground.sizes, f"forecast,{FORECAST.read_models}"
    async with ground.database() as url, writing(url, path) as engine:
        await filled_forecast(engine, sizes.people, sizes.deals)
        async with serving(url, "forecast") as service:
            site = {"FUNNELCAST_POSTGRES": url, "FUNNELCAST_SERVICES_URL": service.address}
            async with started([*COMMAND, "serve", "pages"], "/pages/healthz", **site) as (address, ps):
                before = usage.cpu([ps])
                spans, size = await look(address, service, sizes.questions)
                cpu = (usage.cpu([ps]) - before) / sizes.questions
    what = f"forecast page of {sizes.people:,} people, {sizes.deals:,} deals"
    own = "ms, above the API's own"
    return [
        alone("P23", f"{what}, server time, median", own, one(percentile(spans, 50) * 1000)),
        alone("P23", f"{what}, server time, p95", own, one(percentile(spans, 95) * 1000), at_most(60)),
        alone("P23", f"{what}, CPU of the pages' process", "ms", one(cpu * 1000)),
        alone("P23", f"{what}, first time, with style and scripts, compressed", "KB", one(size), at_most(100)),
    ]


async def look(address: str, service: Process, times: int) -> tuple[list[float], float]:
    """The seconds by which a page takes longer than its requests of the API one after the other, each time; and the KB
    of a first visit."""
    async with httpx.AsyncClient(base_url=address, timeout=60, trust_env=False) as browser, service.client() as api:
        browser.headers["Cookie"] = await sign_in(browser, service)
        page = await loaded(browser, PAGE)
        spans = []
        for _ in range(times):
            week_ago = f"{SYSTEM.now() - timedelta(days=7):%Y-%m-%dT%H:%M:%S.%fZ}"
            begun = perf_counter()
            await loaded(browser, PAGE)
            shown = perf_counter()
            for path in ASKED:
                await loaded(api, f"{path}{week_ago}" if path.endswith("=") else path)
            spans.append(shown - begun - (perf_counter() - shown))
        files = [await loaded(browser, path.decode()) for path in dict.fromkeys(FILES.findall(page))]
    return spans, sum(len(zlib.compress(each)) for each in (page, *files)) / 1000


async def loaded(http: httpx.AsyncClient, path: str) -> bytes:
    answer = await http.get(path)
    if not answer.is_success:
        raise Failing(f"{path}: {answer.status_code}")
    return answer.content


# -- many open pages -------------------------------------------------------------------------------------------------


async def many_pages(ground: Ground) -> list[Row]:
    """Leads are posted as in P1 while the pages are open and a deal changes each second, and while none is open."""
    sizes = ground.sizes
    async with ground.database() as url, whole(url) as process, AsyncExitStack() as stack:
        changing = await stack.enter_async_context(deal_changing(process))
        async with process.client() as http:
            cookies = [await sign_in(http, process) for _ in range(sizes.pages)]
        load, pages = Load(ground, process), OpenPages(process.address, cookies)

        async def with_pages(mark: UUID) -> Sample:
            async with pages.open():
                return await load(mark)

        ours = Side(f"with {sizes.pages} open pages", with_pages, rows_of(url))
        mine, without = await ground.rounds.interleaved(ours, Side("without", load, rows_of(url)))
    if changing.done() and not changing.cancelled():
        raise Failing("the deal changes no more")
    what = f"single-lead POST to `up` with {sizes.pages} live pages open in it, a deal changing each second"
    note = f"{pages.loads:,} loads of a page, {pages.failed:,} failed"
    return [compared("P23", what, "requests/s", mine, without, at_least(0.9), note)]
