"""Log lines of errors name the place of the error, and hold no personal data."""

import logging
from collections.abc import Iterator
from io import StringIO
from traceback import format_exception

import httpx
import orjson
import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from funnelcast.cli import options
from services.lead_intake.service import SERVICE
from shared.run.telemetry import configure_logging, format_traceback
from shared.store import engines, vault
from tests.running import PATIENT, served_services
from tests.security.markers import CAPTURES, MARKERS, found_in

WRONG = [
    ("SELECT CAST(:value AS text)", MARKERS["e-mail"] + "\ud800"),
    ("SELECT CAST(:value AS jsonb)", f'{{"email": "{MARKERS["e-mail"]}'),
    ("SELECT CAST(:value AS int)", MARKERS["e-mail"]),
    ("INSERT INTO vault (ref, subject, value) VALUES (gen_random_uuid(), :value, NULL)", MARKERS["e-mail"]),
    ("INSERT INTO erased (subject) VALUES (:value), (:value)", MARKERS["e-mail"]),
]


@pytest.fixture
def written() -> Iterator[StringIO]:
    """The output of a process."""
    into, before = StringIO(), structlog.get_config()
    level = logging.getLogger("uvicorn.error").level
    configure_logging("debug")
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(into))
    yield into
    structlog.configure(**before)
    logging.getLogger("uvicorn.error").setLevel(level)


@pytest.mark.parametrize(("statement", "value"), WRONG)
async def test_a_database_error_is_logged_without_what_it_is_about(
    database: str, written: StringIO, statement: str, value: str
) -> None:
    engine = engines.writer(database, "intake", connections=2)
    with pytest.raises(SQLAlchemyError) as raised:
        async with engine.begin() as tx:
            await tx.execute(text(statement), {"value": value})
    await engine.dispose()
    assert found_in("".join(format_exception(raised.value))) == {"e-mail"}, "else there is nothing to leave out"
    structlog.get_logger().error("unexpected", exc_info=ExceptionGroup("in a task", [raised.value]))
    line = written.getvalue()
    assert found_in(line) == set()
    assert "message left out" in line
    assert "test_logs.py" in line


def test_errors_that_came_out_of_each_other_are_logged(written: StringIO) -> None:
    """A group goes round when one of its parts was raised again while the group was handled."""
    part = ValueError("part")
    group = ExceptionGroup("in a task", [part])
    part.__context__ = group
    structlog.get_logger().error("unexpected", exc_info=group)
    assert "in a task" in written.getvalue()


def test_other_errors_than_the_databases_are_logged_as_they_are() -> None:
    try:
        raise RuntimeError("a fault of ours")
    except RuntimeError as error:
        found = format_traceback((type(error), error, error.__traceback__))
    assert "RuntimeError: a fault of ours" in found


@pytest.fixture
def unconfigured() -> Iterator[None]:
    before = structlog.get_config()
    structlog.reset_defaults()
    yield
    structlog.configure(**before)


@pytest.mark.usefixtures("unconfigured")
def test_every_command_with_settings_logs_exceptions_without_local_variables(
    capsys: pytest.CaptureFixture[str],
) -> None:
    options.load_settings()
    local_variable = MARKERS["e-mail"]
    try:
        raise RuntimeError("a fault of ours")
    except RuntimeError:
        structlog.get_logger().exception("unexpected")
    out, err = capsys.readouterr()
    assert "RuntimeError: a fault of ours" in err
    assert local_variable not in out + err


async def test_a_fault_in_the_midst_of_a_capture_is_logged_once_and_names_nobody(
    database: str,
    written: StringIO,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Over a real socket, by a row that the database refuses and repeats."""

    async def planted(tx: AsyncConnection, kept: list[vault.VaultEntry], **more: object) -> None:
        row = {"subject": kept[0].subject, "value": orjson.dumps(kept[0].value).decode()}
        await tx.execute(
            text("INSERT INTO vault (ref, subject, value) VALUES (NULL, :subject, CAST(:value AS jsonb))"), row
        )

    monkeypatch.setattr(vault, "keep", planted)
    async with served_services(database, [SERVICE], settings=PATIENT) as (api, _):
        answer: httpx.Response = await api.post("/intake/v1/leads", json=CAPTURES[0])
    assert answer.status_code == 500
    out, err = capfd.readouterr()
    said = written.getvalue() + out + err + caplog.text + answer.text
    assert found_in(said) == set()
    assert written.getvalue().count("NotNullViolation") >= 1
    assert "Exception in ASGI" not in said
