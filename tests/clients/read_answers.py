"""Runs beside generated clients, with their libraries alone: reads each answer as its client would."""

import importlib
import json
import re
import sys
from datetime import datetime
from pathlib import Path

import httpx
from openapi_python_client.strings import PythonIdentifier  # type: ignore[import-not-found]

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)")


def read(answer: dict) -> None:  # type: ignore[type-arg]
    package = f"{answer['service']}_client"
    tag, operation = PythonIdentifier(answer["tag"], "tag"), PythonIdentifier(answer["operation_id"], "")
    module = importlib.import_module(f"{package}.api.{tag}.{operation}")
    client = importlib.import_module(package).Client(base_url="http://test", raise_on_unexpected_status=True)
    response = httpx.Response(answer["status"], json=answer["body"])
    parsed = module._parse_response(client=client, response=response)
    assert parsed is not None, f"{answer['method']} {answer['path']} {answer['status']} was not read"
    again, given = comparable(parsed.to_dict()), comparable(answer["body"])
    assert again == given, f"{answer['method']} {answer['path']}: {again} is not {given}"


def comparable(value: object) -> object:
    """The client writes an instant in its own way."""
    if isinstance(value, dict):
        return {name: comparable(each) for name, each in value.items()}
    if isinstance(value, list):
        return [comparable(each) for each in value]
    if isinstance(value, str) and INSTANT.fullmatch(value):
        return datetime.fromisoformat(value)
    return value


if __name__ == "__main__":
    sys.path.insert(0, str(Path.cwd()))
    answers = json.loads(Path(sys.argv[1]).read_text())
    for each in answers:
        read(each)
    print(len(answers), "answers")
