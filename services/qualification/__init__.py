"""Qualification: leads, from the first engagement to the deal; what they score, what is known of their BANT."""
