"""Benchmarks against real baselines in the same run. `funnelcast bench` runs it."""
