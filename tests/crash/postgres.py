"""A Postgres of a test's own, on the same port after each start."""

from pathlib import Path

from funnelcast.embedded_postgres import server
from funnelcast.embedded_postgres.cluster import create_cluster, create_database
from funnelcast.embedded_postgres.data_folder import DataFolder
from funnelcast.embedded_postgres.leftovers import clear_leftovers
from funnelcast.embedded_postgres.server import Server
from tests.kafka import free_port


class OurPostgres:
    """A Postgres whose commits survive `kill`."""

    def __init__(self, root: Path) -> None:
        root.mkdir(parents=True)
        self.folder = DataFolder(root)
        self.port = free_port()
        self.server: Server | None = None

    @property
    def url(self) -> str:
        return server.url_of(self.folder.password.read_text(), self.port)

    async def start(self) -> None:
        """Returns when it answers, after what a kill left behind is gone and the log is replayed."""
        await clear_leftovers(self.folder)
        await create_cluster(self.folder, durable=True)
        self.server = await server.start_on(self.folder, self.port, server.DEFAULT_SETTINGS)
        await create_database(self.server.port, self.server.password)

    async def kill(self) -> None:
        """SIGKILL to the postmaster; its children notice by themselves."""
        if self.server is not None:
            self.server.process.kill()
            await self.server.process.wait()
            self.server = None

    async def end(self) -> None:
        await self.kill()
        await clear_leftovers(self.folder)
