"""Webhooks: a service's public events, sent to the addresses that subscribers name."""
