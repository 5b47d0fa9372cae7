"""The command, started with a crash point or a planted bug: `python -m tests.crash.launch --kill-at NAME -- up …`.

Everything the command may need is imported here, so that a fork of this process starts at once."""

import argparse
import sys
from collections.abc import Sequence
from signal import SIGKILL, SIGSTOP

import funnelcast.administration.migrate
import funnelcast.administration.parked
import funnelcast.administration.rebuild
import funnelcast.administration.republish
import funnelcast.importing.run
import funnelcast.serving.serve
import funnelcast.serving.up
import funnelcast.verifying.run  # noqa: F401
from funnelcast.main import main
from tests.crash import bugs, points
from tests.crash.catalog import BY_NAME


def launch(given: Sequence[str] | None = None) -> None:
    options = parser().parse_args(given)
    for bug in options.plant:
        bugs.BUGS[bug]()
    for chosen, number in ((options.kill_at, SIGKILL), (options.stop_at, SIGSTOP)):
        for named in chosen:
            name, _, nth = named.partition(":")
            points.install(BY_NAME[name], int(nth) if nth else None, number)
    sys.argv = ["funnelcast", *options.words]
    main()


def parser() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(prog="launch", description=__doc__)
    options.add_argument("--kill-at", action="append", default=[], metavar="NAME[:NTH]", help="one of catalog.py's")
    options.add_argument("--stop-at", action="append", default=[], metavar="NAME[:NTH]", help="the same, by SIGSTOP")
    options.add_argument("--plant", action="append", default=[], choices=bugs.BUGS, help="one of bugs.py's")
    options.add_argument("words", nargs="+", help="what follows `funnelcast`")
    return options


if __name__ == "__main__":
    launch()
