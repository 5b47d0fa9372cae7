import gc
import weakref
from collections.abc import Iterator

import pytest

from shared.run import memory


@pytest.fixture
def settled() -> Iterator[None]:
    before = gc.get_threshold()
    memory.defer_collections()
    memory.freeze_loaded_objects()
    yield
    gc.set_threshold(*before)


class Knot:
    """Refers to itself: only a search finds that nobody else does."""

    def __init__(self) -> None:
        self.self = self


@pytest.mark.usefixtures("settled")
def test_loaded_objects_are_excluded_from_collections_and_new_ones_are_not() -> None:
    assert gc.get_freeze_count() > 10_000
    garbage = weakref.ref(Knot())
    kept = [[] for _ in range(memory.YOUNG + 1)]  # type: ignore[var-annotated]
    assert garbage() is None
    assert len(kept) > memory.YOUNG
