"""Spend on marketing and sales: one stream for each entry, with its corrections."""
