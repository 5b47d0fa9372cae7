"""The few fields of other services' events that pipeline reads."""
