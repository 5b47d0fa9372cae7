"""An unexpected error of the dispatcher itself at one webhook: it waits and is tried again, the others go on."""

from collections.abc import Iterator
from typing import Any

import pytest
from prometheus_client import Counter

from shared.webhooks import batch
from shared.webhooks.faults import Faults
from shared.webhooks.retries import DELAYS, JITTER
from tests.running import Clock, eventually
from tests.shared.webhooks.receiver import receiving
from tests.shared.webhooks.scene import Scene, count, scene


def plant(monkeypatch: pytest.MonkeyPatch, url: str, faults: Iterator[Exception]) -> None:
    """Sending to this URL fails in the dispatcher's own code, as long as there are faults."""
    right = batch.send

    async def send(taken: Any, source: str, receivers: Any) -> Any:
        if taken.deliveries and taken.webhook.text(taken.webhook.state.url) == url and (fault := next(faults, None)):
            raise fault
        return await right(taken, source, receivers)

    monkeypatch.setattr(batch, "send", send)


async def counted(here: Scene) -> float:
    lines = (await here.api.get("http://test/pipeline/metrics")).text.splitlines()
    return float(next(line for line in lines if line.startswith("funnelcast_webhook_faults_total ")).split()[1])


async def test_a_fault_at_one_webhook_is_counted_and_repeated_and_the_others_go_on(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with scene(database) as here, receiving() as unlucky, receiving() as lucky:
        plant(monkeypatch, unlucky.url, iter([RuntimeError("planted"), ExceptionGroup("planted", [KeyError()])]))
        webhook, _ = await here.webhook(unlucky)
        await here.webhook(lucky)
        await here.opened("one.example")
        await eventually(count(lucky, 1))
        await here.opened("two.example")
        await eventually(count(lucky, 2))
        assert unlucky.requests == []
        assert (await here.shown(webhook))["failing_since"] is not None
        await here.until(count(unlucky, 2), seconds=20)
        assert sorted(unlucky.ids) == sorted(lucky.ids)  # two streams, whose order may differ
        assert await counted(here) == 2

        async def has_recovered() -> bool:
            return (await here.shown(webhook))["failing_since"] is None

        await eventually(has_recovered)


async def test_a_webhook_with_nothing_but_faults_is_disabled_after_five_days(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with scene(database) as here, receiving() as unlucky:
        plant(monkeypatch, unlucky.url, iter(lambda: RuntimeError("planted"), None))
        webhook, _ = await here.webhook(unlucky)
        await here.opened("one.example")

        async def is_disabled() -> bool:
            return bool((await here.shown(webhook))["disabled_reason"] == "failing")

        await here.until(is_disabled, hours=30)


def test_faults_wait_as_failures_do_and_at_most_a_day() -> None:
    clock = Clock()
    faults = Faults(Counter("faults", "Faults", registry=None))
    for delay in [*DELAYS, DELAYS[-1], DELAYS[-1]]:
        waits = faults.add("one", clock.now()).until - clock.now()
        assert delay <= waits <= delay * (1 + JITTER)
        assert faults.is_paused("one", clock.now() + delay - delay / 100)
        assert not faults.is_paused("one", clock.now() + waits)
        assert not faults.is_paused("other", clock.now())
    faults.forget("one")
    assert not faults.is_paused("one", clock.now())
