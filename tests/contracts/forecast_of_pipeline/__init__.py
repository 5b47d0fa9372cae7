"""Forecast as a reader of pipeline's events."""
