from typing import Any

from rich.console import Console

from funnelcast.remote.forecast import print_rollup
from funnelcast.remote.waterfall import print_waterfall
from tests.funnelcast.command import Up, done, run


def node(node_id: str, closed: str, children: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    pure = {"closed": closed, "commit": "20.00", "upside": "0.00", "pipeline": "0.00", "omitted": "0.00"}
    counts = {"closed": 1, "commit": 1, "upside": 2, "pipeline": 3, "omitted": 4}
    found = {"node_id": node_id, "name": node_id.title(), "active": True, "pure": pure, "counts": counts}
    return found | {"children": children} | more


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


def drawn(rollup: dict[str, Any], width: int = 200) -> list[str]:
    console = Console(width=width, highlight=False, markup=False)
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


def test_quotas_calls_and_overrides_have_columns_where_there_are_any() -> None:
    call = {"amounts": {"commit": "1300.00"}}
    override = {"column": "commit", "by": "manager", "amount": "1200.00", "stale": True}
    ann = node(
        "ann", "5.00", [], quota="2000.00", attainment="0.8333", gap_to_quota="334.00", call=call, overrides=[override]
    )
    lines = drawn(ROLLUP | {"node": node("acme", "5.00", [ann], quota=None, call=None, overrides=[])})
    assert lines[2].split("open deals")[1].split() == ["quota", "attained", "gap", "call", "overrides"]
    assert lines[4].endswith("2,000.00     83.3%  334.00  commit 1,300.00           commit 1,200.00 by manager?")


def test_no_amount_is_cut_on_a_narrow_terminal() -> None:
    call = {"amounts": {"commit": "1497200.00", "upside": "1808000.00"}}
    rollup = ROLLUP | {
        "node": node("company", "1234567.50", [], quota="1314000.00", gap_to_quota="79432.50", call=call)
    }
    words = " ".join(drawn(rollup, width=40)).replace(",", "").split()
    assert {"1234567.50", "1314000.00", "79432.50", "1497200.00", "1808000.00"} <= {*words}


def test_a_waterfall_shows_each_step_with_its_first_deals() -> None:
    deals = [{"opportunity_id": name, "amount": "10.00"} for name in ("a", "b", "c", "d")]
    answer = {
        "period": {"key": "2017-Q3"},
        "view": "commit",
        "node_id": "acme",
        "currency": "USD",
        "from": "T1",
        "to": "T2",
        "opening": "1000.00",
        "closing": "1040.00",
        "won_within": "7.00",
        "frontier": "pipeline:3",
        "final": True,
        "steps": [{"kind": "new", "amount": "40.00", "count": 4, "opportunities": deals}],
    }
    console = Console(width=200, highlight=False, markup=False)
    with console.capture() as written:
        print_waterfall(console, answer)
    assert [line.rstrip() for line in written.get().splitlines()] == [
        "2017-Q3, commit of acme in USD, T1 to T2",
        "",
        "opening  1,000.00",
        "  new       40.00  a 10.00, b 10.00, c 10.00, and 1 more",
        "closing  1,040.00",
        "",
        "won in the period 7.00, frontier pipeline:3",
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


def test_the_command_asks_the_running_system(system: Up) -> None:
    at = ("--url", system.address, "--key", system.key)
    assert done("forecast", "--period", "2011-Q2", *at).startswith("2011-Q2 (2011-04-01 to 2011-06-30)")
    assert "bookings in CHF" in done("forecast", "--currency", "CHF", *at)
    assert '"key":"2011-Q2"' in done("forecast", "--period", "2011-Q2", "--json", *at)


def test_a_refusal_of_the_system_is_reported(system: Up) -> None:
    at = ("--url", system.address, "--key", system.key)
    refused = run("forecast", "--period", "last summer", *at)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "422" in refused.stderr
    assert (run("forecast", "--node", "nobody", *at).returncode) == 1
