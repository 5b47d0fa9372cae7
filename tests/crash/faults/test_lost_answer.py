"""The connection to Postgres is cut at the COMMIT of a group of callers: before it arrives, or before its answer does.

Nobody can know which it was. So each is told 503, and finds out with the same key: exactly one deal each."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from funnelcast.serving.services import SERVICES
from shared.run.process import route_by_prefix
from shared.store import committer, event_store, idempotency
from shared.store.committer import Committer
from shared.store.write_request import WriteOutcome, WriteRequest
from tests.crash.faults.proxy import Fate, Proxy, before_postgres
from tests.running import connected, eventually, make_key, running_apps

CALLERS = 32
DEALS = "/pipeline/v1/opportunities"
WAITING = text("""
    SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'advisory' AND datname = current_database()""")
FATES = [Fate.LOST, Fate.UNANSWERED, Fate.UNANSWERED, *[Fate.RACES] * 5]


@dataclass
class Callers:
    """The callers of a service whose way to Postgres is `proxy`; `store` reads there without it."""

    api: httpx.AsyncClient
    proxy: Proxy
    committer: Committer
    store: AsyncEngine

    async def post(self, name: str, *, keyed: bool = True) -> httpx.Response:
        deal = {"name": "A", "account": name, "owner": "ann", "motion": "new_business"}
        return await self.api.post(DEALS, json=deal, headers={"Idempotency-Key": name} if keyed else {})

    async def together(self, names: Sequence[str], fate: Fate, *, keyed: bool) -> list[httpx.Response]:
        """All in one transaction, which meets its fate. One before them waits for the lock until they all wait."""
        async with self.store.connect() as holder:
            await event_store.lock(holder)
            first = asyncio.ensure_future(self.post(f"before {names[0]}"))
            await eventually(self.first_waits)
            group = [asyncio.ensure_future(self.post(name, keyed=keyed)) for name in names]
            await eventually(lambda: self.waiting(len(names)))
            self.proxy.fates += [Fate.PASSES, fate]
        assert (await first).status_code == 201
        return await asyncio.gather(*group)

    async def first_waits(self) -> bool:
        async with self.store.connect() as tx:
            return (await tx.execute(WAITING)).scalar_one() == 1 and self.committer.queue.empty()

    async def waiting(self, count: int) -> bool:
        return self.committer.queue.qsize() == count

    async def deals(self, names: Sequence[str]) -> Mapping[str, int]:
        query = text("SELECT data ->> 'account' FROM events WHERE type = 'opportunity.opened'")
        async with self.store.connect() as tx:
            found = Counter((await tx.execute(query)).scalars())
        return {name: found[name] for name in names}


@asynccontextmanager
async def callers(database: str) -> AsyncIterator[Callers]:
    async with (
        before_postgres(database) as (url, proxy),
        running_apps(url, [SERVICES["pipeline"]], work=False) as apps,
        connected(database, search_path="pipeline") as store,
    ):
        headers = {"Authorization": f"Bearer {await make_key(database)}"}
        transport = httpx.ASGITransport(route_by_prefix(apps), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as api:
            yield Callers(api, proxy, apps["pipeline"].state.context.committer, store)


async def asked_again(all_: Callers, names: Sequence[str], fate: Fate) -> int:
    """The number of requests that had been written, of a group whose connection was cut."""
    answers = await all_.together(names, fate, keyed=True)
    assert {answer.status_code for answer in answers} == {503}
    before = await all_.deals(names)
    assert set(before.values()) in ({0}, {1}), "a group is written as a whole, once, or not at all"
    again = await asyncio.gather(*(all_.post(name) for name in names))
    assert {answer.status_code for answer in again} == {201}
    assert len({answer.json()["opportunity_id"] for answer in again}) == len(names)
    assert {"Idempotent-Replayed" in answer.headers for answer in again} == {bool(sum(before.values()))}
    assert set((await all_.deals(names)).values()) == {1}, "with its key, exactly one each"
    return sum(before.values())


async def asked_once(all_: Callers, names: Sequence[str], fate: Fate) -> None:
    answers = await all_.together(names, fate, keyed=False)
    assert {answer.status_code for answer in answers} <= {201, 503}, "what was written is not refused"
    assert max((await all_.deals(names)).values()) <= 1, "nothing is written twice for who asks once"


def group(number: int) -> list[str]:
    return [f"group {number} caller {caller}" for caller in range(CALLERS)]


async def test_a_group_whose_connection_is_cut_at_its_commit_finds_out_with_its_keys(database: str) -> None:
    written = Counter[Fate]()
    random.Random(20260302).shuffle(fates := list(FATES))
    async with callers(database) as all_:
        for number, fate in enumerate(fates):
            written[fate] += await asked_again(all_, group(number), fate)
        for number, fate in enumerate(Fate, start=100):
            await asked_once(all_, group(number), fate)
    assert (written[Fate.LOST], written[Fate.UNANSWERED]) == (0, 2 * CALLERS)
    total = CALLERS * len(fates)
    print(f"{len(fates)} groups of {CALLERS} cut at COMMIT: {total} told 503, {sum(written.values())} of them written,")
    print(f"{total} asked again with their keys: {total} deals, 0 twice, 0 lost")


async def test_trying_again_after_a_lost_connection_refuses_what_was_written(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted: whoever lost the connection is tried again, caller by caller."""
    monkeypatch.setattr(committer, "certainly_rolled_back", lambda error: True)
    monkeypatch.setattr(committer, "as_busy", lambda error: None)
    async with callers(database) as all_:
        with pytest.raises(AssertionError, match="what was written is not refused"):
            await asked_once(all_, group(0), Fate.UNANSWERED)


async def test_answers_kept_after_the_transaction_are_lost_with_it(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted: idempotency outside the transaction."""
    kept: list[idempotency.StoredResponse] = []
    keep, commit = idempotency.keep, Committer.commit

    async def later(tx: AsyncConnection, given: Sequence[idempotency.StoredResponse]) -> None:
        kept.extend(given)

    async def commit_then_keep(self: Committer, write_requests: Sequence[WriteRequest]) -> list[WriteOutcome]:
        answers = await commit(self, write_requests)
        async with self.engine.begin() as tx:
            await keep(tx, kept)
        kept.clear()
        return answers

    monkeypatch.setattr(idempotency, "keep", later)
    monkeypatch.setattr(Committer, "commit", commit_then_keep)
    async with callers(database) as all_:
        with pytest.raises(AssertionError):
            await asked_again(all_, group(0), Fate.UNANSWERED)
