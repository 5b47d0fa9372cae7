"""The mechanism, without any service."""
