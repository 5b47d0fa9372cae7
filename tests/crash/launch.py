"""The command, started with a crash point or a planted bug: `python -m tests.crash.launch --kill-at NAME -- up …`.

Everything the command may need is imported here, so that a fork of this process starts at once."""

import argparse
import sys
from collections.abc import Sequence

import funnelcast.importing.run
import funnelcast.migrate
import funnelcast.parked
import funnelcast.rebuild
import funnelcast.republish
import funnelcast.serve
import funnelcast.up
import funnelcast.verify  # noqa: F401
from funnelcast.main import main


def run(words: Sequence[str]) -> None:
    sys.argv = ["funnelcast", *words]
    main()


def launch() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("words", nargs="+", help="what follows `funnelcast`")
    run(parser.parse_args().words)


if __name__ == "__main__":
    launch()
