"""Forecast: the ledger of deals, the organisation, and the numbers that roll up through it."""
