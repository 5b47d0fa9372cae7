from collections.abc import Iterator

import pytest

from tests.funnelcast.command import Up, up


@pytest.fixture(scope="package")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """One for all tests that leave it running."""
    with up(tmp_path_factory.mktemp("system")) as running:
        yield running
