"""`funnelcast healthcheck`: asks each service that may run at an address whether it is ready."""

from funnelcast import client
from funnelcast.failure import Failed

SERVICES = ("intake", "qualification", "pipeline", "forecast")
"""The roster's, without what its import costs: containers ask every few seconds."""
ABSENT = 404


async def healthcheck(url: str) -> str:
    """Says which services are ready. Raises `Failed` when one is not, or none is there."""
    async with client.connected(url, "") as http:
        answers = {name: await http.get(f"/{name}/readyz") for name in SERVICES}
    there = {name: answer for name, answer in answers.items() if answer.status_code != ABSENT}
    if not there:
        raise Failed(f"none of {', '.join(SERVICES)} runs at {url}")
    if unready := sorted(name for name, answer in there.items() if answer.is_error):
        raise Failed(f"not ready: {', '.join(f'{name} ({why(there[name].json())})' for name in unready)}")
    return f"ready: {', '.join(there)}"


def why(body: object) -> str:
    """The names of what is red."""
    details = body.get("details", {}) if isinstance(body, dict) else {}
    return ", ".join(name for name, detail in details.items() if not detail["ok"] and detail.get("red")) or "no reason"
