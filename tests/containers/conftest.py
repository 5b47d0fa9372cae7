import os
import secrets
from collections.abc import Iterator

import pytest

from tests.containers.engine import docker, must_exist
from tests.containers.project import Project, standing
from tests.funnelcast.command import ROOT


@pytest.fixture(scope="session")
def image() -> str:
    """FUNNELCAST_TEST_IMAGE, made before; else it is built here."""
    must_exist()
    given = os.environ.get("FUNNELCAST_TEST_IMAGE")
    if given:
        return given
    docker("build", "-f", str(ROOT / "deploy" / "Dockerfile"), "-t", "funnelcast:test", str(ROOT), seconds=900)
    return "funnelcast:test"


@pytest.fixture(scope="session")
def project(image: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Project]:
    name = f"funnelcast-test-{secrets.token_hex(3)}"
    with standing(tmp_path_factory.mktemp("project"), name, image) as one:
        yield one
        if request.session.testsfailed:
            print(one.failure_report())
