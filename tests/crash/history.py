"""Checks of the clients' answers against the stores: every accepted command once, in order; every upstream event
answered once, in order; every follower of a feed shown all of it, once. Pure: says what it finds, in words."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Answer:
    """A 2xx. `said`: what must be the same in every answer to the same request."""

    position: int
    said: str


@dataclass
class Request:
    """One command of a client, however often it was sent. A chain is sent one after the other, each when the one
    before was answered. `expects`: types of the events that it leads to by itself. `keyed`: with an Idempotency-Key;
    without one, a repetition is told where the stream ends by now."""

    service: str
    correlation: UUID
    chain: str
    number: int
    expects: tuple[str, ...]
    keyed: bool = True
    answers: list[Answer] = field(default_factory=list)

    def __str__(self) -> str:
        return f"request {self.number} of {self.chain} to {self.service}"


@dataclass(frozen=True, slots=True)
class Stored:
    """`command`: where the type alone does not say what others must do about the event."""

    position: int
    event_id: UUID
    stream: str
    version: int
    type: str
    command: str
    correlation: UUID
    cause: UUID | None


Stores = Mapping[str, Sequence[Stored]]
"""The events of each service, in position order."""


@dataclass(frozen=True)
class Rule:
    """Each event of this kind leads to exactly one of that type in another service."""

    source: str
    type: str
    reader: str
    effect: str
    command: str = ""


RULES = (
    Rule("intake", "lead.captured", "qualification", "lead.engaged"),
    Rule("intake", "lead.engagement_added", "qualification", "lead.engaged"),
    Rule("intake", "person.erased", "qualification", "lead.erased"),
    Rule("qualification", "lead.srl", "pipeline", "opportunity.opened"),
    Rule("qualification", "lead.erased", "pipeline", "opportunity.texts_erased"),
    Rule("pipeline", "opportunity.stage_changed", "qualification", "lead.sql", "qualify"),
    Rule("pipeline", "opportunity.stage_changed", "qualification", "lead.customer", "win"),
)


@dataclass
class Followed:
    """The events that a follower of a service's feed got, in the order of arrival, over all its connections."""

    service: str
    how: str
    types: Collection[str]
    seen: list[tuple[int, str]] = field(default_factory=list)
    """Position and event id."""


def check(requests: Iterable[Request], stores: Stores, followed: Iterable[Followed] = ()) -> list[str]:
    """Findings; none: what was promised is so. To be called when all is at rest and caught up."""
    asked = list(requests)
    made = {service: own_events(store) for service, store in stores.items()}
    return [
        *(found for service in stores for found in gaps(service, stores[service])),
        *answered(asked, made),
        *ordered(asked, made),
        *(found for rule in RULES for found in followed_up(rule, stores)),
        *(found for reader in stores for found in in_turn(reader, stores)),
        *(found for one in followed for found in shown(one, stores[one.service])),
    ]


def gaps(service: str, store: Sequence[Stored]) -> Iterator[str]:
    """Positions and versions count from 1."""
    versions: Counter[str] = Counter()
    for number, event in enumerate(store, 1):
        versions[event.stream] += 1
        if event.position != number:
            yield f"{service}: position {event.position} stands where {number} is due"
            return
        if event.version != versions[event.stream]:
            yield f"{service}: {event.stream} has version {event.version} where {versions[event.stream]} is due"
            return


# -- commands --------------------------------------------------------------------------------------------------------


Made = Mapping[str, Mapping[UUID, Sequence[Stored]]]
"""The events of each request itself, by service."""


def answered(requests: Sequence[Request], all_made: Made) -> Iterator[str]:
    for request in requests:
        made = all_made[request.service].get(request.correlation, ())
        yield from told_right(request, made)
        if not request.answers and not made:
            continue
        if len(made) < len(request.expects):
            yield f"lost: {request} was answered, and of {request.expects} there is {types(made)}"
        elif types(made) != request.expects:
            yield f"twice: {request} led to {types(made)} instead of {request.expects}"


def told_right(request: Request, made: Sequence[Stored]) -> Iterator[str]:
    if len({answer.said for answer in request.answers}) > 1:
        yield f"{request} was answered differently: {sorted({answer.said for answer in request.answers})}"
    for answer in request.answers if made else ():
        stands = made[-1].position
        if answer.position != stands and (request.keyed or answer.position < stands):
            yield f"{request} was told position {answer.position}, and stands at {stands}"


def types(events: Sequence[Stored]) -> tuple[str, ...]:
    return tuple(event.type for event in events)


def own_events(store: Sequence[Stored]) -> Mapping[UUID, Sequence[Stored]]:
    """The events of commands, by their correlation; those of reactions bear it, too, and are left out."""
    found: dict[UUID, list[Stored]] = defaultdict(list)
    for event in store:
        if event.cause is None:
            found[event.correlation].append(event)
    return found


def ordered(requests: Sequence[Request], made: Made) -> Iterator[str]:
    """Checks one chain in one service: a command that was answered before the next was sent stands before it."""
    last: dict[tuple[str, str], int] = {}
    for request in sorted(requests, key=lambda one: (one.chain, one.number)):
        for event in made[request.service].get(request.correlation, ()):
            key = (request.service, request.chain)
            if event.position <= last.get(key, 0):
                yield f"out of order: {request} stands at {event.position}, after what was sent later"
            last[key] = max(event.position, last.get(key, 0))


# -- reactions -------------------------------------------------------------------------------------------------------


def followed_up(rule: Rule, stores: Stores) -> Iterator[str]:
    effects = Counter(event.cause for event in stores[rule.reader] if event.type == rule.effect)
    for event in stores[rule.source]:
        if event.type != rule.type or rule.command not in ("", event.command):
            continue
        count = effects[event.event_id]
        if count != 1:
            what = "lost" if count == 0 else "twice"
            yield f"{what}: {rule.source} {event.position} ({event.type}) led to {count} {rule.effect} in {rule.reader}"


def in_turn(reader: str, stores: Stores) -> Iterator[str]:
    """Checks that the events by which a service reacted to another's stand in their order."""
    causes = {event.event_id: (source, event.position) for source in stores for event in stores[source]}
    last: dict[str, int] = {}
    for event in stores[reader]:
        if event.cause is None:
            continue
        if event.cause not in causes:
            yield f"{reader} {event.position} answers an event that is nowhere"
            continue
        source, position = causes[event.cause]
        if position < last.get(source, 0):
            yield f"out of order: {reader} {event.position} answers {source} {position} after {last[source]}"
        last[source] = max(position, last.get(source, 0))


# -- feeds -----------------------------------------------------------------------------------------------------------


def shown(followed: Followed, store: Sequence[Stored]) -> Iterator[str]:
    """All public events, each once, in order."""
    all_of_it = due(followed, store)
    who = f"{followed.how} of {followed.service}"
    for number, (got, wanted) in enumerate(zip(followed.seen, all_of_it, strict=False)):
        if got != wanted:
            what = "gap" if got[0] > wanted[0] else "repeat"
            before = followed.seen[number - 1][0] if number else 0
            yield f"{what}: {who} showed {got[0]} after {before}, and {wanted[0]} is due"
            return
    if len(followed.seen) != len(all_of_it):
        yield f"gap: {who} showed {len(followed.seen)} events, and there are {len(all_of_it)}"


def due(followed: Followed, store: Sequence[Stored]) -> list[tuple[int, str]]:
    return [(event.position, str(event.event_id)) for event in store if event.type in followed.types]
