"""Processes that serve: all services behind one port, one service alone, or the pages."""
