"""Qualification's scoring models and routing rules may ask for each word that intake says, and for no other."""

from typing import get_args

from services.lead_intake.lead import events as intake
from services.qualification.lead.fields import CAPTURE
from services.qualification.model import events as model


def test_the_words_are_those_of_intake() -> None:
    assert set(model.SOURCES) == {source.value for source in intake.Source}
    assert set(model.KINDS) == {CAPTURE, *get_args(intake.ActivityKind)}
    assert set(model.ASSET_TYPES) == set(get_args(intake.GatedContent.model_fields["asset_type"].annotation))
    assert set(model.EMAIL_KINDS) == set(get_args(intake.EmailKind))
    assert set(model.ROLES) == set(get_args(intake.RoleClass))
