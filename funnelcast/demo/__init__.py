"""A fictitious company: two years of its leads and deals, written by the services' own commands, and its daily work."""
