"""Schemathesis against running services: every operation of their documents, every check, links followed.

A program of its own: `python -m tests.fuzz.campaign URL --examples 10 --sequences 20 --seed 1`; the key is in
FUNNELCAST_API_KEY. It prints one JSON object: how many cases, which failures.
"""

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from schemathesis.engine.recorder import ScenarioRecorder

from tests.fuzz import hooks
from tests.fuzz.document import Document, merged, narrowed

SERVICES = ("intake", "qualification", "pipeline", "forecast")
STREAM = "/events/stream"
TAKEN = ("2xx", "401", "403", "404", "409", "412")
"""The allowed answers to requests that fit the document: the state decides. `hooks` checks 422."""
TOLD_EVERY = 5_000
INFERENCE = {"algorithms": ["dependency-analysis"]}
"""The other one reads every address in an answer, and ends its process at the first that is none, such as `//[x`."""
LONGEST = 20.0
"""Seconds that any answer may take."""


@dataclass
class Found:
    """`failures`: by check and operation, the first of each, with what repeats it."""

    cases: int = 0
    by_phase: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    failures: dict[str, str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)


def documents(url: str, services: Sequence[str]) -> dict[str, Document]:
    return {name: httpx.get(f"{url}/{name}/openapi.json").raise_for_status().json() for name in services}


def configuration(
    url: str, key: str, *, examples: int, sequences: int, seed: int, coverage: bool
) -> SchemathesisConfig:
    streams = {
        "include-path-regex": STREAM,
        "request-timeout": 0.4,
        "max-stream-events": 20,
        "generation": {"max-examples": max(1, examples // 10)},
    }
    return SchemathesisConfig.from_dict(
        {
            "seed": seed,
            "suppress-health-check": ["all"],
            "base-url": url,
            "headers": {"Authorization": f"Bearer {key}"},
            "request-timeout": LONGEST,
            "continue-on-failure": True,
            "generation": {"max-examples": examples, "database": "none"},
            "checks": {"positive_data_acceptance": {"expected-statuses": list(TAKEN)}},
            "phases": {
                "coverage": {"enabled": coverage},
                "stateful": {"generation": {"max-examples": sequences}, "max-steps": 12, "inference": INFERENCE},
            },
            "operations": [streams],
        }
    )


def attack(whole: Document, settings: SchemathesisConfig) -> Found:
    found = Found()
    schema = schemathesis.openapi.from_dict(whole, config=settings)
    for event in from_schema(schema).execute():
        match event:
            case events.ScenarioFinished():
                take(found, event.phase.name, event.recorder)
            case events.NonFatalError():
                found.errors.append(f"{event.label}: {event.value!r}")
            case events.FatalError():
                found.errors.append(f"fatal: {event.exception!r}")
            case events.EngineFinished():
                print(f"{event.stop_reason} after {event.running_time:.0f} s", file=sys.stderr)
            case _:
                pass
    return found


def take(found: Found, phase: str, recorder: ScenarioRecorder) -> None:
    before, found.cases = found.cases, found.cases + len(recorder.interactions)
    if before // TOLD_EVERY < found.cases // TOLD_EVERY:
        print(f"{found.cases} cases, {len(found.failures)} failures", file=sys.stderr)
    found.by_phase[phase] += len(recorder.interactions)
    for interaction in recorder.interactions.values():
        found.statuses[str(interaction.response.status_code if interaction.response else "none")] += 1
    for where, said in failed(recorder):
        if where not in found.failures:
            found.failures[where] = said
            print(f"after {found.cases} cases: {where}\n{said}", file=sys.stderr)


def failed(recorder: ScenarioRecorder) -> Iterator[tuple[str, str]]:
    for case_id, checks in recorder.checks.items():
        for check in checks:
            if check.failure_info is not None:
                failure, interaction = check.failure_info, recorder.interactions.get(case_id)
                answer = interaction.response.text[:500] if interaction and interaction.response else "no answer"
                said = f"{failure.failure.title}: {failure.failure.message}\n{failure.code_sample}\n{answer}"
                yield f"{check.name} {failure.failure.operation}", said


def main(arguments: Iterable[str] | None = None) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("--services", default=",".join(SERVICES))
    parser.add_argument("--paths", default="", help="a pattern; absent: all")
    parser.add_argument("--examples", type=int, default=10, help="of each operation")
    parser.add_argument("--sequences", type=int, default=20, help="of linked operations")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--coverage", action="store_true", help="each constraint of the documents met and broken, too")
    asked = parser.parse_args(None if arguments is None else list(arguments))
    hooks.register()
    key = os.environ["FUNNELCAST_API_KEY"]
    efforts = {name: getattr(asked, name) for name in ("examples", "sequences", "seed", "coverage")}
    settings = configuration(asked.url, key, **efforts)
    whole = merged(documents(asked.url, asked.services.split(",")))
    found = attack(narrowed(whole, asked.paths) if asked.paths else whole, settings)
    print(json.dumps(shown(found), indent=1))
    return 1 if found.failures or found.errors else 0


def shown(found: Found) -> dict[str, Any]:
    return vars(found)


if __name__ == "__main__":
    sys.exit(main())
