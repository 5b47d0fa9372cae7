"""Input of requests, checked more strictly than the framework does."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import orjson
from fastapi import Path, Request
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.datastructures import QueryParams

from shared.rules.fields import PRINTABLE
from shared.web.errors.problems import InvalidRequest
from shared.web.requests.body import WITHOUT_BODY

MAX_VALUES = 20_000
"""The most values of one body, or one line of a batch: fields of objects and entries of lists, at all depths."""

STRINGS = re.compile(rb'("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?')
"""The strings of a JSON text. With the colon after it, a string is the name of a member."""
WHITESPACE = b" \t\r\n"
LONGEST_REPEATED = 100
NOT_EMPTY = {"pointer": "", "detail": "must be absent, or an empty object"}
WHOLE_NUMBER = re.compile("-?(0|[1-9][0-9]*)")
"""The framework would also take `1_0`, `+5`, ` 5` and `5.0`, which other servers read as something else, or refuse."""

ResourceId = Annotated[str, Path(min_length=1, max_length=100, pattern=PRINTABLE)]
"""The id of a resource in a path: any printable text. An unknown id is a 404, not a 422."""


async def refuse_invalid_json(request: Request) -> None:
    """The framework accepts more than JSON (RFC 8259): NaN, encodings other than UTF-8, lone surrogates. Such a body
    has no canonical form to compare it by, and cannot be repeated in an answer. It also ignores the body of a request
    that has no fields; here that may be absent or an empty object."""
    route = request.scope["route"]
    if route.body_field is not None and (body := await request.body()):
        parse_json(body)
    elif must_have_no_fields(request, route) and (body := await request.body()):
        refuse_fields(parse_json(body))


def must_have_no_fields(request: Request, route: APIRoute) -> bool:
    """Batches and entrances read their bodies themselves."""
    reads_itself = "requestBody" in (route.openapi_extra or {}) or is_entrance(request)
    return route.body_field is None and not reads_itself and request.method not in WITHOUT_BODY


def refuse_fields(value: Any) -> None:
    if value == {}:
        return
    names = list(value)[:1] if isinstance(value, dict) else []
    error = {"pointer": f"/{shortened(names[0])}", "detail": "unknown field"} if names else NOT_EMPTY
    raise InvalidRequest("the request has no fields", errors=[error])


def is_entrance(request: Request) -> bool:
    """Whether the request arrives at an entrance, whose callers send what they like."""
    return getattr(request.state, "any_query", False)


def parse_json(body: bytes) -> Any:
    """Raises `InvalidRequest`."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidRequest("the body is not JSON text", errors=[{"pointer": "", "detail": str(error)}]) from None
    if len(body) > 2 * MAX_VALUES:  # each takes two bytes at least
        must_have_few_values(value)
    try:
        canonical = orjson.dumps(value)
    except orjson.JSONEncodeError:
        detail = "is nested too deeply"
        raise InvalidRequest(f"the body {detail}", errors=[{"pointer": "", "detail": detail}]) from None
    if canonical.translate(None, WHITESPACE) != body.translate(None, WHITESPACE):  # else nothing was dropped
        must_have_distinct_names(body, value)
    return value


def must_have_distinct_names(body: bytes, value: Any) -> None:
    """Refuses an object with two members of one name. The parser keeps the last of them, and which one counts would be
    a guess. Raises `InvalidRequest`."""
    written = Counter[str](orjson.loads(text) for text, colon in STRINGS.findall(body) if colon)
    for name in written - Counter(member_names(value)):
        detail = f"an object has two members {shortened(name)!r}"
        raise InvalidRequest(f"the body is ambiguous: {detail}", errors=[{"pointer": "", "detail": detail}])


def member_names(value: Any) -> Iterator[str]:
    """The names of the members of all objects, at all depths."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        yield from each if isinstance(each, dict) else ()
        waiting += children_of(each)


def children_of(value: Any) -> Collection[Any]:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def must_have_few_values(value: Any) -> None:
    """Refuses a body with very many values. Validation makes an error of each field that is wrong: a hundred thousand
    of them would hold up all tasks for seconds. Raises `InvalidRequest`."""
    waiting, count = [value], 0
    while waiting:
        children = children_of(waiting.pop())
        count += len(children)
        if count > MAX_VALUES:
            detail = f"has more than {MAX_VALUES} values"
            raise InvalidRequest(f"the body {detail}", errors=[{"pointer": "", "detail": detail}])
        waiting += children


def refuse_unknown_parameters(request: Request) -> None:
    """Refuses a query parameter that the route does not know, and a second value of one that has a single value: both
    would be ignored silently. At an entrance callers send what they like."""
    if not getattr(request.state, "any_query", False):
        refuse_parameters(request.query_params, parameter_types(request.scope["route"]))


def parameter_types(route: APIRoute) -> Mapping[str, Any]:
    """The types of the query parameters that the route knows, by name."""
    parameters = route.dependant.query_params
    return {name: kind for parameter in parameters for name, kind in names_and_types(parameter).items()}


def refuse_parameters(query: QueryParams, known: Mapping[str, Any]) -> None:
    """Raises `InvalidRequest` for an unknown parameter, a second value of a single one, and an unusual whole number."""
    seen = set[str]()
    for name, value in query.multi_items():
        if name not in known:
            shown = shortened(name)
            raise parameter_problem(shown, f"unknown query parameter {shown!r}", "unknown")
        if name in seen and not is_list(known[name]):
            detail = "was given twice, and may be given once"
            raise parameter_problem(name, f"the query parameter {name} {detail}", detail)
        if takes_only(int, known[name]) and not WHOLE_NUMBER.fullmatch(value):
            detail = f"must be a whole number, such as 7; it is {shortened(value)!r}"
            raise parameter_problem(name, f"the query parameter {name} {detail}", detail)
        seen.add(name)


def shortened(text: str) -> str:
    """The part of a caller's text that an answer repeats."""
    return text if len(text) <= LONGEST_REPEATED else f"{text[:LONGEST_REPEATED]}…"


def takes_only(kind: type, annotation: Any) -> bool:
    """Whether a parameter of this type is of this kind, or absent."""
    if get_origin(annotation) in (Union, UnionType, Annotated):
        parts = get_args(annotation)[:1] if get_origin(annotation) is Annotated else get_args(annotation)
        return all(part is NoneType or takes_only(kind, part) for part in parts)
    return annotation is kind


def parameter_problem(name: str, text: str, detail: str) -> InvalidRequest:
    return InvalidRequest(text, errors=[{"pointer": f"query/{name}", "detail": detail}])


def names_and_types(parameter: Any) -> Mapping[str, Any]:
    """A parameter's name and type, or those of all fields when a model stands for the whole query."""
    kind = parameter.field_info.annotation
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return {field.alias or name: field.annotation for name, field in kind.model_fields.items()}
    return {parameter.alias: kind}


def is_list(annotation: Any) -> bool:
    """Whether a parameter of this type may be repeated: a list, or one of several types of which one is a list."""
    origin = get_origin(annotation)
    if origin in (Union, UnionType, Annotated):
        return any(is_list(each) for each in get_args(annotation))
    return (origin or annotation) in (list, tuple, set, frozenset)
