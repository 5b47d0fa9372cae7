from typing import Any

from rich.console import Console

from funnelcast.forecast import print_rollup
from tests.funnelcast.command import Up, done, run


def node(node_id: str, closed: str, children: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    pure = {"closed": closed, "commit": "20.00", "upside": "0.00", "pipeline": "0.00", "omitted": "0.00"}
    counts = {"closed": 1, "commit": 1, "upside": 2, "pipeline": 3, "omitted": 4}
    told = {"node_id": node_id, "name": node_id.title(), "active": True, "pure": pure, "counts": counts}
    return told | {"children": children} | more


ROLLUP = {
    "period": {"key": "2017-Q3", "starts": "2017-07-01", "ends": "2017-09-30"},
    "currency": "USD",
    "measure": "bookings",
    "as_of": "2017-09-01T12:00:00Z",
    "frontier": "pipeline:3",
    "final": False,
    "node": node(
        "company",
        "1234567.50",
        [node("north", "0.00", [node("ann", "0.00", [], active=False)]), node("south", "5.00", [], name=None)],
    ),
    "warnings": [{"code": "amount_missing", "detail": "open deals without an amount", "count": 412}],
}


def drawn(rollup: dict[str, Any]) -> list[str]:
    console = Console(width=200, highlight=False, markup=False)
    with console.capture() as said:
        print_rollup(console, rollup)
    return [line.rstrip() for line in said.get().splitlines()]


def test_the_tree_shows_each_node_with_its_amounts() -> None:
    assert drawn(ROLLUP) == [
        "2017-Q3 (2017-07-01 to 2017-09-30), bookings in USD",
        "",
        "                              closed  commit  upside  pipeline  omitted  open deals",
        "Company                 1,234,567.50   20.00    0.00      0.00     0.00           6",
        "├── North                       0.00   20.00    0.00      0.00     0.00           6",
        "│   └── Ann (inactive)          0.00   20.00    0.00      0.00     0.00           6",
        "└── south                       5.00   20.00    0.00      0.00     0.00           6",
        "warning: open deals without an amount (412)",
        "",
        "as of 2017-09-01T12:00:00Z, frontier pipeline:3, not final",
    ]


def test_without_a_common_currency_each_has_a_table_of_its_own() -> None:
    apart = node("company", "0.00", [node("ann", "0.00", [], pure=None, by_currency={})], pure=None)
    amounts = {"closed": "5.00", "commit": "0.00", "upside": "0.00", "pipeline": "0.00", "omitted": "0.00"}
    apart["by_currency"] = {"USD": {"pure": amounts}, "EUR": {"pure": amounts | {"closed": "1000.00"}}}
    left_out = {"detail": "deals in JPY are not in the amounts", "count": 2, "amount": "1134", "currency": "JPY"}
    assert drawn(ROLLUP | {"currency": None, "node": apart, "warnings": [left_out]}) == [
        "2017-Q3 (2017-07-01 to 2017-09-30), bookings with each currency apart; --currency CODE converts them",
        "",
        "EUR        closed  commit  upside  pipeline  omitted  open deals",
        "Company  1,000.00    0.00    0.00      0.00     0.00           6",
        "└── Ann         -       -       -         -        -           6",
        "USD      closed  commit  upside  pipeline  omitted  open deals",
        "Company    5.00    0.00    0.00      0.00     0.00           6",
        "└── Ann       -       -       -         -        -           6",
        "warning: deals in JPY are not in the amounts (2, 1,134 JPY)",
        "",
        "as of 2017-09-01T12:00:00Z, frontier pipeline:3, not final",
    ]


def test_it_asks_the_running_system(system: Up) -> None:
    at = ("--url", system.address, "--key", system.key)
    assert done("forecast", "--period", "2011-Q2", *at).startswith("2011-Q2 (2011-04-01 to 2011-06-30)")
    assert "bookings in CHF" in done("forecast", "--currency", "CHF", *at)
    assert '"key":"2011-Q2"' in done("forecast", "--period", "2011-Q2", "--json", *at)


def test_what_the_system_refuses_is_told(system: Up) -> None:
    at = ("--url", system.address, "--key", system.key)
    refused = run("forecast", "--period", "last summer", *at)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "422" in refused.stderr
    assert (run("forecast", "--node", "nobody", *at).returncode) == 1
