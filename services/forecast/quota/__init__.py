"""Quotas: what a node is to sell in a period. One stream for each node."""
