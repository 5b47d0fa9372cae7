"""The sizes of runs: a full one, a quick one, and the smallest one for tests."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """`seconds`: of one round under load. Events, rows and people are counts.
    `delivered`: events, to each of the `endpoints`. `waiting`: events for one that is dead.
    `looks`: questions about the past, in one round."""

    name: str
    rounds: int
    warm: int
    seconds: float
    connections: int
    appends: int
    batches: int
    lines: int
    relayed: int
    consumed: int
    rebuilt: int
    deals: int
    people: int
    questions: int
    looks: int
    latency_seconds: float
    latency_rate: int
    stored: tuple[int, ...]
    sustained_seconds: float
    imported: int
    clients: int
    leads: int
    endpoints: int
    delivered: int
    waiting: int
    pages: int


FULL = Sizes(
    "full",
    rounds=5,
    warm=1,
    seconds=6,
    connections=64,
    appends=10_000,
    batches=4,
    lines=5_000,
    relayed=100_000,
    consumed=100_000,
    rebuilt=1_000_000,
    deals=1_000_000,
    people=10_000,
    questions=200,
    looks=20,
    latency_seconds=15,
    latency_rate=200,
    stored=(10_000, 100_000, 1_000_000),
    sustained_seconds=60,
    imported=100_000,
    clients=1_000,
    leads=200_000,
    endpoints=100,
    delivered=200,
    waiting=1_000_000,
    pages=200,
)
LONG = Sizes(
    **FULL.__dict__
    | {
        "name": "long",
        "stored": (10_000, 100_000, 1_000_000, 10_000_000),
        "sustained_seconds": 600,
        "imported": 1_000_000,
        "leads": 1_000_000,
    }
)
QUICK = Sizes(
    "quick",
    rounds=2,
    warm=1,
    seconds=1,
    connections=64,
    appends=1_500,
    batches=1,
    lines=2_000,
    relayed=20_000,
    consumed=20_000,
    rebuilt=20_000,
    deals=20_000,
    people=1_000,
    questions=50,
    looks=10,
    latency_seconds=2,
    latency_rate=100,
    stored=(2_000, 20_000),
    sustained_seconds=3,
    imported=5_000,
    clients=100,
    leads=10_000,
    endpoints=100,
    delivered=20,
    waiting=100_000,
    pages=200,
)
TINY = Sizes(
    "tiny",
    rounds=1,
    warm=0,
    seconds=0.3,
    connections=8,
    appends=64,
    batches=1,
    lines=50,
    relayed=300,
    consumed=300,
    rebuilt=300,
    deals=200,
    people=40,
    questions=5,
    looks=3,
    latency_seconds=0.5,
    latency_rate=20,
    stored=(100, 300),
    sustained_seconds=0.3,
    imported=100,
    clients=5,
    leads=100,
    endpoints=3,
    delivered=4,
    waiting=50,
    pages=2,
)
