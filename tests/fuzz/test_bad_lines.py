"""Batches and tables: a bad line is answered as one, in its place, and harms no other."""

import csv
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from funnelcast.importing.files.row import rejected_row
from funnelcast.importing.rejects import reject_file
from shared.web.routing import ndjson
from tests.fuzz.bad import DEPTH, MANY, VALUES, bomb, fields, put
from tests.fuzz.routes import GOOD
from tests.fuzz.target import Target, target
from tests.running import fresh

pytestmark = pytest.mark.timeout(180)
NDJSON = {"Content-Type": "application/x-ndjson"}
BATCHES = [route for route, good in GOOD.items() if good.lines == NDJSON["Content-Type"]]
BAD_LINES = {
    "a list": b"[]",
    "a text": b'"a"',
    "null": b"null",
    "cut": b'{"external_id": "crm:9',
    "two values": b"{}{}",
    "NUL": b"\x00",
    "no UTF-8": b'{"\xff\xfe": "\xc3\x28"}',
    "half a character": b'{"external_id": "\xed\xa0\x80"}',
    "half a character, escaped": b'{"external_id": "\\ud800"}',
    "NaN": b'{"external_id": NaN}',
    "UTF-16": '{"a": 1}'.encode("utf-16-le").replace(b"\n", b""),
    "a byte order mark": b"\xef\xbb\xbf{}",
    "deep": b"[" * DEPTH,
    "deep object": b'{"a":' * DEPTH,
    "a long number": b'{"external_id": ' + b"9" * 5000 + b"}",
    "long": b'{"external_id": "crm:' + b"x" * (MANY // 10) + b'"}',
    "gzip": bomb()[:1000].replace(b"\n", b"").replace(b"\r", b""),
}
BLANK_LINES = {"empty": b"", "white space": b" \t "}


async def send(under: Target, route: str, *lines: bytes, **headers: str) -> httpx.Response:
    body = b"\n".join(lines) + b"\n"
    return await under.api.post(route.split(" ")[1], content=body, headers=NDJSON | headers)


def numbered(body: Any, number: int) -> bytes:
    """The same under a name of its own. A lead's person too, or it would be one more engagement."""
    found = body | {"external_id": f"line:{number}"}
    if "person" in found:
        found |= {"person": {"email": f"line{number}@acme.com"}}
    return json.dumps(found).encode()


async def each_in_its_place(database: str, route: str) -> None:
    good, sent = GOOD[route].body, 0
    bad = (
        BAD_LINES
        | BLANK_LINES
        | {f"{pointer} = {name}": put(good, pointer, value) for pointer, name, value in chosen(good)}
    )
    async with target(database) as under:
        await deals_of(under, route, 2 * len(bad))
        for number, (name, line) in enumerate(bad.items()):
            answer = await send(under, route, numbered(good, 2 * number), line, numbered(good, 2 * number + 1))
            assert answer.status_code == 200, (name, answer.text[:300])
            first, middle, last, end = (json.loads(each) for each in answer.content.splitlines())
            assert "status" not in first, (name, first)
            assert "status" not in last, (name, last)
            assert end == {"done": True, "lines": 3, "failed": int("status" in middle)}
            assert "status" not in middle or 400 <= middle["status"] < 500, (name, middle)
            assert "status" not in middle or middle["line"] == 2, (name, middle)
            assert name not in BLANK_LINES or middle == {"line": 2, "blank": True}
            assert name not in BAD_LINES or middle["status"] == (413 if name == "long" else 422), (name, middle)
            assert middle.get("status") != 422 or middle["errors"], (name, middle)
            sent += 3
    print(f"{route}: {sent} lines, {len(bad)} of them bad: each answered in its place")


async def deals_of(under: Target, route: str, count: int) -> None:
    """Exports are about deals that there are."""
    if route.endswith("/exports/batch"):
        opening = "POST /pipeline/v1/opportunities/batch"
        answer = await send(under, opening, *(numbered(GOOD[opening].body, number) for number in range(count)))
        assert json.loads(answer.content.splitlines()[-1])["failed"] == 0


@pytest.mark.parametrize("route", BATCHES)
async def test_a_bad_line_in_the_middle_harms_no_other(database: str, route: str) -> None:
    await each_in_its_place(database, route)


async def test_lines_that_are_left_out_are_missed(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted bug: blank lines are thrown away, and all behind them get another's answer."""
    monkeypatch.setattr(ndjson, "split_lines", lambda body: [line for line in body.splitlines() if line.strip()])
    with pytest.raises(ExceptionGroup) as found:
        await each_in_its_place(database, BATCHES[0])
    assert found.group_contains(ValueError, match="not enough values")


@pytest.mark.harness
async def test_a_bad_line_that_harms_the_others_is_found(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted bug: what cannot be read ends the answer."""
    monkeypatch.setattr(ndjson, "parse_line", lambda line, model, ask: ask(model.model_validate_json(line)))
    with pytest.raises(ExceptionGroup) as found:
        await each_in_its_place(database, BATCHES[0])
    assert found.group_contains(ValidationError)


def chosen(good: Any) -> list[tuple[str, str, str]]:
    """A part of every field and value: the routes for one body have tried them all."""
    every = [
        (pointer, name, value) for pointer in fields(good) for name, value in VALUES.items() if len(value) < 10_000
    ]
    return every[::13]


@pytest.mark.parametrize("route", BATCHES)
async def test_bodies_that_are_no_lines_are_refused(database: str, route: str) -> None:
    async with target(database) as under:
        await deals_of(under, route, 2)
        line = numbered(GOOD[route].body, 1)
        empty = await under.api.post(route.split(" ")[1], content=b"", headers=NDJSON)
        packed = await send(under, route, bomb(), **{"Content-Encoding": "gzip"})
        keyed = await send(under, route, line, **{"Idempotency-Key": "k"})
        large = await send(under, route, b"x" * (17 * 1024 * 1024))
        many = await send(under, route, *[b"{}"] * 10_001)
        breaks = await under.api.post(route.split(" ")[1], content=b"\r\n\r" + line + b"\r\n", headers=NDJSON)
    assert (empty.status_code, empty.json()) == (200, {"done": True, "lines": 0, "failed": 0})
    refused = [packed, keyed, large, many]
    assert [answer.status_code for answer in refused] == [415, 422, 413, 413]
    assert {answer.headers["content-type"] for answer in refused} == {"application/problem+json"}
    lines = [json.loads(each) for each in breaks.content.splitlines()]
    assert lines[:2] == [{"line": 1, "blank": True}, {"line": 2, "blank": True}]
    assert lines[-1] == {"done": True, "lines": 3, "failed": 0}


TABLE = "POST /forecast/v1/org/import"
HEADER = "id,name,kind,parent,from\n"
TABLES = {
    "empty": b"",
    "no header": b"\n",
    "another header": b"a,b\n1,2\n",
    "a column twice": b"id,id,name,kind,parent\n",
    "semicolons": b"id;name;kind;parent\nacme;Acme;unit;\n",
    "a row too short": HEADER.encode() + b"acme,Acme\n",
    "a row too long": HEADER.encode() + b"acme,Acme,unit,,,,\n",
    "an open quote": HEADER.encode() + b'"acme,Acme,unit,,\n',
    "text behind a quote": HEADER.encode() + b'"acme"x,Acme,unit,,\n',
    "NUL": HEADER.encode() + b"ac\x00me,Acme,unit,,\n",
    "no UTF-8": HEADER.encode() + b"acme,\xff\xfe,unit,,\n",
    "UTF-16": (HEADER + "acme,Acme,unit,,\n").encode("utf-16"),
    "a formula as an id": HEADER.encode() + b"=1+1,Acme,unit,,\n",
    "a kind of none": HEADER.encode() + b"acme,Acme,robot,,\n",
    "year 0": HEADER.encode() + b"acme,Acme,unit,,0000-01-01\n",
    "year 9999": HEADER.encode() + b"acme,Acme,unit,,9999-12-31\n",
    "a number for a day": HEADER.encode() + b"acme,Acme,unit,,44197\n",
    "under itself": HEADER.encode() + b"acme,Acme,unit,acme,\n",
    "a circle": HEADER.encode() + b"a,A,unit,b,\nb,B,unit,a,\n",
    "two roots": HEADER.encode() + b"a,A,unit,,\nb,B,unit,,\n",
    "twice": HEADER.encode() + b"a,A,unit,,\na,B,unit,,\n",
    "a cell of 1 MiB": HEADER.encode() + b"acme," + b"x" * 1024 * 1024 + b",unit,,\n",
    "20,001 rows": HEADER.encode() + b"acme,Acme,unit,,\n" * 20_001,
    "a bomb": bomb(),
}


async def test_bad_tables_are_refused_whole_with_their_lines(database: str) -> None:
    async with target(database) as under:
        await under.place(TABLE, GOOD[TABLE])
        for name, table in TABLES.items():
            what = f"{TABLE} {name}"
            answer = await under.send(
                what, "POST", TABLE.split(" ")[1], content=table, headers={"Content-Type": "text/csv"}
            )
            if answer.is_success:
                under.trouble.append(f"{what}: taken: {answer.text}")
        formula = HEADER + 'acme,"=HYPERLINK(""http://evil"")",unit,,\n'
        taken = await under.api.post(TABLE.split(" ")[1], content=formula, headers={"Content-Type": "text/csv"})
        chart = await under.api.get("/forecast/v1/org", headers=fresh(taken))
    print(*under.trouble, sep="\n")
    assert len(under.trouble) == 0
    assert taken.status_code == 200
    assert chart.json()["nodes"][0]["name"] == '=HYPERLINK("http://evil")', "a name is a text, and stays it"


def test_a_rejected_row_is_kept_as_it_was_formulas_too(tmp_path: Path) -> None:
    """It is there to be put right and imported again; docs/importing.md says so."""
    file = tmp_path / "refused.csv"
    cells = ['=HYPERLINK("http://evil")', "+1", "-2", "@SUM(1)", "a\r\nb", '"', "\t=1"]
    with reject_file(file, [f"c{number}" for number in range(len(cells))]) as rejects:
        rejects.add(rejected_row(2, "bad", cells))
    with file.open(newline="", encoding="utf-8") as written:
        assert list(csv.reader(written))[1] == ["2", "bad", *cells]
