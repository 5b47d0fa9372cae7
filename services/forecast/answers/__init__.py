"""Answers to questions about the forecast, for a route, a timer, or `verify`."""
