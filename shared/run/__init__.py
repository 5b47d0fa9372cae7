"""A process: its settings, services, background work and stop."""
