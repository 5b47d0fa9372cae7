"""Overrides: amounts that a person states in place of the roll-up's. One stream for each node."""
