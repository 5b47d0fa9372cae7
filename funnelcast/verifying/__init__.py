"""Checks on the data as it is: each says what it found, and changes nothing."""
