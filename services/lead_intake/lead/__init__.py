"""A lead: one person's engagements, in the order in which they were told."""
