"""`funnelcast healthcheck`: whether the services at an address are ready."""

from funnelcast.failure import Failed
from funnelcast.remote import client

SERVICES = ("intake", "qualification", "pipeline", "forecast", "access")
"""Not imported from the services: containers run this command every few seconds, and that import takes long."""
PAGES = "pages"
ABSENT = 404


async def healthcheck(url: str) -> str:
    """A line that names what is ready. Raises `Failed` when a service is not, or when neither service nor pages run at
    the address."""
    async with client.open_client(url, "") as http:
        answers = {name: await http.get(f"/{name}/readyz") for name in SERVICES}
        answers[PAGES] = await http.get(f"/{PAGES}/healthz")
    running = {name: answer for name, answer in answers.items() if answer.status_code != ABSENT}
    if not running:
        raise Failed(f"none of {', '.join(answers)} runs at {url}")
    if unready := sorted(name for name, answer in running.items() if answer.is_error):
        reasons = (f"{name} ({failed_checks(running[name].json())})" for name in unready)
        raise Failed(f"not ready: {', '.join(reasons)}")
    return f"ready: {', '.join(running)}"


def failed_checks(body: object) -> str:
    """The names of the checks that make a service unready."""
    details = body.get("details", {}) if isinstance(body, dict) else {}
    failed = (name for name, detail in details.items() if not detail["ok"] and detail.get("red"))
    return ", ".join(failed) or "no reason"
