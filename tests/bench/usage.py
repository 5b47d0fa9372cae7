"""CPU time and memory of processes, with all that they started."""

from collections.abc import Iterable

import psutil

MIB = 1024 * 1024


def tree(root: psutil.Process) -> list[psutil.Process]:
    try:
        return [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def cpu(roots: Iterable[psutil.Process]) -> float:
    """Seconds of all cores so far. What a child had used is its parent's when it has ended and was waited for."""
    return sum(used(each) for root in roots for each in tree(root))


def used(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system + times.children_user + times.children_system)


def memory(roots: Iterable[psutil.Process]) -> float:
    """MiB; what processes share counts once."""
    return sum(proportional(each) for root in roots for each in tree(root)) / MIB


def proportional(process: psutil.Process) -> float:
    try:
        return float(process.memory_full_info().pss)
    except psutil.Error:
        return 0.0
