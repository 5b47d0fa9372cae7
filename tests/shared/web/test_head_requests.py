"""HEAD is answered where GET is, with the headers that GET would have and no body. Over real sockets."""

import pytest

from services.pipeline.service import SERVICE
from shared.run.settings import Settings
from tests.running import eventually, served_services, within

STREAM = "/pipeline/v1/events/stream"
DIFFERENT = {"date", "x-correlation-id", "ratelimit"}


async def test_head_has_the_headers_of_get(database: str, subtests: pytest.Subtests) -> None:
    async with served_services(database, [SERVICE], settings=Settings(connections=4, port=0)) as (api, _):
        for path in ("healthz", "readyz", "openapi.json", "v1/opportunities", "v1/settings", "v1/nowhere"):
            with subtests.test(path=path):
                asked, got = await api.head(f"/pipeline/{path}"), await api.get(f"/pipeline/{path}")
                assert (asked.status_code, asked.content) == (got.status_code, b"")
                assert {name: asked.headers[name] for name in got.headers if name not in DIFFERENT} == {
                    name: value for name, value in got.headers.items() if name not in DIFFERENT
                }
        assert (await api.head("/pipeline/v1/opportunities", headers={"Authorization": ""})).status_code == 401


async def test_head_of_a_stream_ends_and_gives_its_place_back(database: str) -> None:
    one = Settings(connections=4, port=0, streams_at_once=1)
    async with served_services(database, [SERVICE], settings=one) as (api, _):

        async def is_answered() -> bool:
            answer = await within(5, api.head(STREAM))
            assert answer.content == b""
            return answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/event-stream")

        for _ in range(3):
            await eventually(is_answered)
