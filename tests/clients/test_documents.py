"""The OpenAPI documents in the tools of others: linters find nothing, and generated clients read every answer."""

from pathlib import Path

import orjson
import pytest

from tests.clients import typescript
from tests.clients.answers import Answer
from tests.clients.tools import ROOT, run_node, run_python

FOLDER = Path(__file__).parent
pytestmark = [pytest.mark.clients, pytest.mark.timeout(400)]
Journey = tuple[dict[str, Path], list[Answer]]


async def test_linters_find_nothing(journey: Journey) -> None:
    documents, _ = journey
    for document in documents.values():
        run_node("spectral", "lint", document, "--ruleset", FOLDER / "spectral.yaml", "-F", "hint", folder=ROOT)
        body = run_node("redocly", "lint", document, "--config", FOLDER / "redocly.yaml", "--format=json", folder=ROOT)
        assert orjson.loads(body)["totals"] == {"errors": 0, "warnings": 0, "ignored": 0}, body


async def test_a_generated_python_client_reads_every_answer_of_a_journey(journey: Journey, tmp_path: Path) -> None:
    documents, answers = journey
    assert len({(answer.method, answer.path) for answer in answers}) > 40
    for service, document in documents.items():
        made = ("-m", "openapi_python_client", "generate", "--path", document, "--meta", "none")
        run_python(*made, "--output-path", tmp_path / f"{service}_client", folder=tmp_path)
    written = tmp_path / "answers.json"
    written.write_bytes(orjson.dumps([answer._asdict() for answer in answers]))
    program = (FOLDER / "read_answers.py").read_text()
    (tmp_path / "read_answers.py").write_text(program)
    replies = run_python("read_answers.py", written, folder=tmp_path)
    assert replies.strip() == f"{len(answers)} answers"


async def test_generated_typescript_types_hold_every_answer_of_a_journey(journey: Journey, tmp_path: Path) -> None:
    documents, answers = journey
    for service, document in documents.items():
        run_node("openapi-typescript", document, "--output", tmp_path / f"{service}.ts", folder=tmp_path)
    (tmp_path / "journey.ts").write_text(typescript.program(answers))
    check = ("--noEmit", "--strict", "--target", "es2022", "--skipLibCheck")
    run_node("tsc", *check, "journey.ts", folder=tmp_path)


async def test_an_answer_that_the_document_does_not_allow_is_found(journey: Journey, tmp_path: Path) -> None:
    documents, answers = journey
    [wrong] = [each for each in answers if each.path == "/forecast/v1/settings" and each.method == "get"]
    run_node("openapi-typescript", documents["forecast"], "--output", tmp_path / "forecast.ts", folder=tmp_path)
    (tmp_path / "journey.ts").write_text(typescript.program([wrong._replace(body=wrong.body | {"timezone": 7})]))
    with pytest.raises(AssertionError, match="not assignable to type 'string'"):
        run_node("tsc", "--noEmit", "--strict", "--skipLibCheck", "journey.ts", folder=tmp_path)
