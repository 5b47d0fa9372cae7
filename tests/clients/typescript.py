"""A program that compiles only if every answer has the type that its document gives it."""

from collections.abc import Sequence

import orjson

from tests.clients.answers import Answer


def program(answers: Sequence[Answer]) -> str:
    services = sorted({answer.service for answer in answers})
    imports = [f'import type {{ paths as {name} }} from "./{name}"' for name in services]
    constants = [
        f"const answer{number}: {type_of(answer)} = {orjson.dumps(answer.body).decode()}"
        for number, answer in enumerate(answers)
    ]
    return "\n".join([*imports, *constants, ""])


def type_of(answer: Answer) -> str:
    keys = (answer.path, answer.method, "responses", answer.status, "content", answer.media_type)
    return answer.service + "".join(f"[{orjson.dumps(key).decode()}]" for key in keys)
