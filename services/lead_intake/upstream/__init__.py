"""The few fields of other services' events that intake reads."""
