"""The effort of a run: 1 for the short one, more for `make fuzz`."""

import os

EFFORT = int(os.environ.get("FUNNELCAST_TEST_FUZZ", "1"))
