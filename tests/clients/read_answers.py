"""Runs beside generated clients, with their libraries alone: reads each answer as its client would."""

import importlib
import json
import sys
from pathlib import Path

import httpx
from openapi_python_client.utils import PythonIdentifier  # type: ignore[import-not-found]


def read(answer: dict) -> None:  # type: ignore[type-arg]
    package = f"{answer['service']}_client"
    tag, operation = PythonIdentifier(answer["tag"], "tag"), PythonIdentifier(answer["operation_id"], "")
    module = importlib.import_module(f"{package}.api.{tag}.{operation}")
    client = importlib.import_module(package).Client(base_url="http://test", raise_on_unexpected_status=True)
    response = httpx.Response(answer["status"], json=answer["body"])
    parsed = module._parse_response(client=client, response=response)
    assert parsed is not None, f"{answer['method']} {answer['path']} {answer['status']} was not read"
    again = parsed.to_dict()
    assert again == answer["body"], f"{answer['method']} {answer['path']}: {again} is not {answer['body']}"


if __name__ == "__main__":
    sys.path.insert(0, str(Path.cwd()))
    answers = json.loads(Path(sys.argv[1]).read_text())
    for each in answers:
        read(each)
    print(len(answers), "answers")
