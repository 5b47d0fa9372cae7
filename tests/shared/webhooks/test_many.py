"""Many webhooks of one service."""

import pytest

from tests.running import eventually
from tests.shared.webhooks.receiver import receiving
from tests.shared.webhooks.scene import count, scene


@pytest.mark.thorough
async def test_forty_webhooks_leave_requests_their_connections(database: str) -> None:
    """With four connections; each webhook has a batch of its own."""
    async with scene(database) as here, receiving() as receiver:
        for number in range(5):
            await here.opened(f"account{number}.example")
        for _ in range(40):
            await here.webhook(receiver, from_position=0)
        await here.opened("last.example")
        await eventually(count(receiver, 240))
        assert len(set(receiver.ids)) == 6
