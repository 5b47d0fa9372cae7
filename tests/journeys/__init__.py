"""Journeys from the first click to the forecast, over HTTP, on both logs."""
