"""The facts about the machine and the versions, without which a figure says nothing."""

import os
import platform
import shutil
import statistics
import subprocess
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from time import perf_counter

import psutil
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

SETTINGS = ("fsync", "synchronous_commit", "full_page_writes", "wal_level", "shared_buffers", "max_wal_size")
WRITES, BLOCK = 200, 8192


async def facts(tx: AsyncConnection, folder: Path, at: datetime) -> dict[str, str]:
    """`folder`: on the disk that Postgres writes to."""
    return {
        "date": f"{at:%Y-%m-%d %H:%M} UTC",
        "version": version(),
        "cpu": cpu_model(),
        "cores": f"{len(os.sched_getaffinity(0))}",
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "load before": f"{os.getloadavg()[0]:.1f}",
        "python": platform.python_version(),
        "postgres": str((await tx.execute(text("SHOW server_version"))).scalar_one()),
        "settings": ", ".join([f"{name}={await setting(tx, name)}" for name in SETTINGS]),
        "fsync": f"{fsync_cost(folder) * 1000:.2f} ms (8 KiB and fdatasync, median of {WRITES})",
    }


async def setting(tx: AsyncConnection, name: str) -> str:
    return str((await tx.execute(text("SELECT current_setting(:name)"), {"name": name})).scalar_one())


def version() -> str:
    """The commit, and whether something was changed since."""
    git = shutil.which("git")
    words = [git or "git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty"]
    return subprocess.run(words, capture_output=True, text=True, check=False).stdout.strip() if git else "unknown"


def cpu_model() -> str:
    info = Path("/proc/cpuinfo")
    named = [line.partition(":")[2].strip() for line in lines(info) if line.startswith("model name")]
    return named[0] if named else platform.processor() or platform.machine()


def lines(file: Path) -> list[str]:
    return file.read_text().splitlines() if file.exists() else []


def fsync_cost(folder: Path) -> float:
    """Seconds: what one durable commit costs at least."""
    place, block = folder / "fsync-probe", os.urandom(BLOCK)
    with place.open("wb", buffering=0) as file:
        spans = []
        for _ in range(WRITES):
            began = perf_counter()
            file.write(block)
            os.fdatasync(file.fileno())
            spans.append(perf_counter() - began)
    place.unlink()
    return statistics.median(spans)


def machine(known: Mapping[str, str]) -> str:
    return f"{known['cores']} cores of {known['cpu']}, {known['memory']}"
