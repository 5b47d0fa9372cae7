"""How hard to try: the short run is 1, `make fuzz` more."""

import os

EFFORT = int(os.environ.get("FUNNELCAST_TEST_FUZZ", "1"))
