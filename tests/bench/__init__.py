"""How fast the system is, against real baselines in the same run. `funnelcast bench` runs it."""
