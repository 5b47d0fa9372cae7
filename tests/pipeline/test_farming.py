"""Farming: engagements per named account, and the share of accounts untouched."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest_asyncio

from tests.pipeline.histories import answer_of, past_deal, pipeline
from tests.pipeline.upstream import stored
from tests.running import embedded_log
from tests.spec import NOON

FARMING = {"approach": "farming"}
LINES = [
    past_deal("busy", "01-05", **FARMING),
    past_deal("called", "01-05", owner="bob", **FARMING),
    past_deal("quiet", "01-05", ("02-01", "lose", {"reason": "no_need"}), owner="bob", **FARMING),
    past_deal("late", "02-20", **FARMING),
    past_deal("again", "01-06", account="busy.com", owner="bob", **FARMING),
    past_deal("hunted", "01-05", approach="hunting"),
]
"""Five farming deals on four accounts."""


def engaged(capture: str, account: str | None, days_ago: float, **more: Any) -> tuple[str, dict[str, Any]]:
    """Before noon of March 2, which is now."""
    data = {"capture_id": capture, "engaged_at": (NOON - timedelta(days=days_ago)).isoformat(), "account": account}
    return "lead.engaged", data | more


def touched(account: str, days_ago: float) -> tuple[str, dict[str, Any]]:
    at = (NOON - timedelta(days=days_ago)).isoformat()
    return "lead.touched", {"account": account, "cycle": 1, "touched_at": at, "rep_touched_at": None}


HISTORY = (
    ("a", engaged("a1", None, 30)),
    ("a", engaged("a2", "busy.com", 10)),
    ("a", engaged("a3", "busy.com", 10, supplements="a2")),
    ("b", engaged("b1", "busy.com", 5, kind="page_viewed")),
    ("a", engaged("b1", "busy.com", 5, through="b")),
    ("c", engaged("c1", "called.com", 120)),
    ("c", touched("called.com", 20)),
    ("d", engaged("d1", "hunted.com", 5)),
    ("e", engaged("e1", "quiet.com", 5, kind="bounced")),
    ("e", engaged("e2", "quiet.com", 4, kind="no_show")),
)
"""Of `busy`: three engagements, of which one was captured before the account was known, one has a supplement, and one
is told of two merged leads. Of `called`: one that is too old, and a touch. Of `quiet`: nothing that anybody did."""


@pytest_asyncio.fixture
async def client(database: str) -> AsyncIterator[httpx.AsyncClient]:
    async with pipeline(database, LINES) as client, embedded_log(database) as log:
        async with log.publisher("funnelcast.qualification.v1", "qualification") as publisher:
            await publisher.publish(
                [stored(number, f"lead-{lead}", kind, data) for number, (lead, (kind, data)) in enumerate(HISTORY, 1)]
            )
        client.headers["X-Min-Position"] += f",qualification:{len(HISTORY)}"
        yield client


def figures(group: Any) -> tuple[Any, ...]:
    names = ("accounts", "engagements", "engagements_per_account", "untouched", "untouched_share")
    return tuple(group[name] for name in names)


async def accounts_behind(client: httpx.AsyncClient, group: Any) -> dict[str, tuple[int, int]]:
    found = (await answer_of(client, f"http://test{group['named_accounts']}"))["items"]
    return {each["account"]: (each["engagements"], each["touches"]) for each in found}


async def test_engagements_of_ninety_days_per_named_account(client: httpx.AsyncClient) -> None:
    answer = await answer_of(client, "metrics/farming")
    assert answer["from"] == (NOON - timedelta(days=90)).isoformat().replace("+00:00", "Z")
    assert figures(answer["total"]) == (4, 3, "0.750", 2, "0.500")
    everything = {"busy.com": (3, 0), "called.com": (0, 1), "late.com": (0, 0), "quiet.com": (0, 0)}
    assert await accounts_behind(client, answer["total"]) == everything


async def test_an_account_counts_in_each_group_that_has_a_farming_deal_on_it(client: httpx.AsyncClient) -> None:
    answer = await answer_of(client, "metrics/farming", by="owner")
    ann, bob = answer["groups"]
    assert (ann["key"], figures(ann)) == ({"owner": "ann"}, (2, 3, "1.500", 1, "0.500"))
    assert (bob["key"], figures(bob)) == ({"owner": "bob"}, (3, 3, "1.000", 1, "0.333"))
    for group in (ann, bob):
        behind = await accounts_behind(client, group)
        assert (len(behind), sum(count for count, _ in behind.values())) == figures(group)[:2]
        untouched = await answer_of(client, f"http://test{group['named_accounts']}&untouched=true")
        assert len(untouched["items"]) == group["untouched"]


async def test_accounts_and_engagements_count_as_of_an_instant_and_in_a_window(client: httpx.AsyncClient) -> None:
    before = await answer_of(client, "metrics/farming", as_of=(NOON - timedelta(days=25)).isoformat())
    assert figures(before["total"]) == (3, 1, "0.333", 2, "0.667"), "one engagement of `busy`; `late` not yet there"
    window = await answer_of(client, "metrics/farming", begins="2026-02-25", ends="2026-02-28")
    assert figures(window["total"]) == (4, 1, "0.250", 3, "0.750"), "b1, five days ago"


async def test_accounts_come_in_pages(client: httpx.AsyncClient) -> None:
    first = await answer_of(client, "metrics/accounts", limit=3)
    rest = await answer_of(client, "metrics/accounts", limit=3, after=first["next"])
    assert [each["account"] for each in (*first["items"], *rest["items"])] == [
        "busy.com",
        "called.com",
        "late.com",
        "quiet.com",
    ]
    assert rest["next"] is None


async def test_without_an_account_nothing_is_divided(database: str) -> None:
    async with pipeline(database, LINES[-1:]) as client:
        assert figures((await answer_of(client, "metrics/farming"))["total"]) == (0, 0, None, 0, None)
