"""The documentation page works where no other host can be reached."""

import re
from html.parser import HTMLParser

import pytest

from funnelcast.serving.services import SERVICES
from tests.running import running_services

ABSOLUTE = re.compile(r"(?:https?:|wss?:)?//[a-z0-9]", re.IGNORECASE)


class References(HTMLParser):
    """The files that a page loads."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in ("src", "href") and value]


@pytest.mark.parametrize("service", SERVICES)
async def test_the_page_and_all_that_it_loads_come_from_the_service(database: str, service: str) -> None:
    async with running_services(database, [SERVICES[service]], work=False) as api:
        page = await api.get(f"/{service}/docs", headers={"Authorization": ""})
        assert page.headers["Content-Type"].startswith("text/html")
        assert ABSOLUTE.search(page.text) is None
        assert f"/{service}/openapi.json" in page.text
        loaded = [each for each in References(page.text).found if not each.startswith("data:")]
        answers = [await api.get(path, headers={"Authorization": ""}) for path in loaded]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert {answer.headers["Content-Type"].partition(";")[0] for answer in answers} == {"text/javascript", "text/css"}
    assert "SwaggerUIBundle" in "".join(answer.text for answer in answers)
    assert all(answer.headers["X-Content-Type-Options"] == "nosniff" for answer in answers)
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
