"""The fields of other services' events that qualification reads."""
