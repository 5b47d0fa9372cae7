"""Exports of other systems: read row by row, mapped to our commands, sent to a running system."""
