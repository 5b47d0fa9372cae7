"""docs/events.md is what the documents of the services say."""

from tests.contracts.event_page import PAGE, page


def test_the_page_of_events_is_made_from_the_documents() -> None:
    assert PAGE.read_text() == page(), "make event-page writes it anew"
