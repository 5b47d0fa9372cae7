"""A prospect: a person or an account that fits the ideal customer, and showed no interest."""
