"""Runs in the environment of `eventsourcing`: so many threads save so many aggregates of one event each."""

import json
import sys
from threading import Thread
from time import perf_counter
from typing import Any

from eventsourcing.application import Application  # type: ignore[import-not-found]
from eventsourcing.domain import Aggregate, event  # type: ignore[import-not-found]


class Lead(Aggregate):  # type: ignore[misc]
    @event("Captured")  # type: ignore[untyped-decorator]
    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data


class Leads(Application[Any]):  # type: ignore[misc]
    pass


def main() -> None:
    writers, amount, data = int(sys.argv[1]), int(sys.argv[2]), json.loads(sys.argv[3])
    leads = Leads()
    leads.save(Lead({}))

    def write(number: int) -> None:
        for _ in range(number):
            leads.save(Lead(data))

    shares = [len(range(number, amount, writers)) for number in range(writers)]
    threads = [Thread(target=write, args=(share,)) for share in shares]
    began = perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = perf_counter() - began
    leads.close()
    print(json.dumps({"requests": amount, "seconds": seconds}))


main()
