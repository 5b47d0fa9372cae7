"""A Postgres of a test's own, on the same port after each start."""

from pathlib import Path

from funnelcast import embedded_postgres
from funnelcast.embedded_postgres.server import Folder, Server
from tests.kafka import free_port


class OurPostgres:
    """What it committed survives `kill`."""

    def __init__(self, root: Path) -> None:
        root.mkdir(parents=True)
        self.folder = Folder(root)
        self.port = free_port()
        self.server: Server | None = None

    @property
    def url(self) -> str:
        return embedded_postgres.url_of(self.folder.password.read_text(), self.port)

    async def start(self) -> None:
        """Returns when it answers, after what a kill left behind is gone and the log is replayed."""
        await embedded_postgres.clear_leftovers(self.folder)
        await embedded_postgres.make_cluster(self.folder, durable=True)
        self.server = await embedded_postgres.start_on(self.folder, self.port, embedded_postgres.BASICS)
        await embedded_postgres.make_database(self.server)

    async def kill(self) -> None:
        """SIGKILL to the postmaster; its children notice by themselves."""
        if self.server is not None:
            self.server.process.kill()
            await self.server.process.wait()
            self.server = None

    async def end(self) -> None:
        await self.kill()
        await embedded_postgres.clear_leftovers(self.folder)
