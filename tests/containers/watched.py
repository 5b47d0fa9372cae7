"""Clients of the project, followers of its feeds, and the test's own look into its database."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.containers.project import Project
from tests.crash import history
from tests.crash.following import following
from tests.crash.history import Followed, Stores
from tests.crash.load import Clients, clients
from tests.crash.rest import Looks
from tests.running import SERVICES, eventually


@dataclass
class Watch:
    project: Project
    some: Clients
    looks: Looks
    followed: Sequence[Followed]

    async def findings(self) -> list[str]:
        """The faults that are found when the system is at rest: lost, done twice, out of order, not shown."""
        late = await self.looks.at_rest(self.some.patience)
        stores = await self.looks.stores()
        await self.feeds_are_read(stores)
        return [*late, *self.some.faults, *history.check(self.some.requests, stores, self.followed)]

    async def feeds_are_read(self, stores: Stores) -> None:
        """Waits until the feeds are read to their ends; an event that is missing then is lost."""
        due = {one.service: history.due(one, stores[one.service]) for one in self.followed}

        async def read() -> bool:
            return all(len(one.seen) >= len(due[one.service]) for one in self.followed)

        try:
            await eventually(read, seconds=30)
        except AssertionError:
            return


@asynccontextmanager
async def watched(project: Project) -> AsyncIterator[Watch]:
    addresses = dict.fromkeys(SERVICES, project.address)
    async with clients(addresses, project.key) as some, following(some.http, addresses) as followed:
        some.patience = 120
        await some.found()
        yield Watch(project, some, Looks(project.postgres), followed)
