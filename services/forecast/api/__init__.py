"""A route per command, a route per query."""
