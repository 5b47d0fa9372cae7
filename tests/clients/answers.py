"""Answers of the services, each with the operation that documents it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import httpx


class Answer(NamedTuple):
    """`path`: as the document writes it, with names in braces. `body`: JSON."""

    service: str
    method: str
    path: str
    status: int
    media_type: str
    body: Any
    operation_id: str
    tag: str


@dataclass
class Recorder:
    """`documents`: by service."""

    documents: Mapping[str, dict[str, Any]]
    answers: list[Answer] = field(default_factory=list)

    async def record(self, response: httpx.Response) -> None:
        await response.aread()
        media_type = response.headers.get("content-type", "").partition(";")[0]
        if not media_type.endswith("json"):
            return
        service = response.request.url.path.split("/")[1]
        method = response.request.method.lower()
        path, operation = self.find(service, method, response.request.url.path)
        self.answers.append(
            Answer(
                service,
                method,
                path,
                response.status_code,
                media_type,
                response.json(),
                operation["operationId"],
                operation["tags"][0],
            )
        )

    def find(self, service: str, method: str, path: str) -> tuple[str, dict[str, Any]]:
        """The operation that serves the path; of several, the one that names most of it."""
        paths = self.documents[service]["paths"]
        matching = [each for each in paths if method in paths[each] and matches(each, path)]
        assert matching, f"{method} {path} is in no document"
        found = min(matching, key=lambda each: each.count("{"))
        return found, paths[found][method]


def matches(template: str, path: str) -> bool:
    return re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template)), path) is not None
