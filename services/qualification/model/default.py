"""The model that is shipped: version 1. It cannot know to whom a company sells, so it prefers no industry or country.

Stored scores name this version, and no event holds it: its values must never change. A new field of a model needs a
default that means what was so before. Another shipped model is a new version, defined by an event (`shipped.py`).
"""

from services.qualification.model.events import (
    Choice,
    CountryChoice,
    FirstTouch,
    FitTable,
    Grade,
    MqlLine,
    RoleChoice,
    Rule,
    ScoringModel,
    SizeBand,
    Sizes,
    When,
)

FIT = FitTable(
    role=RoleChoice(points={"executive": 40, "director": 35, "manager": 25, "individual": 5}, other=5, unknown=20),
    employees=Sizes(
        bands=(
            SizeBand(at_least=200, points=40),
            SizeBand(at_least=50, points=30),
            SizeBand(at_least=10, points=15),
        ),
        unknown=20,
    ),
    industry=Choice(other=10, unknown=5),
    country=CountryChoice(other=10, unknown=5),
    a=75,
    b=55,
    c=30,
)
RULES = (
    Rule(rule="demo_request", group="hand_raised", when=When(source="demo_request"), points=50),
    Rule(rule="contact_form", group="hand_raised", when=When(source="contact_form"), points=40),
    Rule(rule="referral", group="hand_raised", when=When(source="referral"), points=30),
    Rule(rule="webinar", group="events", when=When(source="webinar"), points=10),
    Rule(rule="webinar_attended", group="events", when=When(source="webinar", attended=True), points=10),
    Rule(rule="event", group="events", when=When(source="event"), points=15),
    Rule(rule="gated_content", group="content", when=When(source="gated_content"), points=10),
    Rule(rule="case_study", group="content", when=When(source="gated_content", asset_type="case_study"), points=5),
    Rule(rule="newsletter", group="newsletter", when=When(source="newsletter"), points=5),
    Rule(rule="newsletter_confirmed", group="newsletter", when=When(source="newsletter", double_opt_in=True), points=5),
    Rule(rule="paid", group="paid", when=When(source="paid"), points=10),
    Rule(rule="other", group="other", when=When(source="other"), points=5),
    Rule(rule="disposable_address", group="negative", when=When(email_kind="disposable"), points=-30),
)
DEFAULT = ScoringModel(
    fit=FIT,
    rules=RULES,
    caps={
        "hand_raised": 100,
        "events": 40,
        "content": 40,
        "newsletter": 10,
        "paid": 20,
        "other": 10,
        "negative": 60,
    },
    line=MqlLine(at_once=("demo_request",), engagement=50, grade=Grade.C),
    bant=("budget", "authority", "need", "timing"),
    first_touch=FirstTouch(by_source={"demo_request": 60, "contact_form": 60}, other=60 * 24),
)
