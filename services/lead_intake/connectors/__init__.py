"""Deliveries of marketing tools, verified and read without I/O: one module per vendor.

A route verifies a delivery with `READERS[connector].verify(delivery, connection, now)` and reads it with
`reader.read(READERS[connector], delivery, connection)`; what was kept of an element is read again, under other
settings, by `reader.reread`. A GET goes to `handshake` alone, a verified POST to `handshake` before it is read.

To add a vendor: write `connectors/<vendor>.py` from the vendor's published facts, with `verify` (from `signatures`),
`interpret` (an element's outcomes; submissions of forms by `capture.capture`), `identify` (the vendor's id of an
element) and, if the body is more than one JSON object, `split`; give them to a `Reader` named `READER`; list it here;
describe its deliveries in `tests/lead_intake/connectors/deliveries.py`, whose property tests then cover it.
"""

from collections.abc import Mapping

from services.lead_intake.connectors import (
    calendly,
    facebook,
    generic,
    google_ads,
    hubspot,
    linkedin,
    mailchimp,
    salesforce_web_to_lead,
    segment,
    typeform,
    webflow,
    zoom,
)
from services.lead_intake.connectors.reader import Reader

READERS: Mapping[str, Reader] = {
    "calendly": calendly.READER,
    "facebook": facebook.READER,
    "generic": generic.READER,
    "google-ads": google_ads.READER,
    "hubspot": hubspot.READER,
    "linkedin": linkedin.READER,
    "mailchimp": mailchimp.READER,
    "salesforce-web-to-lead": salesforce_web_to_lead.READER,
    "segment": segment.READER,
    "typeform": typeform.READER,
    "webflow": webflow.READER,
    "zoom": zoom.READER,
}
