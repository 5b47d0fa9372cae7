"""The few fields of other services' events that forecast reads."""
