"""Faults short of a kill: lost answers, silence, full disks, wrong clocks, bad events."""
