import pytest

from services.lead_intake.lead.classification import company_domain, email_kind, role_class, size_band


@pytest.mark.parametrize(
    ("email", "kind"),
    [
        ("jane@acme.com", "business"),
        ("jane@gmail.com", "free"),
        ("jane@mailinator.com", "disposable"),
        (None, "none"),
    ],
)
def test_an_address_is_of_a_kind(email: str | None, kind: str) -> None:
    assert email_kind(email) == kind


@pytest.mark.parametrize(
    ("email", "domain"),
    [
        ("jane@acme.com", "acme.com"),
        ("jane@mail.eu.acme.co.uk", "acme.co.uk"),
        ("jane@büro.de", "xn--bro-hoa.de"),
        ("jane@gmail.com", None),
        ("jane@mail.yahoo.co.uk", None),
        ("jane@mailinator.com", None),
        ("jane@co.uk", None),
        (None, None),
    ],
)
def test_a_business_address_names_the_domain_of_the_company(email: str | None, domain: str | None) -> None:
    assert company_domain(email) == domain


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Chief Revenue Officer", "executive"),
        ("Co-founder & CTO", "executive"),
        ("Vice President, Sales", "executive"),
        ("Managing Director", "executive"),
        ("Geschäftsführerin", "executive"),
        ("Director of Sales", "director"),
        ("Head of IT", "director"),
        ("Key Account Manager", "manager"),
        ("Product Owner", "individual"),
        ("Assistant to the CEO", "individual"),
        ("Developer", "individual"),
        ("§", "individual"),
        (None, None),
    ],
)
def test_a_title_is_of_a_role_class(title: str | None, expected: str | None) -> None:
    assert role_class(title) == expected


@pytest.mark.parametrize(
    ("employees", "band"),
    [(0, "1-10"), (10, "1-10"), (11, "11-50"), (5000, "1001-5000"), (5001, "5001+"), (None, None)],
)
def test_a_number_of_employees_is_in_a_band(employees: int | None, band: str | None) -> None:
    assert size_band(employees) == band
