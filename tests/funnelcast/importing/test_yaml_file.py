from pathlib import Path
from textwrap import dedent

import pytest

from funnelcast.importing.mapping.deals import DealMapping
from funnelcast.importing.mapping.yaml_file import parse_mapping
from funnelcast.importing.mappings import BASES, kinds_of

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
        parse_mapping(dedent(text), BASES)
    return str(refused.value)


def test_a_yaml_word_for_false_stays_a_text() -> None:
    mapping = parse_mapping(GOOD.replace('"No"', "No"), {})
    assert isinstance(mapping, DealMapping)
    assert list(mapping.stages) == ["No"]


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("  timezone: UTC", "  timezone: UTC\n  tiemzone: UTC", "line 6: unknown key 'tiemzone'; is 'timezone' meant?"),
        ("stages:", "colour: red\nstages:", "line 7: unknown key 'colour'"),
        ("opened: At", "opened: At, ownre: X", "line 6: unknown key 'ownre'; is 'owner' meant?"),
        ("  timezone: UTC", "  timezone: Berlin", "line 5: dates.timezone: 'Berlin' is no time zone"),
        ("[iso]", "[iso, DD.MM.YY]", "line 3: dates: 'DD.MM.YY' has years of two digits"),
        ("  timezone: UTC\n", "", "line 3: dates.timezone is missing"),
        ("mapping: acme", "mapping: acme\nmapping: b", "line 2: the key 'mapping' is in the mapping twice"),
        ("kind: opp", "kind: Opp", "line 2: kind must be one of opportunities, leads, org, quotas"),
        ("kind: opportunities\n", "", "line 1: kind must be one of"),
        ("lost: other", "lost: No reason", "line 8: stages.No.lost must be"),
        ("{lost: other}", "signed", "line 8: stages.No: the pipeline has no stage 'signed'; it has unqualified"),
        ("stages:", "entered: {signed: At}\nstages:", "line 7: entered.signed: the pipeline has no stage"),
        ("{lost: other}", "{won: other}", "line 8: the key 'won' does not belong into stages.No"),
        ("{lost: other}", "[won]", "line 8: stages.No: a stage is expected, such as proposal, or {lost: other}"),
        ("{lost: other}", "", "line 8: stages.No: a stage is expected"),
        ("stages:", "root: {id: a}\nstages:", "line 7: the key 'root' does not belong here"),
        ("name: ID", "name: [ID]", "line 6: fields.name: a column's name is expected, or more about it, such as"),
        ("stages:", "money: {thousands: x}\nstages:", "money.thousands: must be '', '.', ',', ' ' or \"'\""),
        ("stages:", "owners: [a]\nstages:", "line 7: owners must be a mapping of keys and values"),
        ("stages:", "ignore_case: [a]\nstages:", "line 7: ignore_case must be true or false"),
        ("mapping: acme", 'mapping: "\\ud800"', "line 1: mapping must be a text of whole characters"),
        ('"No"', '"N\0"', "line 8: the character U+0000 cannot stand in a mapping"),
        ("stages:", "\tstages:", "line 7: a tab stands here: blanks are expected"),
        ("stages:", "---\nstages:", "line 7: a second document begins here"),
        ("opened: At", "amount: V, opened: At", "line 6: fields: an amount needs money"),
        ("opened: At", "at: At", "the field opened is needed, or a history"),
        ("stages:", "money: {decimal: ',', thousands: ',', currency: EUR}\nstages:", "must not be the same sign"),
        ("stages:", "money: {currency: EURO}\nstages:", "line 7: money.currency: must be an ISO 4217"),
        ("stages:", "file: {encoding: punycode}\nstages:", "line 7: file.encoding: 'punycode' is no encoding"),
        ("stages:", f"{'x' * 200}: y\nstages:", f"line 7: unknown key '{'x' * 77}...'"),
        ("stages:", "file: {encoding: rot13}\nstages:", "line 7: file.encoding: 'rot13' is no encoding"),
        ("name: ID", "name: {text: '{}'}", "fields.name: '{}': between braces a column's name is expected"),
        ("name: ID", "name: {text: '{A!r}'}", "without ! or :, such as {Name}"),
        ("name: ID", "name: {text: '{A:>9}'}", "without ! or :, such as {Name}"),
        ("name: ID", "name: {text: '{A'}", "has a brace without its other half"),
        ("mapping: acme", "mapping: [acme", "line 2"),
        ("mapping: acme", "mapping: &a [*a]", "line 1: this refers to itself"),
    ],
)
def test_what_is_wrong_is_reported_with_its_line(before: str, after: str, reason: str) -> None:
    assert reason in refusal(GOOD.replace(before, after))


def test_a_stage_without_a_known_category_is_one_mistake() -> None:
    found = refusal(GOOD + "pipeline: {name: x, stages: [a: nope], first_qualified: a}\n")
    assert found == "line 9: pipeline.stages.0.category: must be 'omitted', 'pipeline', 'upside', 'commit' or 'closed'"


def test_one_format_of_dates_needs_no_list() -> None:
    mapping = parse_mapping(GOOD.replace("[iso]", "iso"), {})
    assert isinstance(mapping, DealMapping)
    assert mapping.dates.formats == ("iso",)


def test_all_that_is_wrong_is_reported_at_once() -> None:
    wrong = GOOD.replace("UTC", "Berlin").replace("stages:", "colour: red\nstages:")
    assert len(refusal(wrong).splitlines()) == 2


@pytest.mark.parametrize(
    ("content", "reason"), [(b"", "is empty"), (b"a: \xff", "is not UTF-8"), (b"- a", "line 1: kind")]
)
def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    file = tmp_path / "acme.yaml"
    file.write_bytes(content)
    with pytest.raises(ValueError, match=reason):
        kinds_of(str(file), "opportunities")


def test_the_names_of_shipped_mappings_are_taken(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(GOOD.replace("acme", "olist"))
    with pytest.raises(ValueError, match="'olist' is the name of a shipped mapping"):
        kinds_of(str(tmp_path / "mine.yaml"), "opportunities")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[" * 100_000, "nested more than 20 levels deep"),
        ("{a: " * 30, "nested more than 20 levels deep"),
        ("- " * 30, "nested more than 20 levels deep"),
        (
            "a: &a [x]\n" + "\n".join(f"{chr(98 + n)}: &{chr(98 + n)} [{f'*{chr(97 + n)}, ' * 9}]" for n in range(9)),
            "entries",
        ),
        ("a: " + "x" * 500_001, "larger than any mapping"),
        ("? [a, b]\n: c", "a key must be a text"),
        ("a: !!python/object/apply:os.system [ls]", "kind must be one of"),
    ],
)
def test_a_file_made_to_exhaust_the_reader_is_refused_at_once(text: str, reason: str) -> None:
    assert reason in refusal(text)


def test_a_mapping_may_be_based_on_a_shipped_one() -> None:
    mapping = parse_mapping("based_on: bpi2012\nmapping: mine\ndates: {timezone: UTC}\nstages: {A: won}\n", BASES)
    assert isinstance(mapping, DealMapping)
    assert (mapping.mapping, mapping.dates.timezone, mapping.dates.formats) == ("mine", "UTC", ("iso",))
    assert (list(mapping.stages), mapping.pipeline is not None) == (["A"], True)
    assert "line 1: based_on must be one of bpi2012" in refusal("based_on: bpi\nmapping: mine\n")
