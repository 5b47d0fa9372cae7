"""A company that never was: two years of its leads and deals, told by our own commands."""
