"""Submissions: the calls of persons and units for a period, week by week. One stream for each node."""
