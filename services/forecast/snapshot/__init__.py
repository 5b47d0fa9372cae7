"""Locked weeks: bookmarks of a roll-up's answer. One stream for each period and week."""
