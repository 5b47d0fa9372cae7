"""The checks of `funnelcast verify`. Each reads one snapshot and returns its findings; none changes data."""
