"""Fiscal periods: which days a key such as 2017-Q3 means."""
