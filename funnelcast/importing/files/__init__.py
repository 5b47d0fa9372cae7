"""Exports as they lie on the disk: bytes, lines, cells, rows."""
