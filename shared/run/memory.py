"""Python's search for cyclic garbage, fitted to a server: nearly all that it holds stays for ever."""

import gc

YOUNG, MIDDLE, OLD = 20_000, 20, 50
"""New objects between searches among them, and searches between those among older ones. One batch of events has tens of
thousands of objects, and none of them is garbage of the kind that only a search finds."""


def freeze_loaded_objects() -> None:
    """When all is loaded: it is never searched again. Otherwise nearly half of a consumer's time goes into that."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
