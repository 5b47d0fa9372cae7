"""Who may do what, how much of it, and what becomes of a person's data."""
