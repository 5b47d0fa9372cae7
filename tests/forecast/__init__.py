"""Forecast: the ledger, the organisation, the roll-up."""
