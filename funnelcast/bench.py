"""`funnelcast bench`: the speed of this version on this machine. The benchmarks are part of the tests, in a clone."""

from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from funnelcast.failure import Failed


def bench(measures: Sequence[str], *, quick: bool, long: bool, rounds: int | None, file: Path | None) -> bool:
    """Whether every rate is confirmed by its rows in the database. Raises `Failed` outside a clone."""
    main = load_benchmarks()
    if unknown := set(measures) - set(main.MEASURES):
        raise Failed(f"there is no measure {min(unknown)}; there are {', '.join(main.MEASURES)}")
    return bool(main.run(measures, quick=quick, long=long, rounds=rounds, file=file))


def markdown(files: Sequence[Path], page: Path | None) -> str:
    """The table of these results; or, when it was put into a page, a summary."""
    load_benchmarks()
    from tests.bench import report

    figures = report.markdown(files)
    if page is None:
        return figures
    report.put_into(page, figures)
    return f"The figures in {page} are those of {len(files)} runs"


def load_benchmarks() -> ModuleType:
    try:
        from tests.bench import main
    except ModuleNotFoundError as missing:
        raise Failed(
            f"benchmarks are run from a clone, after `make dev` there ({missing.name} is not installed)"
        ) from None
    return main
