"""Deals: from rows to the commands of their histories."""
