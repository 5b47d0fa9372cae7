from pathlib import Path
from textwrap import dedent

import pytest

from funnelcast.importing import written
from funnelcast.importing.described import DealsTold
from funnelcast.importing.mappings import part_of

GOOD = """\
mapping: acme
kind: opportunities
dates:
  formats: [iso]
  timezone: UTC
fields: {id: ID, name: ID, account: A, owner: O, stage: S, opened: At}
stages:
  "No": {lost: other}
"""


def refusal(text: str) -> str:
    with pytest.raises(ValueError, match="line") as refused:
        written.parse(dedent(text))
    return str(refused.value)


def test_all_is_text() -> None:
    told = written.parse(GOOD.replace('"No"', "No"))
    assert isinstance(told, DealsTold)
    assert list(told.stages) == ["No"]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("  timezone: UTC", "  timezone: UTC\n  tiemzone: UTC", "line 6: unknown key 'tiemzone'; is 'timezone' meant?"),
        ("stages:", "colour: red\nstages:", "line 7: unknown key 'colour'"),
        ("opened: At", "opened: At, ownre: X", "line 6: unknown key 'ownre'; is 'owner' meant?"),
        ("  timezone: UTC", "  timezone: Berlin", "line 5: dates.timezone: 'Berlin' is no time zone"),
        ("[iso]", "[iso, DD.MM.YY]", "line 4: dates.formats.1: 'DD.MM.YY'"),
        ("  timezone: UTC\n", "", "line 3: dates.timezone is missing"),
        ("mapping: acme", "mapping: acme\nmapping: b", "line 2: 'mapping' stands here twice"),
        ("kind: opp", "kind: Opp", "line 2: kind must be one of opportunities, leads"),
        ("kind: opportunities\n", "", "line 1: kind must be one of"),
        ("lost: other", "lost: weather", "line 8: stages.No.lost: must be one of"),
        ("{lost: other}", "signed", "the pipeline has no stage 'signed'; it has unqualified, qualified"),
        ("opened: At", "amount: V, opened: At", "an amount needs money"),
        ("opened: At", "at: At", "the field opened is needed, or a history"),
        ("stages:", "money: {decimal: ',', thousands: ',', currency: EUR}\nstages:", "must not be the same sign"),
        ("stages:", "money: {currency: EURO}\nstages:", "line 7: money.currency: must be an ISO 4217"),
        ("stages:", "file: {encoding: utf-16}\nstages:", "line 7: file.encoding: 'utf-16' is not one that is read"),
        ("mapping: acme", "mapping: [acme", "line 2"),
        ("mapping: acme", "mapping: &a [*a]", "line 1: this refers to itself"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(before: str, after: str, told: str) -> None:
    assert told in refusal(GOOD.replace(before, after))


def test_all_that_is_wrong_is_told_at_once() -> None:
    wrong = GOOD.replace("UTC", "Berlin").replace("stages:", "colour: red\nstages:")
    assert len(refusal(wrong).splitlines()) == 2


@pytest.mark.parametrize(
    ("content", "told"), [(b"", "is empty"), (b"a: \xff", "is not UTF-8"), (b"- a", "line 1: kind")]
)
def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path, content: bytes, told: str) -> None:
    file = tmp_path / "acme.yaml"
    file.write_bytes(content)
    with pytest.raises(ValueError, match=told):
        part_of(str(file), "opportunities")


def test_the_names_of_ours_are_taken(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(GOOD.replace("acme", "olist"))
    with pytest.raises(ValueError, match="'olist' is the name of a mapping that comes with us"):
        part_of(str(tmp_path / "mine.yaml"), "opportunities")
