"""`funnelcast bench`: how fast it is on this machine. What measures lies with the tests, in a clone."""

from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from funnelcast.failure import Failed


def bench(only: Sequence[str], *, quick: bool, long: bool, rounds: int | None, file: Path | None) -> bool:
    """Whether every rate has its rows. Raises `Failed` where there is no clone with all that tests need."""
    main = harness()
    if unknown := set(only) - set(main.MEASURES):
        raise Failed(f"there is no measure {min(unknown)}; there are {', '.join(main.MEASURES)}")
    return bool(main.run(only, quick=quick, long=long, rounds=rounds, file=file))


def markdown(files: Sequence[Path], page: Path | None) -> str:
    """Says what was done, or is the table itself."""
    harness()
    from tests.bench import report

    figures = report.markdown(files)
    if page is None:
        return figures
    report.put_into(page, figures)
    return f"The figures in {page} are those of {len(files)} runs"


def harness() -> ModuleType:
    try:
        from tests.bench import main
    except ModuleNotFoundError as missing:
        raise Failed(
            f"benchmarks are run from a clone, after `make dev` there ({missing.name} is not installed)"
        ) from None
    return main
