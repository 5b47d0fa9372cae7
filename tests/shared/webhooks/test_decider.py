"""The rules of a webhook."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from shared.rules.sealed import Sealed
from shared.webhooks import commands, events
from shared.webhooks.decider import DECIDER
from shared.webhooks.state import Existing, State
from tests.spec import NOON, NOW, Given

REF = UUID("5d0c3a51-3e10-4f2b-9a7c-b9b6a1b1f001")
OWNER = UUID("5d0c3a51-3e10-4f2b-9a7c-b9b6a1b1f002")
URL = "https://receiver.example/hook"
CREATED = events.WebhookCreated(url=Sealed(ref=REF), types=("opportunity.*",), secret=Sealed(ref=REF), owner=OWNER)
DISABLED = events.WebhookDisabled(reason="failing")
REMOVED = events.WebhookRemoved()
CREATE = commands.CreateWebhook(
    url=URL, types=None, description=None, secret="whsec_x", owner=OWNER, from_position=None
)
UNCHANGED = commands.ChangeWebhook(url=None, types=("opportunity.*",), description=None)


def given(*happened: events.WebhookEvent) -> Given[commands.WebhookCommand, State, events.WebhookEvent]:
    return Given(DECIDER, happened)


def test_a_webhook_is_created_with_its_address_sealed() -> None:
    created = events.WebhookCreated(url=Sealed(value=URL), secret=Sealed(value="whsec_x"), owner=OWNER)
    given().when(CREATE).then(created)


def test_an_id_is_used_once() -> None:
    given(CREATED).when(CREATE).rejected("there is a webhook with this id")
    given(CREATED, REMOVED).when(CREATE).rejected("there is a webhook with this id")


def test_values_that_stay_are_no_change() -> None:
    given(CREATED).when(UNCHANGED).then()


def test_a_description_is_a_change_unless_the_webhook_has_it_already() -> None:
    described = CREATED.model_copy(update={"description": Sealed[str](ref=REF)})
    same = UNCHANGED.model_copy(update={"description": "ours"})
    given(described).when(same.model_copy(update={"keeps_description": True})).then()
    given(described).when(same).then(events.WebhookChanged(types=("opportunity.*",), description=Sealed(value="ours")))


def test_another_address_and_other_types_are_a_change() -> None:
    given(CREATED).when(UNCHANGED.model_copy(update={"url": URL, "types": None})).then(
        events.WebhookChanged(url=Sealed(value=URL))
    )


def test_a_webhook_is_disabled_once_and_enabled_once() -> None:
    given(CREATED).when(commands.DisableWebhook(reason="gone")).then(events.WebhookDisabled(reason="gone"))
    given(CREATED, DISABLED).when(commands.DisableWebhook(reason="gone")).then()
    given(CREATED, DISABLED).when(UNCHANGED.model_copy(update={"is_enabled": True})).then(events.WebhookEnabled())
    given(CREATED).when(UNCHANGED.model_copy(update={"is_enabled": True})).then()
    given(CREATED).when(UNCHANGED.model_copy(update={"is_enabled": False})).then(
        events.WebhookDisabled(reason="by_hand")
    )


def test_a_removed_webhook_is_missing_and_is_removed_once() -> None:
    given(CREATED).when(commands.RemoveWebhook()).then(REMOVED)
    given(CREATED, REMOVED).when(commands.RemoveWebhook()).then()
    for command in (UNCHANGED, commands.RotateSecret(secret="whsec_y"), commands.DisableWebhook(reason="gone")):
        given(CREATED, REMOVED).when(command).missing("there is no such webhook")
    given().when(commands.RemoveWebhook()).missing("there is no such webhook")


def test_the_old_secret_signs_for_a_day_after_the_new_one_came() -> None:
    old, new = Sealed[str](ref=REF), Sealed[str](ref=OWNER)
    state = given(CREATED, events.WebhookSecretRotated(secret=new)).state()
    assert isinstance(state, Existing)
    rotated_at = NOON + timedelta(minutes=1)
    assert replace(state, rotated_at=rotated_at) == state
    assert state.valid_secrets(NOW) == [new, old]
    assert state.valid_secrets(rotated_at + timedelta(hours=24)) == [new]
