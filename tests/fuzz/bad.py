"""Bad input, as RELIABILITY lists it: whole bodies, and values in the place of one field."""

import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

DEPTH = 100_000
MANY = 10 * 1024 * 1024


@dataclass(frozen=True)
class Sent:
    """`statuses`: that may be answered; with none, any 4xx, or 2xx where it is taken right."""

    body: bytes
    statuses: tuple[int, ...] = ()
    headers: Mapping[str, str] | None = None


@cache
def bomb() -> bytes:
    """32 KiB that unpack to 32 MiB."""
    return gzip.compress(bytes(32 * 1024 * 1024), 1)


WHOLE: Mapping[str, Callable[[bytes], Sent]] = {
    "empty": lambda good: Sent(b"", (422,)),
    "white space": lambda good: Sent(b" \r\n\t ", (422,)),
    "10 MiB": lambda good: Sent(b'"' + b"x" * MANY + b'"', (413,)),
    "deep list": lambda good: Sent(b"[" * DEPTH + b"]" * DEPTH, (422,)),
    "deep object": lambda good: Sent(b'{"a":' * DEPTH + b"1" + b"}" * DEPTH, (422,)),
    "deep and cut": lambda good: Sent(b"[" * DEPTH, (422,)),
    "a list": lambda good: Sent(b"[" + good + b"]", (422,)),
    "a text": lambda good: Sent(json.dumps(good.decode()).encode(), (422,)),
    "a number": lambda good: Sent(b"17", (422,)),
    "null": lambda good: Sent(b"null", (422,)),
    "true": lambda good: Sent(b"true", (422,)),
    "cut in the middle": lambda good: Sent(good[:-1], (422,)),
    "two values": lambda good: Sent(good + good, (422,)),
    "NUL behind": lambda good: Sent(good + b"\x00", (422,)),
    "only NUL": lambda good: Sent(b"\x00" * 64, (422,)),
    "no UTF-8": lambda good: Sent(b'{"\xff\xfe": "\xc3\x28"}', (422,)),
    "half a character": lambda good: Sent(b'{"\xed\xa0\x80": 1}', (422,)),
    "UTF-16": lambda good: Sent(good.decode().encode("utf-16"), (422,)),
    "UTF-32": lambda good: Sent(good.decode().encode("utf-32"), (422,)),
    "a byte order mark": lambda good: Sent(b"\xef\xbb\xbf" + good, (422,)),
    "NaN": lambda good: Sent(b'{"a": NaN}', (422,)),
    "Infinity": lambda good: Sent(b'{"a": -Infinity}', (422,)),
    "half a character in a name": lambda good: Sent(b'{"\\ud800": 1}', (422,)),
    "NaN, then told again": lambda good: Sent(told_twice(good, b"NaN"), (422,)),
    "half a character, then told again": lambda good: Sent(told_twice(good, b'"\\ud800"'), (422,)),
    "a number of 5,000 digits": lambda good: Sent(b'{"a": ' + b"9" * 5000 + b"}", (422,)),
    "an unknown field": lambda good: Sent(json.dumps(json.loads(good) | {"__proto__": {"a": 1}}).encode(), (422,)),
    "10,000 unknown fields": lambda good: Sent(json.dumps({f"f{n}": n for n in range(10_000)}).encode(), (422,)),
    "a gzip bomb": lambda good: Sent(bomb(), (415,), {"Content-Encoding": "gzip"}),
    "a gzip bomb, not announced": lambda good: Sent(bomb(), (422,)),
    "good, and said to be deflated": lambda good: Sent(good, (415,), {"Content-Encoding": "deflate"}),
    "good, and packed twice": lambda good: Sent(
        gzip.compress(gzip.compress(good)), (415,), {"Content-Encoding": "gzip, gzip"}
    ),
    "good, as a form": lambda good: Sent(good, (415,), {"Content-Type": "application/x-www-form-urlencoded"}),
    "good, as nothing": lambda good: Sent(good, (415,), {"Content-Type": ""}),
    "good, as XML": lambda good: Sent(good, (415,), {"Content-Type": "text/xml"}),
}


def told_twice(good: bytes, first: bytes) -> bytes:
    """One field with a value that is no JSON, and then right: readers take the last, or stumble."""
    fields = json.loads(good)
    name = json.dumps(next(iter(fields), "a")).encode()
    return b"{" + name + b": " + first + (b", " if fields else b"") + good[1:]


VALUES: Mapping[str, str] = {
    "null": "null",
    "true": "true",
    "0": "0",
    "-1": "-1",
    "1.5": "1.5",
    "10^31": "1" + "0" * 31,
    "-10^31": "-1" + "0" * 31,
    "10^400": "1e400",
    "2^63": str(2**63),
    "a list": "[]",
    "an object": "{}",
    "a list of lists": "[[[[]]]]",
    "deep": "[" * 900 + "]" * 900,
    "empty text": '""',
    "blank": '" "',
    "NUL": '"a\\u0000b"',
    "half a character": '"\\ud800"',
    "other half": '"\\udfff"',
    "control characters": '"a\\u0007\\u001bb"',
    "right to left": '"\\u202eabc"',
    "line breaks": '"a\\r\\nSet-Cookie: b"',
    "long": json.dumps("x" * 5000),
    "longer": json.dumps("ü" * 300_000),
    "text of a number": '"17"',
    "digits of another script": '"\\u0661\\u0662"',
    "text of 10^31": json.dumps("1" + "0" * 31),
    "text of NaN": '"NaN"',
    "text of Infinity": '"-Infinity"',
    "exponent": '"1e5"',
    "year 0": '"0000-01-01T00:00:00Z"',
    "year 1, east": '"0001-01-01T00:00:00+14:00"',
    "year 9999": '"9999-12-31T23:59:59Z"',
    "year 9999, west": '"9999-12-31T23:59:59-14:00"',
    "day in year 0": '"0000-01-01"',
    "day in year 9999": '"9999-12-31"',
    "31 February": '"2026-02-31"',
    "no time zone": '"2026-02-20T12:00:00"',
    "a leap second": '"2016-12-31T23:59:60Z"',
    "seconds since 1970": "1700000000",
    "homoglyph address": '"jane@\\u0430cme.com"',
    "homoglyph name": '"j\\u0430ne@acme.com"',
    "two addresses": '"jane@acme.com,eve@evil.com"',
    "address with a line break": '"jane@acme.com\\nBcc: eve@evil.com"',
    "formula": '"=HYPERLINK(\\"http://evil\\",\\"x\\")"',
    "formula with plus": "\"+1+cmd|'/C calc'!A0\"",
    "formula with at": '"@SUM(1+1)"',
    "formula with minus": '"-2+3"',
    "SQL": '"\'; DROP TABLE events; --"',
    "template": '"{{7*7}}${7*7}%{7*7}"',
    "a way up": '"../../etc/passwd"',
}


def fields(value: Any, pointer: str = "") -> Iterator[str]:
    """JSON pointers to all that stands in a body, but the body."""
    parts: list[tuple[str, Any]] = []
    if isinstance(value, dict):
        parts = list(value.items())
    elif isinstance(value, list):
        parts = [(str(index), each) for index, each in enumerate(value)]
    for name, each in parts:
        yield f"{pointer}/{name}"
        yield from fields(each, f"{pointer}/{name}")


MARK = "\ue000here\ue000"


def put(body: Any, pointer: str, value: str) -> bytes:
    """The body with this JSON text in the place of a field."""
    copied = json.loads(json.dumps(body))
    *way, last = pointer.split("/")[1:]
    place = copied
    for step in way:
        place = place[int(step)] if isinstance(place, list) else place[step]
    place[int(last) if isinstance(place, list) else last] = MARK
    return json.dumps(copied).replace(json.dumps(MARK), value).encode()
