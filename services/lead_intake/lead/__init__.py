"""A lead: the engagements of one person, in the order of their receipt."""
