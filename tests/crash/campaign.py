"""Processes, the broker and Postgres are killed at random under load. A kill follows from the seed and its number
alone, so that a campaign can be gone through in parts."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from random import Random
from signal import SIGKILL

from tests.crash.load import under_load
from tests.crash.sweep import Stage

LOADED_BY = 6
"""Clients."""
PATIENCE = 300.0
"""Seconds in which a client sees at last what it waits for: the broker may be away for most of that."""
MOST_ANSWERS = 12
LONGEST = 2.0
"""Seconds. The one or the other passes between two kills."""
SERVING = ('"event": "serving"', "is up at")
AWAY = ("cannot be reached", "asyncpg", "ConnectionRefusedError")
"""Words of a start that ends because Postgres is away. A process that serves already must survive that."""
OWN_ENDED = ("Postgres ended with code", f"Postgres did not start (code {-SIGKILL})")
"""Words of an `up` that ends because its own Postgres was killed, at work or at its start."""


@dataclass
class Campaign:
    stage: Stage
    seed: int
    kills: Counter[str] = field(default_factory=Counter)
    coming_back: dict[str, asyncio.Future[None]] = field(default_factory=dict)
    restarts: int = 0

    async def run(self, first: int, last: int, *, check_every: int) -> list[str]:
        """The findings after kills number `first` to `last`; stops at the first kill with a finding."""
        findings: list[str] = []
        self.stage.some.patience = PATIENCE
        for number in range(first, last + 1, check_every):
            name = f"seed{self.seed}-{number}"
            async with self.kept_up(), under_load(self.stage.some, name, LOADED_BY):
                for each in range(number, min(number + check_every, last + 1)):
                    await self.one(Random(f"{self.seed} {each}"))
                await asyncio.gather(*self.coming_back.values())
            await self.stage.system.serves()
            findings = await self.stage.findings()
            print(f"{self.summary()}: {len(findings)} findings", flush=True)
            if findings:
                print(*findings, sep="\n")
                break
        return findings

    async def one(self, chance: Random) -> None:
        """One victim after some progress; sometimes another with it. What takes its time to be there again is not
        waited for."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LONGEST):
                await self.stage.progress(chance.randrange(MOST_ANSWERS))
        for name in self.drawn(chance):
            self.kills[name] += self.strike(name)

    def drawn(self, chance: Random) -> list[str]:
        every = [*self.stage.system.members, *self.stage.system.others]
        return list(dict.fromkeys(chance.choices(every, k=chance.choice((1, 1, 1, 1, 2)))))

    def strike(self, name: str) -> bool:
        """False when it is dead already."""
        member = self.stage.system.members.get(name)
        if member is not None:
            alive = member.alive
            member.kill()
            return alive
        if name in self.coming_back:
            return False
        again = asyncio.ensure_future(self.stage.system.others[name]())
        self.coming_back[name] = again
        again.add_done_callback(lambda done: self.coming_back.pop(name))
        return True

    # -- what ends is started again, as any supervisor does ----------------------------------------------------------

    @asynccontextmanager
    async def kept_up(self) -> AsyncIterator[None]:
        keeping = asyncio.ensure_future(self.keep_up())
        try:
            yield
        finally:
            keeping.cancel()
            await asyncio.wait([keeping])

    async def keep_up(self) -> None:
        while True:
            for member in self.stage.system.members.values():
                if not member.alive:
                    if member.code != -SIGKILL and not may_end(member.output()):
                        self.stage.some.faults.append(f"ended by itself: {member.failure_report()}")
                    self.restarts += 1
                    member.start()
            await asyncio.sleep(0.3)

    def summary(self) -> str:
        some = self.stage.some
        return (
            f"{self.kills.total()} kills (seed {self.seed}: {dict(self.kills)}), {len(some.requests)} commands, "
            f"{some.retried} tries without an answer, {some.finished} leads won"
        )


def may_end(said: str) -> bool:
    """Whether the process may end by itself."""
    served = any(word in said for word in SERVING)
    return any(word in said for word in OWN_ENDED) or (not served and any(word in said for word in AWAY))
