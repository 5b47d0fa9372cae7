"""Deliveries of vendors, and their outcomes. Every delivery is made here, from the published shapes."""
