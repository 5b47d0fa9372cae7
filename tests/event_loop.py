"""The product's event loop, for tests."""

import warnings

import uvloop


class ClosingLoop(uvloop.Loop):
    def close(self) -> None:
        """Raises when a connection was left open. uvloop warns of it in the midst of closing: were the warning an error
        there, the loop would wait for ever."""
        with warnings.catch_warnings(record=True) as left_open:
            warnings.simplefilter("always")
            super().close()
        assert not left_open, [str(each.message) for each in left_open]
