"""The HTML of a form, to be pasted into a page."""

from collections.abc import Iterator
from html import escape

from services.lead_intake.form.events import FormSettings
from services.lead_intake.form.post import SECONDS

LABELS = {
    "email": "E-mail",
    "phone": "Phone",
    "first_name": "First name",
    "last_name": "Last name",
    "full_name": "Name",
    "job_title": "Job title",
}
TYPES = {"email": "email", "phone": "tel", "employees": "number", "seats": "number"}
ORDER = ("full_name", "first_name", "last_name", "email", "phone", "company", "domain", "job_title")
"""The order in which people are asked; then come the others, last the message and the box for the consent. The settings
keep no order of their own."""
HIDDEN = (
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_term",
    "utm_content",
    "click_id",
    "external_id",
    "occurred_at",
)
"""The hidden fields, which the page fills."""
LONG = ("message", "timeline", "role")
UNSEEN = "position:absolute;left:-9999px"
SCRIPT = f"""  <script>
    (function (form) {{
      form.elements.landing_url.value = location.href;
      form.addEventListener("submit", function () {{
        form.elements.{SECONDS}.value = (performance.now() / 1000).toFixed(1);
      }});
    }})(document.currentScript.parentNode);
  </script>"""


def snippet(action: str, settings: FormSettings) -> str:
    """`action`: the absolute address that the form is posted to. It works without the script, too."""
    return "\n".join(
        [f'<form method="post" action="{escape(action)}" accept-charset="utf-8">', *lines(settings), "</form>"]
    )


def lines(settings: FormSettings) -> Iterator[str]:
    fields = settings.fields or {"email": "email"}
    for name, meaning in sorted(fields.items(), key=sort_key):
        if meaning != "landing_url":
            yield f"  {labelled(name, meaning)}"
    if settings.honeypot:
        bait = f'<input name="{escape(settings.honeypot)}" tabindex="-1" autocomplete="off">'
        yield f'  <div style="{UNSEEN}" aria-hidden="true"><label>Leave this blank {bait}</label></div>'
    yield '  <input type="hidden" name="landing_url">'
    yield f'  <input type="hidden" name="{SECONDS}">'
    yield '  <button type="submit">Send</button>'
    yield SCRIPT


def sort_key(field: tuple[str, str]) -> tuple[int, str]:
    name, meaning = field
    if meaning in ORDER:
        return ORDER.index(meaning), name
    later = (meaning in LONG) + 2 * (meaning == "consent")
    return len(ORDER) + later, name


def labelled(name: str, meaning: str) -> str:
    label = LABELS.get(meaning, meaning.replace("_", " ").capitalize())
    attribute = f'name="{escape(name)}"'
    if meaning in HIDDEN:
        return f'<input type="hidden" {attribute}>'
    if meaning == "consent":
        return f'<label><input type="checkbox" {attribute} value="yes"> I agree</label>'
    if meaning in LONG:
        return f"<label>{label} <textarea {attribute}></textarea></label>"
    required = " required" if meaning == "email" else ""
    return f'<label>{label} <input type="{TYPES.get(meaning, "text")}" {attribute}{required}></label>'
