"""Whatever is delivered: every element is answered, nothing is raised, nothing is lost, no secret is kept."""

import copy
import json
from typing import Any
from urllib.parse import quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from services.lead_intake.connectors import READERS
from services.lead_intake.connectors.delivery import Connection, Delivery, Kind, Reply, Unverified, Verified
from services.lead_intake.connectors.fields import FIELDS
from services.lead_intake.connectors.outcomes import Capture, Element, Ignored, Unreadable
from services.lead_intake.connectors.reader import read, reread
from services.lead_intake.lead.capture_body import CaptureLead
from services.lead_intake.lead.events import Source
from shared.rules.fields import ExternalId
from tests.lead_intake.connectors.deliveries import FORMS, SAMPLES, bracketed, connection, delivery, elements
from tests.lead_intake.connectors.signing import NOW, SECRET, SIGNERS

CONNECTORS = sorted(READERS)
SECRETS = (SECRET, "AO_T-secret", "join-token", "cancellations/INV1", "reschedulings/INV1", "captcha-token")
EXTERNAL_ID = TypeAdapter(ExternalId)
each_connector = pytest.mark.parametrize("connector", CONNECTORS)
texts = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["", " ", "\x00", "\ud800", "jane@acme.com", "true", "+49", "0" * 5000, "http://[", "9" * 30]),
)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(10**30, 10**31),
    st.floats(allow_nan=False, allow_infinity=False),
    texts,
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4), max_leaves=12
)
settings_of_owners: st.SearchStrategy[dict[str, Any]] = st.builds(
    dict,
    kind=st.none() | st.builds(Kind, st.sampled_from(Source)),
    fields=st.dictionaries(texts | st.sampled_from(["email", "name", "hs_object_id"]), st.sampled_from(sorted(FIELDS))),
    kinds=st.dictionaries(texts | st.sampled_from(["meeting", "identify"]), st.builds(Kind, st.sampled_from(Source))),
)


def checked(connector: str, request: Delivery, owner: Connection) -> list[Element]:
    found = read(READERS[connector], request, owner)
    assert found
    for element in found:
        assert element.outcomes
        check_storable(element)
        again = reread(READERS[connector], element.kept, owner)
        assert again.identity == element.identity
        assert again.outcomes == element.outcomes or not isinstance(element.kept, dict)
    return found


def check_storable(element: Element) -> None:
    json.dumps(element.kept, ensure_ascii=False).encode()
    assert EXTERNAL_ID.validate_python(element.identity)
    for outcome in element.outcomes:
        if isinstance(outcome, Capture):
            json.dumps(outcome.body, ensure_ascii=False).encode()
            assert outcome.external_id is None or EXTERNAL_ID.validate_python(outcome.external_id)


@each_connector
@given(body=st.binary(max_size=200), query=st.sampled_from(["", "encoding=EUC-JP", "encoding=rot13", "encoding=%00"]))
@settings(max_examples=60, deadline=None)
def test_any_bytes_are_answered(connector: str, body: bytes, query: str) -> None:
    for content_type in ("application/json", "application/x-www-form-urlencoded"):
        checked(connector, Delivery(body, {"content-type": content_type}, query), connection(connector))


@pytest.mark.thorough
@each_connector
@given(value=values, owner=settings_of_owners)
@settings(max_examples=60, deadline=None)
def test_any_json_is_answered(connector: str, value: Any, owner: dict[str, Any]) -> None:
    body = json.dumps(value).encode()
    checked(connector, Delivery(body, {"content-type": "application/json"}), connection(connector, **owner))


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every container with each of its keys or indexes."""
    if not isinstance(value, dict | list):
        return []
    steps = list(value) if isinstance(value, dict) else list(range(len(value)))
    return [(value, step) for step in steps] + [place for step in steps for place in places(value[step])]


@pytest.mark.thorough
@each_connector
@given(data=st.data(), owner=settings_of_owners)
@settings(max_examples=100, deadline=None)
def test_a_delivery_with_a_wrong_value_anywhere_is_answered(
    connector: str, data: st.DataObject, owner: dict[str, Any]
) -> None:
    value = copy.deepcopy(data.draw(st.sampled_from(SAMPLES[connector])))
    for _ in range(data.draw(st.integers(1, 3))):
        container, step = data.draw(st.sampled_from(places(value)))
        if data.draw(st.booleans()):
            container[step] = data.draw(values)
        else:
            del container[step]
        if not places(value):
            break
    if connector in FORMS:
        checked(connector, form_delivery(value), connection(connector, **owner))
    else:
        body = json.dumps(value).encode()
        checked(connector, Delivery(body), connection(connector, **owner))


def form_delivery(value: Any) -> Delivery:
    pairs = (f"{quote_plus(n, errors='replace')}={quote_plus(v, errors='replace')}" for n, v in bracketed(value))
    return Delivery("&".join(pairs).encode())


@each_connector
def test_a_body_that_breaks_off_is_answered_at_every_byte(connector: str) -> None:
    whole = delivery(connector, SAMPLES[connector][0])
    for length in range(len(whole.body)):
        half = Delivery(whole.body[:length], whole.headers)
        for element in checked(connector, half, connection(connector)):
            assert element.kept or not half.body or isinstance(element.outcomes[0], Ignored)
            assert not leaks(element), length


def leaks(element: Element) -> list[str]:
    return [secret for secret in SECRETS if secret in str(element)]


@each_connector
def test_what_the_vendor_publishes_is_read_without_a_secret_and_taken_as_it_is(connector: str) -> None:
    for sample in SAMPLES[connector]:
        for element in elements(connector, sample):
            assert not leaks(element)
            for outcome in element.outcomes:
                assert not isinstance(outcome, Unreadable), outcome
                if isinstance(outcome, Capture):
                    CaptureLead.model_validate(outcome.body)


@pytest.mark.parametrize("connector", ["facebook", "generic", "hubspot", "linkedin", "segment"])
@given(bad=st.lists(values, min_size=1, max_size=3))
@settings(max_examples=40, deadline=None)
def test_bad_elements_fail_no_good_one(connector: str, bad: list[Any]) -> None:
    good = {"facebook": 1, "hubspot": 1}.get(connector, 0)
    sample = SAMPLES[connector][good]
    (alone,) = elements(connector, sample)
    batch = json.dumps([*bad, sample, *bad]).encode()
    found = checked(connector, Delivery(batch), connection(connector))
    assert [element.pointer for element in found] == [f"/{index}" for index in range(2 * len(bad) + 1)]
    assert (found[len(bad)].identity, found[len(bad)].outcomes) == (alone.identity, alone.outcomes)


@each_connector
@given(
    body=st.binary(max_size=100),
    names=st.lists(
        st.sampled_from(sorted({name for signer in SIGNERS.values() for name in signer(b"", 0, "")} | {"x-signature"}))
    ),
    value=st.text(max_size=40) | st.sampled_from(["t=1,v1=a", "t=,t=", "v1=x", "Bearer ", "é", "\ud800"]),
    query=st.text(max_size=40) | st.sampled_from(["hub.mode=subscribe&hub.challenge=%FF", "challengeCode=a%3Db"]),
    method=st.sampled_from(["GET", "POST"]),
)
@settings(max_examples=60, deadline=None)
def test_any_headers_and_any_query_are_refused_without_a_fault(
    connector: str, body: bytes, names: list[str], value: str, query: str, method: str
) -> None:
    request = Delivery(body, dict.fromkeys(names, value), query, method)
    verdict = READERS[connector].verify(request, connection(connector, legacy_signatures=True), NOW)
    assert isinstance(verdict, Verified if connector == "salesforce-web-to-lead" else Unverified)
    for reply in (READERS[connector].handshake, READERS[connector].acknowledge):
        assert isinstance(reply(request, connection(connector)), Reply | None)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "the body is not JSON"),
        (b'{"a": NaN}', "the body is not JSON"),
        (b'"\xff"', "the body is not in UTF-8"),
        (b"[" * 100_000, "the body is nested too deeply"),
        (b"[" * 65 + b"]" * 65, "the body is nested too deeply"),
    ],
)
@pytest.mark.parametrize("connector", [name for name in CONNECTORS if name not in FORMS])
def test_a_body_that_is_no_json_says_why_it_cannot_be_read(connector: str, body: bytes, reason: str) -> None:
    (element,) = checked(connector, Delivery(body), connection(connector))
    assert element.outcomes == (Unreadable(reason),)
