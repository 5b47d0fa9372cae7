"""Benchmarks: a rate with a band, and the status that it had when it was last looked at."""
