"""Commands on a running system, over its HTTP API."""
