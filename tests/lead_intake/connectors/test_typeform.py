import pytest

from services.lead_intake.connectors.delivery import Kind
from services.lead_intake.connectors.outcomes import Ignored, Unreadable
from services.lead_intake.lead.events import Source
from tests.lead_intake.connectors.deliveries import TYPEFORM, captured, changed, elements, outcome, without

BY_REF = {"ref-firm": "company"}


def test_a_response_is_a_capture_of_the_form() -> None:
    assert captured("typeform", TYPEFORM, fields=BY_REF).body == {
        "source": "contact_form",
        "source_detail": "lT4Z3j",
        "person": {
            "email": "jane@acme.com",
            "phone": "+4930901820",
            "first_name": "Jane van",
            "last_name": "Dyk",
        },
        "company": {"name": "Acme"},
        "consent": {"status": "granted", "purpose": "newsletter", "text_version": "2026-01"},
        "campaign": {"utm_source": "news", "utm_campaign": "spring"},
        "occurred_at": "2026-03-02T12:00:00+00:00",
        "external_id": "typeform:a3a12ec67a1365927098a606107fac15",
        "message": "Team size: Sales; Support\nMay we write to you?: yes",
    }


def test_answers_without_a_field_of_their_own_are_questions_of_a_webinar_or_the_message_of_others() -> None:
    webinar = captured("typeform", TYPEFORM, fields=BY_REF, kinds={"lT4Z3j": Kind(Source.WEBINAR)}).body["details"]
    assert webinar["questions"] == ["Team size: Sales; Support", "May we write to you?: yes"]
    demo = captured("typeform", TYPEFORM, fields=BY_REF, kind=Kind(Source.DEMO_REQUEST)).body["details"]
    assert demo == {"message": "Team size: Sales; Support\nMay we write to you?: yes"}
    assert captured("typeform", TYPEFORM, fields=BY_REF).body["message"] == demo["message"]


def test_a_title_that_is_mapped_counts_like_a_reference() -> None:
    body = captured("typeform", TYPEFORM, fields={"where do you work field f2": "company"}).body
    assert body["company"] == {"name": "Acme"}


def test_consent_is_what_the_legal_field_says_with_its_wording() -> None:
    granted = captured("typeform", TYPEFORM)
    assert granted.consent_evidence == "May we write to you?"
    denied = captured("typeform", changed(TYPEFORM, "form_response.answers.4.boolean", False))
    assert denied.body["consent"]["status"] == "denied"


def test_a_question_with_yes_and_no_that_is_not_mapped_asks_for_no_consent() -> None:
    answers = TYPEFORM["form_response"]["answers"]
    plain = changed(TYPEFORM, "form_response.answers.4.field.type", "yes_no")
    assert "consent" not in captured("typeform", plain).body
    assert captured("typeform", plain, fields={"ref-legal": "consent"}).body["consent"]["status"] == "granted"
    unanswered = changed(TYPEFORM, "form_response.answers", [*answers[:4], *answers[5:]])
    assert "consent" not in captured("typeform", unanswered, fields={"ref-legal": "consent"}).body


def test_without_a_purpose_in_the_settings_there_is_no_consent() -> None:
    assert "consent" not in captured("typeform", TYPEFORM, consent=None).body


def test_a_response_that_comes_twice_is_one_and_another_is_another() -> None:
    (first,), (again,) = elements("typeform", TYPEFORM), elements("typeform", TYPEFORM)
    (other,) = elements("typeform", changed(TYPEFORM, "form_response.token", "b"))
    assert first == again
    assert first.identity == "typeform:a3a12ec67a1365927098a606107fac15" != other.identity


def test_a_response_without_a_token_is_known_by_its_content() -> None:
    (element,) = elements("typeform", without(TYPEFORM, "form_response.token"))
    assert element.identity.startswith("typeform:sha256-")


@pytest.mark.parametrize("kind", ["form_response_partial", "form_abandoned"])
def test_what_was_not_submitted_is_ignored(kind: str) -> None:
    assert isinstance(outcome("typeform", TYPEFORM | {"event_type": kind}), Ignored)


def test_blank_answers_are_absent_and_unicode_is_kept() -> None:
    answers = TYPEFORM["form_response"]["answers"]
    body = captured(
        "typeform",
        changed(
            changed(TYPEFORM, "form_response.answers.1.text", "  Zoë\u00a0Łukasiewicz 😀 "),
            "form_response.answers.2.text",
            " \n ",
        ),
        fields=BY_REF,
    ).body
    assert len(answers) == 6
    assert (body["person"]["first_name"], body["person"]["last_name"]) == ("Zoë Łukasiewicz", "😀")
    assert "company" not in body


def test_half_a_response_is_unreadable() -> None:
    assert isinstance(outcome("typeform", without(TYPEFORM, "form_response")), Unreadable)
    assert isinstance(outcome("typeform", without(TYPEFORM, "event_type")), Unreadable)
    assert isinstance(outcome("typeform", changed(TYPEFORM, "form_response.answers", "none")), Unreadable)


def test_an_answer_of_a_type_to_come_stands_under_the_name_of_its_type() -> None:
    newer = changed(TYPEFORM, "form_response.answers.2", {"type": "firm", "firm": "Acme", "field": {"ref": "ref-firm"}})
    assert captured("typeform", newer, fields=BY_REF).body["company"] == {"name": "Acme"}
