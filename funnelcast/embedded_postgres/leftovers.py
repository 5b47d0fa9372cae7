"""The leftovers of a `kill -9` of this program or of Postgres in a data folder: processes, and a pid file."""

from asyncio import timeout
from contextlib import suppress
from pathlib import Path
from signal import SIGQUIT

import psutil

from funnelcast.embedded_postgres.data_folder import DataFolder, read_pid_file
from funnelcast.embedded_postgres.process import stop
from funnelcast.polling import wait_until

END_TIMEOUT = 300.0


async def clear_leftovers(folder: DataFolder) -> None:
    """Stop processes that outlived their parent, and remove the pid file.

    After a kill of this program the whole server still runs. After a kill of the postmaster its children still run, and
    their use of the shared memory makes the next start fail. SIGINT is for the postmaster alone: its checkpointer
    takes that signal as the order to write the last record. A pid file that stays makes Postgres refuse to start
    when another program has that pid by then.
    """
    if not folder.pid_file.exists():
        return
    postmaster = next((each for each in running(folder) if str(each.pid) == read_pid_file(folder).pid), None)
    if postmaster:
        await stop(postmaster.send_signal, lambda: wait_until(lambda: postmaster not in running(folder)))
    for orphan in running(folder):
        with suppress(psutil.NoSuchProcess):
            orphan.send_signal(SIGQUIT)
    async with timeout(END_TIMEOUT):
        await wait_until(lambda: not running(folder))
    folder.pid_file.unlink(missing_ok=True)


def running(folder: DataFolder) -> list[psutil.Process]:
    """The postgres processes of this folder. A pid is no proof: pids are used again."""
    return [each for each in psutil.process_iter() if is_postgres_of(each, folder.cluster)]


def is_postgres_of(process: psutil.Process, cluster: Path) -> bool:
    try:
        return process.name() == "postgres" and process.cwd() == str(cluster)
    except psutil.Error:
        return False
