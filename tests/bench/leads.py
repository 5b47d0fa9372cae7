"""The lead that is posted again and again, another person each time."""

import orjson

NUMBER = "NUMBER"
LEAD = {
    "source": "demo_request",
    "person": {
        "email": f"person{NUMBER}@customer.example",
        "first_name": "Ada",
        "last_name": "Lovelace",
        "job_title": "Head of Sales",
    },
    "company": {"name": "Customer", "domain": "customer.example", "country": "DE", "employees": 250},
    "campaign": {"utm_source": "newsletter", "utm_medium": "email", "utm_campaign": "spring"},
    "details": {"product": "GTX", "seats": 50, "message": "Please call on Monday"},
}
HEAD, _, TAIL = orjson.dumps(LEAD).decode().partition(NUMBER)
COMPANIES = 1_000
SPAN = 10_000_000
"""Numbers that one round has for its own."""


def body(number: int) -> bytes:
    return f"{HEAD}{number}{TAIL}".encode()


def line(number: int) -> bytes:
    """A line of a batch: each person has a name of their own, and is of one of many companies."""
    lead, domain = orjson.loads(body(number)), f"customer{number % COMPANIES}.example"
    lead["company"]["domain"] = domain
    lead["person"]["email"] = f"person{number}@{domain}"
    return orjson.dumps(lead | {"external_id": f"bench:{number}"})
